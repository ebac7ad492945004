// smtp_client with a message that is not whole when its turn comes: it goes out chunk by chunk (RFC 3030).
#include "protocol/smtp_client.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace odmr::test
{
namespace
{

/// A session in chunks, and one message that is more than a chunk but not all there.
class smtp_client_stream : public ::testing::Test
{
protected:
    smtp_client_stream()
    {
        message->add_recipient(*parse_mailbox("b@b.example", utf8::refused), {});
        client.receive("220 x\r\n");
        client.receive("250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n");
        written();
        add(lot);
        client.submit(message);
    }

    void add(std::size_t octets)
    {
        message->content.append(std::string(octets, 'x'));
        client.content_changed();
    }
    /// What the client has to say now, all of which is taken.
    std::string written()
    {
        std::string all;
        while (!client.output().empty()) {
            all += client.output();
            client.written(client.output().size());
        }
        return all;
    }
    static std::string chunk(std::size_t octets, const std::string& last = "")
    {
        return "BDAT " + std::to_string(octets) + last + "\r\n" + std::string(octets, 'x');
    }

    static constexpr std::size_t lot = 100'000;
    const std::string envelope = "MAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\n";
    smtp_client client{{.name = "x", .limits = {}, .proof = 0}};
    std::shared_ptr<transaction> message = std::make_shared<transaction>();
};

TEST_F(smtp_client_stream, goes_chunk_by_chunk)
{
    EXPECT_EQ(written(), envelope + chunk(lot));
    add(10);
    EXPECT_EQ(written(), chunk(10)) << "the host MTA may wait until this is taken";
    add(20'000);
    EXPECT_EQ(written(), chunk(20'000));
    message->content.finish();
    client.content_changed();
    EXPECT_EQ(written(), chunk(0, " LAST"));
    client.receive("250 Ok\r\n250 Ok\r\n250 100000\r\n250 10\r\n250 20000\r\n");
    EXPECT_FALSE(message->settled());
    client.receive("250 2.0.0 all\r\n");
    ASSERT_TRUE(message->settled());
    EXPECT_EQ(message->recipients[0].outcome->text(), "250 2.0.0 all");
    EXPECT_TRUE(message->released());
    EXPECT_TRUE(client.idle());
}

TEST_F(smtp_client_stream, keeps_the_output_bounded)
{
    add(1'000'000);
    std::string all;
    while (!client.output().empty()) {
        EXPECT_LE(client.output().size(), 70'000U);
        all += client.output();
        client.written(client.output().size());
    }
    EXPECT_EQ(all, envelope + chunk(lot) + chunk(1'000'000));
}

TEST_F(smtp_client_stream, is_taken_back_when_the_host_mta_does_not_finish_it)
{
    message->abandon();
    client.content_changed();
    EXPECT_EQ(written(), envelope + chunk(lot) + "RSET\r\n") << "a chunk that was begun is finished";
    EXPECT_TRUE(message->settled() && message->recipients[0].outcome->transient());
    client.receive("250 Ok\r\n250 Ok\r\n250 Ok\r\n");
    EXPECT_FALSE(client.next_event()->message);  // ready
    EXPECT_FALSE(client.next_event());
    client.receive("250 Ok\r\n");
    EXPECT_EQ(client.next_event()->what, smtp_client::event::kind::settled);
    EXPECT_TRUE(client.idle());
}

TEST_F(smtp_client_stream, stops_when_it_is_refused_on_the_way)
{
    EXPECT_EQ(written(), envelope + chunk(lot));
    client.receive("250 Ok\r\n550 5.1.1 nobody\r\n");
    EXPECT_EQ(message->recipients[0].outcome->text(), "550 5.1.1 nobody");
    EXPECT_EQ(written(), "RSET\r\n");
    EXPECT_FALSE(message->released()) << "there is more to take until the reset is answered";
    client.receive("503 5.5.1 no recipients\r\n250 Ok\r\n");
    EXPECT_TRUE(message->released());
    EXPECT_TRUE(client.idle());
}

TEST_F(smtp_client_stream, a_refused_chunk_is_the_verdict)
{
    EXPECT_EQ(written(), envelope + chunk(lot));
    message->content.finish();
    client.content_changed();
    EXPECT_EQ(written(), chunk(0, " LAST"));
    client.receive("250 Ok\r\n250 Ok\r\n452 4.3.1 disk full\r\n");
    client.receive("250 2.0.0 what a surprise\r\n");
    EXPECT_EQ(message->recipients[0].outcome->text(), "452 4.3.1 disk full");
}

TEST_F(smtp_client_stream, the_next_message_waits_for_its_end_and_not_for_its_reply)
{
    written();
    auto next = std::make_shared<transaction>();
    next->add_recipient(*parse_mailbox("b@b.example", utf8::refused), {});
    next->content.append("x\r\n");
    next->content.finish();
    client.submit(next);
    EXPECT_EQ(written(), "");
    message->content.finish();
    client.content_changed();
    EXPECT_EQ(written(), chunk(0, " LAST") + "RSET\r\n" + envelope + "BDAT 3 LAST\r\nx\r\n");
}

}  // namespace
}  // namespace odmr::test

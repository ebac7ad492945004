// smtp_client: how far it runs ahead of the replies, in messages and in octets, and what it believes then.
#include "protocol/smtp_client.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace odmr::test
{
namespace
{

/// A session in chunks with a depth.
class smtp_client_depth : public ::testing::Test
{
protected:
    void begin(std::size_t messages, std::uint64_t octets, std::size_t proof = 0)
    {
        client.emplace(smtp_client::settings{
            .name = "x", .limits = {}, .depth = messages, .depth_octets = octets, .proof = proof});
        client->receive("220 x\r\n");
        client->receive("250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n");
        take();
    }
    std::shared_ptr<transaction> submit(std::size_t octets)
    {
        auto m = std::make_shared<transaction>();
        m->add_recipient(*parse_mailbox("b@b.example", utf8::refused), {});
        m->content.append(std::string(octets, 'x'));
        m->content.finish();
        client->submit(m);
        take();
        return m;
    }
    void answer(const std::string& octets)
    {
        client->receive(octets);
        take();
    }
    /// Counts the transactions that go out.
    void take()
    {
        while (!client->output().empty()) {
            for (std::size_t at = 0; (at = client->output().find("LAST", at)) != std::string_view::npos; ++at)
                ++sent;
            client->written(client->output().size());
        }
    }
    smtp_client::ahead broken_at()
    {
        client->lost("line cut");
        std::optional<smtp_client::event> last;
        while (const auto e = client->next_event())
            last = e;
        return last->how_far;
    }

    std::optional<smtp_client> client;
    int sent = 0;
    const std::string good = "250 Ok\r\n250 Ok\r\n250 Ok\r\n";
};

TEST_F(smtp_client_depth, is_bounded_in_messages)
{
    begin(3, 1'000'000);
    for (int i = 0; i < 10; ++i)
        submit(10);
    EXPECT_EQ(sent, 3);
    answer(good);
    EXPECT_EQ(sent, 4);
    answer("250 Ok\r\n" + good + "250 Ok\r\n" + good);
    EXPECT_EQ(sent, 6);
    EXPECT_EQ(client->open_transactions(), 7U);
    EXPECT_EQ(client->open_octets(), 70U);
    EXPECT_EQ(client->answered_ahead(), 3U);
}

TEST_F(smtp_client_depth, is_bounded_in_octets)
{
    begin(100, 1'000);
    for (int i = 0; i < 10; ++i)
        submit(400);
    EXPECT_EQ(sent, 2);
    answer(good);
    EXPECT_EQ(sent, 3);
}

TEST_F(smtp_client_depth, a_message_larger_than_that_goes_by_itself)
{
    begin(100, 1'000);
    submit(5'000);
    EXPECT_EQ(sent, 1);
    submit(10);
    EXPECT_EQ(sent, 1);
    answer(good);
    EXPECT_EQ(sent, 2);
}

TEST_F(smtp_client_depth, no_verdict_is_believed_before_the_server_has_shown_that_it_loses_nothing)
{
    begin(100, 1'000'000, 3);
    const auto m1 = submit(10);
    const auto m2 = submit(10);
    const auto m3 = submit(10);
    const auto m4 = submit(10);
    EXPECT_EQ(sent, 3);
    answer("250 Ok\r\n250 Ok\r\n250 first\r\n");
    answer("250 Ok\r\n250 Ok\r\n550 nobody\r\n554 none\r\n");
    EXPECT_FALSE(m1->settled() || m2->settled());
    EXPECT_EQ(sent, 3);
    answer("250 Ok\r\n" + good);
    ASSERT_TRUE(m1->settled() && m2->settled() && m3->settled());
    EXPECT_EQ(m1->recipients[0].outcome->text(), "250 first");
    EXPECT_EQ(m2->recipients[0].outcome->text(), "550 nobody");
    EXPECT_EQ(sent, 4);
    const auto m5 = submit(10);
    answer(good);
    EXPECT_TRUE(m4->settled()) << "now it is believed at once";
    EXPECT_FALSE(m5->settled());
}

TEST_F(smtp_client_depth, a_server_that_lost_a_transaction_is_not_believed)
{
    begin(100, 1'000'000, 20);
    const auto m1 = submit(10);
    const auto m2 = submit(10);
    const auto m3 = submit(10);
    answer(good);                 // of m1; m2 is lost
    answer("250 Ok\r\n" + good);  // of m3
    EXPECT_EQ(broken_at(), smtp_client::ahead::by_transactions);
    for (const auto& m : {m1, m2, m3})
        EXPECT_TRUE(m->recipients[0].outcome->transient());
}

TEST_F(smtp_client_depth, a_message_by_itself_is_believed)
{
    begin(100, 1'000'000, 20);
    const auto m = submit(10);
    answer(good);
    EXPECT_TRUE(m->settled() && m->recipients[0].outcome->positive());
}

TEST_F(smtp_client_depth, is_told_when_the_session_breaks)
{
    begin(100, 1'000'000);
    EXPECT_EQ(broken_at(), smtp_client::ahead::not_at_all);
    begin(100, 1'000'000);
    submit(10);
    EXPECT_EQ(broken_at(), smtp_client::ahead::in_a_transaction);
    begin(100, 1'000'000);
    submit(10);
    submit(10);
    EXPECT_EQ(broken_at(), smtp_client::ahead::by_transactions);
}

TEST_F(smtp_client_depth, what_is_offered_need_not_be_used)
{
    client.emplace(smtp_client::settings{.name = "x", .limits = {}, .chunking = false});
    client->receive("220 x\r\n");
    client->receive("250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n");
    client->written(client->output().size());
    auto m = std::make_shared<transaction>();
    m->add_recipient(*parse_mailbox("b@b.example", utf8::refused), {});
    client->submit(m);
    EXPECT_EQ(client->output(), "MAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n");

    client.emplace(smtp_client::settings{.name = "x", .limits = {}, .pipelining = false});
    client->receive("220 x\r\n");
    client->receive("250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n");
    client->written(client->output().size());
    client->submit(std::make_shared<transaction>(*m));
    EXPECT_EQ(client->output(), "MAIL FROM:<>\r\n");
}

}  // namespace
}  // namespace odmr::test

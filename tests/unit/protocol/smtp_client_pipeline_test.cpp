// smtp_client ahead of the replies: content with the next envelope in one group (RFC 2920 3.1), and whole
// transactions back to back in chunks (RFC 3030).
#include "protocol/smtp_client.hpp"
#include "smtp_player.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace odmr::test
{
namespace
{

const std::string chunking = R"(
    S: 220 customer.example.org ESMTP
    C: EHLO provider.example.net
    S: 250-customer.example.org
    S: 250-CHUNKING
    S: 250 PIPELINING
    * ready
)";

/// Two messages are submitted; the content of the first and the envelope of the second are on the wire.
const std::string content_and_envelope = pipelining + R"(
    ! send m1 <a@a.example> to <b@b.example>
    C: MAIL FROM:<a@a.example>
    C: RCPT TO:<b@b.example>
    C: DATA
    ! send m2 <> to <c@b.example>
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 354 go ahead
    C: Subject: m1
    C: .
    C: MAIL FROM:<>
    C: RCPT TO:<c@b.example>
    C: DATA
)";

/// Three messages are on the wire, and nothing was answered.
const std::string three_in_chunks = chunking + R"(
    ! send m1 <a@a.example> to <b@b.example> to <c@b.example>
    C: MAIL FROM:<a@a.example>
    C: RCPT TO:<b@b.example>
    C: RCPT TO:<c@b.example>
    C: BDAT 13 LAST
    C: Subject: m1
    ! send m2 <> to <b@b.example>
    C: RSET
    C: MAIL FROM:<>
    C: RCPT TO:<b@b.example>
    C: BDAT 13 LAST
    C: Subject: m2
    ! send m3 <a@a.example> to <b@b.example>
    C: RSET
    C: MAIL FROM:<a@a.example>
    C: RCPT TO:<b@b.example>
    C: BDAT 13 LAST
    C: Subject: m3
)";

const std::string m2_and_m3_arrive = R"(
    S: 250 2.0.0 Ok
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 250 2.0.0 second
    = m2 0 250 2.0.0 second
    * settled m2
    S: 250 2.0.0 Ok
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 250 2.0.0 third
    = m3 0 250 2.0.0 third
    * settled m3
)";

/// Nothing is left of what went before: the next message needs no RSET, and arrives.
const std::string next_arrives_in_a_chunk = R"(
    ! send next <a@a.example> to <b@b.example>
    C: MAIL FROM:<a@a.example>
    C: RCPT TO:<b@b.example>
    C: BDAT 15 LAST
    C: Subject: next
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 250 2.0.0 queued
    = next 0 250 2.0.0 queued
    * settled next
)";

const std::string next_arrives_in_a_chunk_after_rset = R"(
    ! send next <a@a.example> to <b@b.example>
    C: RSET
    C: MAIL FROM:<a@a.example>
    C: RCPT TO:<b@b.example>
    C: BDAT 15 LAST
    C: Subject: next
    S: 250 2.0.0 Ok
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 250 2.0.0 queued
    = next 0 250 2.0.0 queued
    * settled next
)";

// --- PIPELINING

TEST(smtp_client_pipeline, one_round_trip_a_message)
{
    replay(content_and_envelope + R"(
        ! send m3 <a@a.example> to <b@b.example>
        S: 250 2.0.0 first
        = m1 0 250 2.0.0 first
        * settled m1
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m2
        C: .
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.0.0 second
        = m2 0 250 2.0.0 second
        * settled m2
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m3
        C: .
        S: 250 2.0.0 third
        = m3 0 250 2.0.0 third
        * settled m3
    )" + quits);
}

TEST(smtp_client_pipeline, a_message_that_comes_while_content_is_answered_goes_out_at_once)
{
    replay(pipelining + R"(
        ! send m1 <a@a.example> to <b@b.example>
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m1
        C: .
        ! send m2 <> to <b@b.example>
        C: MAIL FROM:<>
        C: RCPT TO:<b@b.example>
        C: DATA
    )");
}

TEST(smtp_client_pipeline, a_refused_content_is_no_verdict_on_the_message_behind_it)
{
    for (const std::string refusal : {"550 5.7.1 spam", "452 4.3.1 disk full"})
        replay(content_and_envelope + "S: " + refusal + "\n= m1 0 " + refusal + R"(
            * settled m1
            S: 250 2.1.0 Ok
            S: 250 2.1.5 Ok
            S: 354 go ahead
            C: Subject: m2
            C: .
            S: 250 2.0.0 second
            = m2 0 250 2.0.0 second
            * settled m2
        )" + quits);
}

TEST(smtp_client_pipeline, the_envelope_behind_a_content_is_refused)
{
    replay(content_and_envelope + R"(
        S: 250 2.0.0 first
        = m1 0 250 2.0.0 first
        * settled m1
        S: 450 4.7.1 later
        = m2 0 450 4.7.1 later
        S: 503 5.5.1 need MAIL
        S: 503 5.5.1 need MAIL
        * settled m2
    )" + quits);
}

TEST(smtp_client_pipeline, nobody_is_left_behind_a_content_and_354_is_given)
{
    replay(content_and_envelope + R"(
        ! send m3 <a@a.example> to <b@b.example>
        S: 250 2.0.0 first
        = m1 0 250 2.0.0 first
        * settled m1
        S: 250 2.1.0 Ok
        S: 550 5.1.1 no such user
        = m2 0 550 5.1.1 no such user
        S: 354 go ahead
        C: .
        S: 554 5.5.1 no valid recipients
        * settled m2
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
    )");
}

TEST(smtp_client_pipeline, a_server_that_lost_part_of_a_group_gives_no_verdicts)
{
    const std::string envelope = R"(
        ! send m1 <a@a.example> to <b@b.example>
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
    )";
    for (const std::string before : {"", "S: 250 2.1.0 Ok\n", "S: 250 2.1.0 Ok\nS: 250 2.1.5 Ok\n"})
        for (const std::string reply :
             {"500 5.5.2 what?", "502 5.5.1 no such command", "503 5.5.1 MAIL first"})
            replay(
                pipelining + envelope + before + "S: " + reply +
                "\n= m1 0 451 4.4.2 customer's session ended: customer's server lost its place in a group of "
                "commands: " +
                reply +
                "\n* settled m1\n* closed customer's server lost its place in a group of commands: " + reply);
}

TEST(smtp_client_pipeline, with_a_depth_of_one_each_waits_for_the_one_before)
{
    smtp_client client({.name = "x", .limits = {}, .depth = 1});
    const auto submit = [&] {
        auto m = std::make_shared<transaction>();
        m->add_recipient(*parse_mailbox("b@b.example", utf8::refused), {});
        m->content.append("x\r\n");
        m->content.finish();
        client.submit(m);
    };
    client.receive("220 x\r\n");
    client.receive("250-x\r\n250 PIPELINING\r\n");
    submit();
    submit();
    client.receive("250 Ok\r\n250 Ok\r\n354 go\r\n");
    EXPECT_TRUE(client.output().ends_with("x\r\n.\r\n")) << client.output();
    client.receive("250 Ok\r\n");
    EXPECT_TRUE(client.output().ends_with("DATA\r\n")) << client.output();
}

// --- CHUNKING

TEST(smtp_client_chunks, whole_transactions_back_to_back)
{
    replay(three_in_chunks + R"(
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 250 2.0.0 first
        = m1 0 250 2.0.0 first
        = m1 1 250 2.0.0 first
        * settled m1
    )" + m2_and_m3_arrive +
           next_arrives_in_a_chunk + quits);
}

TEST(smtp_client_chunks, without_pipelining_there_are_none)
{
    replay(R"(
        S: 220 customer.example.org ESMTP
        C: EHLO provider.example.net
        S: 250-customer.example.org
        S: 250 CHUNKING
        * ready
        ! send m1 <a@a.example> to <b@b.example>
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        C: RCPT TO:<b@b.example>
        S: 250 2.1.5 Ok
        C: DATA
    )");
}

TEST(smtp_client_chunks, one_recipient_of_two_is_refused)
{
    replay(three_in_chunks + R"(
        S: 250 2.1.0 Ok
        S: 550 5.1.1 no such user
        = m1 0 550 5.1.1 no such user
        S: 250 2.1.5 Ok
        S: 250 2.0.0 first
        = m1 0 550 5.1.1 no such user
        = m1 1 250 2.0.0 first
        * settled m1
    )" + m2_and_m3_arrive);
}

TEST(smtp_client_chunks, a_refused_transaction_is_no_verdict_on_those_behind_it)
{
    replay(three_in_chunks + R"(
        S: 450 4.7.1 later
        = m1 0 450 4.7.1 later
        = m1 1 450 4.7.1 later
        S: 503 5.5.1 need MAIL
        S: 503 5.5.1 need MAIL
        S: 503 5.5.1 need MAIL
        * settled m1
    )" + m2_and_m3_arrive);
    replay(three_in_chunks + R"(
        S: 250 2.1.0 Ok
        S: 550 5.1.1 no such user
        = m1 0 550 5.1.1 no such user
        S: 550 5.1.1 nor this one
        = m1 1 550 5.1.1 nor this one
        S: 554 5.5.1 no valid recipients
        * settled m1
    )" + m2_and_m3_arrive);
    replay(three_in_chunks + R"(
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 552 5.2.2 full
        = m1 0 552 5.2.2 full
        = m1 1 552 5.2.2 full
        * settled m1
    )" + m2_and_m3_arrive);
}

TEST(smtp_client_chunks, the_last_one_is_refused_and_the_next_begins_with_rset)
{
    replay(chunking + R"(
        ! send m1 <a@a.example> to <b@b.example>
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: BDAT 13 LAST
        C: Subject: m1
        S: 250 2.1.0 Ok
        S: 550 5.1.1 no such user
        = m1 0 550 5.1.1 no such user
        S: 554 5.5.1 no valid recipients
        * settled m1
    )" + next_arrives_in_a_chunk_after_rset +
           quits);
}

TEST(smtp_client_chunks, a_server_that_does_not_know_bdat_gives_no_verdict)
{
    const std::string end = "customer's server lost its place in a group of commands: 502 5.5.1 BDAT?";
    replay(three_in_chunks + R"(
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 550 5.1.1 no such user
        = m1 1 550 5.1.1 no such user
        S: 502 5.5.1 BDAT?
        = m1 0 451 4.4.2 customer's session ended: )" +
           end + R"(
        * settled m1
        * settled m2
        * settled m3
        * closed )" +
           end);
}

TEST(smtp_client_chunks, a_server_that_cannot_reset_cannot_be_trusted_with_what_is_behind)
{
    replay(three_in_chunks + R"(
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 250 2.0.0 first
        = m1 0 250 2.0.0 first
        = m1 1 250 2.0.0 first
        * settled m1
        S: 502 5.5.1 what is RSET?
        = m2 0 451 4.4.2 customer's session ended: customer's server refused RSET: 502 5.5.1 what is RSET?
        = m3 0 451 4.4.2 customer's session ended: customer's server refused RSET: 502 5.5.1 what is RSET?
        * settled m2
        * settled m3
        * closed customer's server refused RSET: 502 5.5.1 what is RSET?
    )");
}

TEST(smtp_client_chunks, closed_421_in_the_middle)
{
    replay(three_in_chunks + R"(
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 250 2.0.0 first
        = m1 0 250 2.0.0 first
        = m1 1 250 2.0.0 first
        * settled m1
        S: 250 2.0.0 Ok
        S: 421 4.3.2 going down
        = m2 0 451 4.4.2 customer's session ended: customer's server closed the session: 421 4.3.2 going down
        = m3 0 451 4.4.2 customer's session ended: customer's server closed the session: 421 4.3.2 going down
        * settled m2
        * settled m3
        * closed customer's server closed the session: 421 4.3.2 going down
    )");
}

TEST(smtp_client_chunks, content_goes_as_it_is)
{
    replay(chunking + R"(
        ! new m1 <a@a.example> to <b@b.example>
        ! text m1 .
        ! text m1 ..two
        ! text m1 bare\n.\r\n\
        ! end m1
        ! submit m1
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: BDAT 18 LAST
        C: .
        C: ..two
        C: bare\n.
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.0.0 Ok
        = m1 0 250 2.0.0 Ok
        * settled m1
    )");
}

TEST(smtp_client_chunks, a_message_without_content)
{
    replay(chunking + R"(
        ! new m1 <a@a.example> to <b@b.example>
        ! end m1
        ! submit m1
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: BDAT 0 LAST
        ! send m2 <> to <b@b.example>
        C: RSET
        C: MAIL FROM:<>
        C: RCPT TO:<b@b.example>
        C: BDAT 13 LAST
        C: Subject: m2
    )");
}

TEST(smtp_client_chunks, quit_while_three_are_on_the_wire)
{
    replay(three_in_chunks + R"(
        ! quit
        ! send m4 <a@a.example> to <b@b.example>
        = m4 0 451 4.4.2 customer's session ended: it is closing
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 250 2.0.0 first
        = m1 0 250 2.0.0 first
        = m1 1 250 2.0.0 first
        * settled m1
    )" + m2_and_m3_arrive +
           R"(
        C: QUIT
        S: 221 2.0.0 Bye
        * closed the provider ends it
    )");
}

TEST(smtp_client_chunks, every_step_has_its_limit)
{
    replay(chunking + R"(
        ! send m1 <a@a.example> to <b@b.example>
        ? the reply to MAIL, 300 s
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: BDAT 13 LAST
        C: Subject: m1
        S: 250 2.1.0 Ok
        ? the reply to RCPT, 300 s
        S: 250 2.1.5 Ok
        ? the reply to the message content, 600 s
        ! send m2 <a@a.example> to <b@b.example>
        ? the reply to the message content, 600 s
        C: RSET
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: BDAT 13 LAST
        C: Subject: m2
        S: 250 2.0.0 Ok
        = m1 0 250 2.0.0 Ok
        * settled m1
        ? the reply to RSET, 300 s
    )");
}

// --- messages that are not whole when their turn comes

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

// --- how far ahead

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

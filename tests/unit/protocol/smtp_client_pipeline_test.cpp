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

}  // namespace
}  // namespace odmr::test

#include "protocol/smtp_client.hpp"

#include "smtp_player.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace odmr::test
{
namespace
{

/// The customer's server offers nothing.
const std::string plain = R"(
    S: 220 customer.example.org ESMTP
    C: EHLO provider.example.net
    S: 250 customer.example.org
    * ready
)";

/// A message with two recipients, up to the group that is on the wire.
const std::string two_recipients = pipelining + R"(
    ! send m1 <a@a.example> to <b@b.example> to <c@b.example>
    C: MAIL FROM:<a@a.example>
    C: RCPT TO:<b@b.example>
    C: RCPT TO:<c@b.example>
    C: DATA
)";

/// The next message arrives well: nothing is left of what went before.
const std::string next_arrives = R"(
    ! send next <a@a.example> to <b@b.example>
    C: MAIL FROM:<a@a.example>
    C: RCPT TO:<b@b.example>
    C: DATA
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 354 go ahead
    C: Subject: next
    C: .
    S: 250 2.0.0 queued
    = next 0 250 2.0.0 queued
    * settled next
)";

/// The same, behind a transaction that the customer's server has to be told to forget.
const std::string next_arrives_after_rset = R"(
    ! send next <a@a.example> to <b@b.example>
    C: RSET
    C: MAIL FROM:<a@a.example>
    C: RCPT TO:<b@b.example>
    C: DATA
    S: 250 2.0.0 Ok
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 354 go ahead
    C: Subject: next
    C: .
    S: 250 2.0.0 queued
    = next 0 250 2.0.0 queued
    * settled next
)";

// --- a message arrives

TEST(smtp_client, pipelined_message)
{
    replay(two_recipients + R"(
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m1
        C: .
        S: 250 2.0.0 Ok: queued as 4ABC
        = m1 0 250 2.0.0 Ok: queued as 4ABC
        = m1 1 250 2.0.0 Ok: queued as 4ABC
        * settled m1
    )" + quits);
}

TEST(smtp_client, message_without_pipelining)
{
    replay(plain + R"(
        ! send m1 <a@a.example> to <b@b.example> to <c@b.example>
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        C: RCPT TO:<b@b.example>
        S: 250 2.1.5 Ok
        C: RCPT TO:<c@b.example>
        S: 250 2.1.5 Ok
        C: DATA
        S: 354 go ahead
        C: Subject: m1
        C: .
        S: 250 2.0.0 Ok
        = m1 0 250 2.0.0 Ok
        = m1 1 250 2.0.0 Ok
        * settled m1
    )" + quits);
}

TEST(smtp_client, several_messages_in_a_row)
{
    replay(pipelining + R"(
        ! send m1 <a@a.example> to <b@b.example>
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        ! send m2 <> to <b@b.example>
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m1
        C: .
        C: MAIL FROM:<>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.0.0 first
        = m1 0 250 2.0.0 first
        * settled m1
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m2
        C: .
        S: 250 2.0.0 second
        = m2 0 250 2.0.0 second
        * settled m2
    )" + next_arrives +
           quits);
}

TEST(smtp_client, messages_that_wait_for_the_greeting_go_out_after_it)
{
    replay(R"(
        ! send next <a@a.example> to <b@b.example>
        S: 220 customer.example.org ESMTP
        C: EHLO provider.example.net
        S: 250 customer.example.org
        * ready
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        C: RCPT TO:<b@b.example>
        S: 250 2.1.5 Ok
        C: DATA
        S: 354 go ahead
        C: Subject: next
        C: .
        S: 250 Ok
        = next 0 250 Ok
        * settled next
    )" + quits);
}

TEST(smtp_client, a_reply_of_several_lines_is_passed_on_as_it_came)
{
    replay(two_recipients + R"(
        S: 250-2.1.0 Ok
        S: 250 2.1.0 so far
        S: 550-5.1.1 No such user
        S: 550 5.1.1 ask postmaster
        = m1 0 550 5.1.1 No such user / ask postmaster
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m1
        C: .
        S: 250-2.0.0 Ok
        S: 250-2.6.0 queued
        S: 250 thank you
        = m1 1 250 2.0.0 Ok / 2.6.0 queued / thank you
        * settled m1
    )");
}

// --- the greeting, EHLO and HELO

TEST(smtp_client, helo_when_ehlo_is_refused)
{
    replay(R"(
        S: 220 old.example.org
        C: EHLO provider.example.net
        S: 500 5.5.1 what?
        C: HELO provider.example.net
        S: 250 old.example.org
        * ready
        ! send m1 <a@a.example> SIZE=20 BODY=8BITMIME to <b@b.example> NOTIFY=NEVER
        C: MAIL FROM:<a@a.example>
        S: 250 Ok
        C: RCPT TO:<b@b.example>
        S: 250 Ok
        C: DATA
        S: 354 go ahead
        C: Subject: m1
        C: .
        S: 250 Ok
        = m1 0 250 Ok
        * settled m1
    )" + quits);
}

TEST(smtp_client, helo_refused_too)
{
    replay(R"(
        S: 220 customer.example.org
        C: EHLO provider.example.net
        S: 502 no
        C: HELO provider.example.net
        S: 550 never
        C: QUIT
        S: 221 bye
        * closed customer's server refused our greeting: 550 never
    )");
}

TEST(smtp_client, ehlo_refused_for_now)
{
    replay(R"(
        ! send m1 <a@a.example> to <b@b.example>
        S: 220 customer.example.org
        C: EHLO provider.example.net
        S: 450 4.3.2 later
        = m1 0 451 4.4.2 customer's session ended: customer's server refused our greeting: 450 4.3.2 later
        * settled m1
        C: QUIT
        S: 221 bye
        * closed customer's server refused our greeting: 450 4.3.2 later
    )");
}

TEST(smtp_client, greeting_554_is_no_verdict_on_any_message)
{
    replay(R"(
        ! send m1 <a@a.example> to <b@b.example>
        S: 554 5.3.2 no SMTP service here
        = m1 0 451 4.4.2 customer's session ended: customer's greeting: 554 5.3.2 no SMTP service here
        * settled m1
        C: QUIT
        S: 221 2.0.0 Bye
        * closed customer's greeting: 554 5.3.2 no SMTP service here
    )");
}

TEST(smtp_client, greeting_421)
{
    replay(R"(
        S: 421 4.3.2 not now
        * closed customer's server closed the session: 421 4.3.2 not now
    )");
}

TEST(smtp_client, the_greeting_and_what_is_offered_are_known)
{
    smtp_player player(delivery::whole(), writing::at_once);
    ASSERT_TRUE(player.play(parse_dialogue(R"(
        S: 220-customer.example.org ESMTP
        S: 220 welcome
        C: EHLO provider.example.net
    )")));
    EXPECT_EQ(player.client.greeting(), "220 customer.example.org ESMTP / welcome");
    EXPECT_FALSE(player.client.ready());
    ASSERT_TRUE(player.play(parse_dialogue(R"(
        S: 250-customer.example.org
        S: 250-8BITMIME
        S: 250 SIZE 1000
        * ready
    )")));
    EXPECT_TRUE(player.client.ready());
    EXPECT_TRUE(player.client.idle());
    EXPECT_TRUE(player.client.offers().eight_bit_mime);
    EXPECT_EQ(player.client.offers().size_limit, 1000U);
    EXPECT_FALSE(player.client.offers().pipelining);
}

// --- refusals

TEST(smtp_client, one_recipient_of_two_is_refused)
{
    for (const std::string refusal : {"550 5.1.1 no such user", "450 4.2.0 greylisted", "452 4.2.2 full"})
        replay(two_recipients + "S: 250 2.1.0 Ok\n S: " + refusal + "\n= m1 0 " + refusal + R"(
            S: 250 2.1.5 Ok
            S: 354 go ahead
            C: Subject: m1
            C: .
            S: 250 2.0.0 Ok
            = m1 1 250 2.0.0 Ok
            = m1 0 )" +
               refusal + R"(
            * settled m1
        )" + next_arrives);
}

TEST(smtp_client, one_recipient_of_two_is_refused_without_pipelining)
{
    replay(plain + R"(
        ! send m1 <a@a.example> to <b@b.example> to <c@b.example>
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        C: RCPT TO:<b@b.example>
        S: 250 2.1.5 Ok
        C: RCPT TO:<c@b.example>
        S: 450 4.2.0 greylisted
        = m1 1 450 4.2.0 greylisted
        C: DATA
        S: 354 go ahead
        C: Subject: m1
        C: .
        S: 250 2.0.0 Ok
        = m1 0 250 2.0.0 Ok
        * settled m1
    )" + quits);
}

TEST(smtp_client, all_recipients_refused_and_354_is_given)
{
    replay(two_recipients + R"(
        S: 250 2.1.0 Ok
        S: 550 5.1.1 no such user
        = m1 0 550 5.1.1 no such user
        S: 450 4.2.0 greylisted
        = m1 1 450 4.2.0 greylisted
        S: 354 go ahead
        ? the reply to the message content, 600 s
        C: .
        S: 250 2.0.0 queued whatever that was
        * settled m1
    )" + next_arrives +
           quits);
}

TEST(smtp_client, all_recipients_refused_and_data_too)
{
    replay(two_recipients + R"(
        S: 250 2.1.0 Ok
        S: 550 5.1.1 no such user
        = m1 0 550 5.1.1 no such user
        S: 550 5.1.1 no such user either
        = m1 1 550 5.1.1 no such user either
        S: 554 5.5.1 no valid recipients
        * settled m1
    )" + next_arrives_after_rset +
           quits);
}

TEST(smtp_client, all_recipients_refused_without_pipelining)
{
    replay(plain + R"(
        ! send m1 <a@a.example> to <b@b.example>
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        C: RCPT TO:<b@b.example>
        S: 550 5.1.1 no such user
        = m1 0 550 5.1.1 no such user
        * settled m1
        ! send m2 <a@a.example> to <b@b.example>
        C: RSET
        S: 250 2.0.0 Ok
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        C: RCPT TO:<b@b.example>
        S: 250 2.1.5 Ok
        C: DATA
        S: 354 go ahead
        C: Subject: m2
        C: .
        S: 250 2.0.0 Ok
        = m2 0 250 2.0.0 Ok
        * settled m2
    )" + quits);
}

TEST(smtp_client, a_server_that_cannot_reset_cannot_be_trusted_with_the_next_message)
{
    replay(two_recipients + R"(
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 451 4.3.0 no DATA
        = m1 0 451 4.3.0 no DATA
        = m1 1 451 4.3.0 no DATA
        * settled m1
        ! send m2 <a@a.example> to <b@b.example>
        C: RSET
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 500 5.5.1 what is RSET?
        S: 503 5.5.1 nested MAIL
        = m2 0 451 4.4.2 customer's session ended: customer's server refused RSET: 500 5.5.1 what is RSET?
        * settled m2
        * closed customer's server refused RSET: 500 5.5.1 what is RSET?
    )");
}

TEST(smtp_client, mail_refused_with_the_rest_already_sent)
{
    for (const std::string refusal : {"550 5.7.1 not from you", "451 4.7.1 later"})
        replay(two_recipients + "S: " + refusal + "\n= m1 0 " + refusal + "\n= m1 1 " + refusal + R"(
            S: 503 5.5.1 need MAIL
            S: 503 5.5.1 need MAIL
            S: 503 5.5.1 need MAIL
            = m1 0 )" +
               refusal + R"(
            = m1 1 )" +
               refusal + R"(
            * settled m1
        )" + next_arrives +
               quits);
}

TEST(smtp_client, mail_refused_and_the_rest_taken_all_the_same)
{
    replay(two_recipients + R"(
        S: 550 5.7.1 not from you
        = m1 0 550 5.7.1 not from you
        = m1 1 550 5.7.1 not from you
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: .
        S: 250 2.0.0 Ok
        = m1 0 550 5.7.1 not from you
        * settled m1
    )" + next_arrives);
}

TEST(smtp_client, mail_refused_without_pipelining)
{
    replay(plain + R"(
        ! send m1 <a@a.example> to <b@b.example> to <c@b.example>
        C: MAIL FROM:<a@a.example>
        S: 550 5.7.1 not from you
        = m1 0 550 5.7.1 not from you
        = m1 1 550 5.7.1 not from you
        * settled m1
        ! send m2 <> to <b@b.example>
        C: MAIL FROM:<>
        S: 451 4.7.1 later
        = m2 0 451 4.7.1 later
        * settled m2
    )" + quits);
}

TEST(smtp_client, data_refused)
{
    for (const std::string refusal : {"554 5.7.1 no", "451 4.3.0 disk full"})
        replay(two_recipients + R"(
            S: 250 2.1.0 Ok
            S: 550 5.1.1 no such user
            = m1 0 550 5.1.1 no such user
            S: 250 2.1.5 Ok
            S: )" +
               refusal + "\n= m1 1 " + refusal + R"(
            = m1 0 550 5.1.1 no such user
            * settled m1
        )" + next_arrives_after_rset);
}

TEST(smtp_client, the_content_is_refused)
{
    for (const std::string refusal : {"550 5.7.1 spam", "452 4.3.1 disk full"})
        replay(two_recipients + R"(
            S: 250 2.1.0 Ok
            S: 250 2.1.5 Ok
            S: 250 2.1.5 Ok
            S: 354 go ahead
            C: Subject: m1
            C: .
            S: )" +
               refusal + "\n= m1 0 " + refusal + "\n= m1 1 " + refusal + R"(
            * settled m1
        )" + next_arrives +
               quits);
}

TEST(smtp_client, an_unclear_answer_is_a_temporary_refusal)
{
    replay(two_recipients + R"(
        S: 250 2.1.0 Ok
        S: 354 what?
        = m1 0 451 4.5.0 customer's server gave an unexpected reply: 354 what?
        S: 250 2.1.5 Ok
        S: 250 2.0.0 no need for content
        = m1 1 451 4.5.0 customer's server gave an unexpected reply: 250 2.0.0 no need for content
        * settled m1
    )" + next_arrives_after_rset);
    replay(two_recipients + R"(
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m1
        C: .
        S: 354 more
        = m1 0 451 4.5.0 customer's server gave an unexpected reply: 354 more
        = m1 1 451 4.5.0 customer's server gave an unexpected reply: 354 more
        * settled m1
    )");
}

// --- the session breaks (every other test breaks it everywhere, too: fail_everywhere)

TEST(smtp_client, closed_421_after_the_content)
{
    replay(two_recipients + R"(
        ! send m2 <a@a.example> to <b@b.example>
        S: 250 2.1.0 Ok
        S: 550 5.1.1 no such user
        = m1 0 550 5.1.1 no such user
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m1
        C: .
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 421 4.3.2 going down
        = m1 0 550 5.1.1 no such user
        = m1 1 451 4.4.2 customer's session ended: customer's server closed the session: 421 4.3.2 going down
        = m2 0 451 4.4.2 customer's session ended: customer's server closed the session: 421 4.3.2 going down
        * settled m1
        * settled m2
        * closed customer's server closed the session: 421 4.3.2 going down
    )");
}

TEST(smtp_client, a_reply_nobody_asked_for)
{
    replay(pipelining + R"(
        S: 250 2.0.0 hello?
        * closed customer's server sent a reply nobody asked for: 250 2.0.0 hello?
    )");
}

TEST(smtp_client, a_verdict_on_content_that_was_not_sent_is_none)
{
    smtp_player player(delivery::whole(), writing::at_once);
    player.play(parse_dialogue(two_recipients + R"(
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        S: 250 2.0.0 Ok, I know it already
        * settled m1
        * closed customer's server sent a reply nobody asked for: 250 2.0.0 Ok, I know it already
    )"));
    player.expect_all_settled({});
}

TEST(smtp_client, malformed_replies)
{
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"hello", "customer's server sent a malformed reply"},
        {"99 short", "customer's server sent a malformed reply"},
        {"250-\\r\\n251 other", "customer's server sent a malformed reply"},
        {"25", "customer's server sent a malformed reply"},
        {"250 Ok\\n\\", "customer's server sent a reply that is not a line of text"},
        {"250 " + std::string(2045, 'x'), "customer's server sent a reply that is not a line of text"},
    };
    for (const auto& [octets, reason] : cases) {
        SCOPED_TRACE(octets.substr(0, 20));
        smtp_player player(delivery::whole(), writing::at_once);
        player.play(parse_dialogue(two_recipients + "S: " + octets +
                                   "\n= m1 0 451 4.4.2 customer's session ended: " + reason +
                                   "\n* settled m1\n* closed " + reason));
        player.expect_all_settled({});
    }
}

TEST(smtp_client, a_lost_line_says_why)
{
    replay(two_recipients + R"(
        ! lost connection reset by peer
        = m1 0 451 4.4.2 customer's session ended: connection reset by peer
        = m1 1 451 4.4.2 customer's session ended: connection reset by peer
        * settled m1
        * closed connection reset by peer
        ! lost again
        ! send m2 <a@a.example> to <b@b.example>
        = m2 0 451 4.4.2 customer's session ended: it is closing
    )");
}

// --- content

TEST(smtp_client, content_arrives_late_and_in_pieces)
{
    replay(pipelining + R"(
        ! new m1 <a@a.example> to <b@b.example>
        ! submit m1
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        ! text m1 Subject: m1
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m1
        ! text m1 To: b\
        ! text m1 ob
        C: To: bob
        ! text m1 \r\nHello\
        C: \r\n\
        ! end m1
        C: Hello
        C: .
        S: 250 2.0.0 Ok
        = m1 0 250 2.0.0 Ok
        * settled m1
    )" + quits);
}

TEST(smtp_client, dots_are_stuffed)
{
    replay(pipelining + R"(
        ! new m1 <a@a.example> to <b@b.example>
        ! text m1 .
        ! text m1 ..two
        ! text m1 in the .middle
        ! text m1 bare\n.\r\n\
        ! text m1 no line end\
        ! end m1
        ! submit m1
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: ..
        C: ...two
        C: in the .middle
        C: bare\n..
        C: no line end
        C: .
        S: 250 2.0.0 Ok
        = m1 0 250 2.0.0 Ok
        * settled m1
    )");
}

TEST(smtp_client, a_message_without_content_is_a_lone_dot)
{
    replay(pipelining + R"(
        ! new m1 <a@a.example> to <b@b.example>
        ! end m1
        ! submit m1
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: .
        S: 250 2.0.0 Ok
        = m1 0 250 2.0.0 Ok
        * settled m1
    )");
}

TEST(smtp_client, a_message_abandoned_before_its_turn_is_never_sent)
{
    replay(pipelining + R"(
        ! send m1 <a@a.example> to <b@b.example>
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        ! new m2 <a@a.example> to <b@b.example>
        ! text m2 Subject:\
        ! submit m2
        ! abandon m2
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m1
        C: .
        = m2 0 451 4.4.2 the host MTA did not finish the message
        * settled m2
        S: 250 2.0.0 Ok
        = m1 0 250 2.0.0 Ok
        * settled m1
    )" + next_arrives);
}

TEST(smtp_client, a_message_abandoned_in_the_middle_is_never_ended)
{
    replay(pipelining + R"(
        ! new m1 <a@a.example> to <b@b.example>
        ! text m1 Subject: m1
        ! submit m1
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m1
        ! abandon m1
        = m1 0 451 4.4.2 customer's session ended: the host MTA did not finish a message that was being sent
        * settled m1
        * closed the host MTA did not finish a message that was being sent
    )");
}

TEST(smtp_client, a_message_abandoned_before_354_is_never_ended)
{
    replay(pipelining + R"(
        ! new m1 <a@a.example> to <b@b.example>
        ! submit m1
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        ! abandon m1
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        = m1 0 451 4.4.2 customer's session ended: the host MTA did not finish a message that was being sent
        * settled m1
        * closed the host MTA did not finish a message that was being sent
    )");
}

TEST(smtp_client, much_content_passes_through_a_bounded_buffer)
{
    smtp_client client({"provider.example.net", {}});
    auto message = std::make_shared<transaction>();
    message->add_recipient(*parse_mailbox("b@b.example", utf8::refused), {});
    int taken = 0;
    message->changed = [&] { ++taken; };
    client.receive("220 x\r\n");
    client.receive("250-x\r\n250 PIPELINING\r\n");
    client.submit(message);
    client.receive("250 Ok\r\n250 Ok\r\n354 go\r\n");
    client.written(client.output().size());

    std::string sent;
    for (int i = 0; i < 5000; ++i)
        sent += std::string(998, 'x') + "\r\n";
    message->content.append(sent);
    client.content_changed();
    std::string received;
    std::size_t most = 0;
    for (std::size_t left = sent.size(); left > 0; left = message->content.size() + client.output().size()) {
        most = std::max(most, client.output().size());
        const std::size_t n = (client.output().size() + 1) / 2;  // it never runs empty before the end
        received += client.output().substr(0, n);
        client.written(n);
    }
    message->content.finish();
    client.content_changed();
    received += client.output();
    client.written(client.output().size());
    EXPECT_LE(most, 2U * 64 * 1024);
    EXPECT_GT(taken, 0);
    EXPECT_EQ(received, sent + ".\r\n");
    client.receive("250 Ok\r\n");
    EXPECT_TRUE(message->settled() && message->recipients[0].outcome->positive());
}

// --- parameters

TEST(smtp_client, parameters_are_passed_when_they_are_offered)
{
    const std::string message = R"(
        ! send m1 <a@a.example> SIZE=20 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x to <b@b.example> NOTIFY=NEVER ORCPT=rfc822;b@b.example
    )";
    const std::vector<std::array<std::string, 3>> cases = {
        {"SIZE 1000", " SIZE=20", ""},
        {"8BITMIME", " BODY=8BITMIME", ""},
        {"SMTPUTF8", " SMTPUTF8", ""},
        {"DSN", " RET=HDRS ENVID=x", " NOTIFY=NEVER ORCPT=rfc822;b@b.example"},
        {"HELP", "", ""},
    };
    for (const auto& [offer, of_mail, of_rcpt] : cases)
        replay(R"(
            S: 220 customer.example.org
            C: EHLO provider.example.net
            S: 250-customer.example.org
            S: 250-PIPELINING
            S: 250 )" +
               offer + "\n* ready\n" + message + "C: MAIL FROM:<a@a.example>" + of_mail +
               "\nC: RCPT TO:<b@b.example>" + of_rcpt + "\nC: DATA");
}

// --- probe and quit

TEST(smtp_client, a_probe_is_a_noop)
{
    replay(pipelining + R"(
        ! probe
        C: NOOP
        ! probe
        ! send next <a@a.example> to <b@b.example>
        S: 500 any answer is a sign of life
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        ! probe
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: next
        C: .
        S: 250 2.0.0 queued
        = next 0 250 2.0.0 queued
        * settled next
    )" + quits);
}

TEST(smtp_client, quit_while_busy_finishes_what_is_on_the_wire)
{
    replay(two_recipients + R"(
        ! send m2 <a@a.example> to <b@b.example>
        ! quit
        = m2 0 451 4.4.2 customer's session ended: the provider ends it
        * settled m2
        ! send m3 <a@a.example> to <b@b.example>
        = m3 0 451 4.4.2 customer's session ended: it is closing
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        C: Subject: m1
        C: .
        ! quit
        S: 250 2.0.0 Ok
        = m1 0 250 2.0.0 Ok
        = m1 1 250 2.0.0 Ok
        * settled m1
        C: QUIT
        S: 221 2.0.0 Bye
        * closed the provider ends it
    )");
}

TEST(smtp_client, quit_while_content_is_on_its_way)
{
    replay(pipelining + R"(
        ! new m1 <a@a.example> to <b@b.example>
        ! submit m1
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
        ! quit
        ! text m1 Subject: m1
        C: Subject: m1
        ! end m1
        C: .
        S: 250 2.0.0 Ok
        = m1 0 250 2.0.0 Ok
        * settled m1
        C: QUIT
        S: 221 2.0.0 Bye
        * closed the provider ends it
    )");
}

TEST(smtp_client, quit_before_the_greeting_waits_for_ehlo)
{
    replay(R"(
        ! send m1 <a@a.example> to <b@b.example>
        ! quit
        = m1 0 451 4.4.2 customer's session ended: the provider ends it
        * settled m1
        S: 220 customer.example.org
        C: EHLO provider.example.net
        S: 250 customer.example.org
        C: QUIT
        S: 500 never mind
        * closed the provider ends it
    )");
}

// --- time

TEST(smtp_client, every_step_has_its_limit)
{
    replay(R"(
        ? the customer's greeting, 300 s
        S: 220 customer.example.org
        ? the reply to EHLO, 300 s
        C: EHLO provider.example.net
        S: 500 what?
        ? the reply to HELO, 300 s
        C: HELO provider.example.net
        S: 250 customer.example.org
        ? nothing, no limit
        * ready
        ! probe
        ? the reply to NOOP, 60 s
        C: NOOP
        S: 250 Ok
        ? nothing, no limit
        ! new m1 <a@a.example> to <b@b.example>
        ! submit m1
        ? the reply to MAIL, 300 s
        C: MAIL FROM:<a@a.example>
        S: 250 Ok
        ? the reply to RCPT, 300 s
        C: RCPT TO:<b@b.example>
        S: 250 Ok
        ? the reply to DATA, 120 s
        C: DATA
        S: 354 go ahead
        ? the customer to take message content, no limit
        ! text m1 Hello
        C: Hello
        ? the customer to take message content, no limit
        ! end m1
        ? the reply to the message content, 600 s
        C: .
        S: 250 Ok
        = m1 0 250 Ok
        * settled m1
        ? nothing, no limit
        ! send m2 <a@a.example> to <b@b.example>
        C: MAIL FROM:<a@a.example>
        S: 250 Ok
        C: RCPT TO:<b@b.example>
        S: 550 no
        = m2 0 550 no
        * settled m2
        ! send m3 <a@a.example> to <b@b.example>
        ? the reply to RSET, 300 s
        C: RSET
        S: 250 Ok
        ? the reply to MAIL, 300 s
        C: MAIL FROM:<a@a.example>
        ! quit
        S: 550 no
        = m3 0 550 no
        * settled m3
        ? the reply to QUIT, 30 s
        C: QUIT
        S: 221 bye
        * closed the provider ends it
        ? nothing, no limit
    )");
}

TEST(smtp_client, each_replys_limit_starts_when_the_one_before_has_come)
{
    replay(two_recipients + R"(
        ? the reply to MAIL, 300 s
        S: 250 2.1.0 Ok
        ? the reply to RCPT, 300 s
        S: 250 2.1.5 Ok
        ? the reply to RCPT, 300 s
        S: 550 5.1.1 no such user
        = m1 1 550 5.1.1 no such user
        ? the reply to DATA, 120 s
    )");
}

TEST(smtp_client, content_has_a_limit_for_each_block)
{
    smtp_player player(delivery::whole(), writing::late);
    ASSERT_TRUE(player.play(parse_dialogue(pipelining + R"(
        ! new m1 <a@a.example> to <b@b.example>
        ! submit m1
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 go ahead
    )")));
    smtp_client& client = player.client;
    using std::chrono::seconds;
    EXPECT_EQ(client.time_limit(), std::nullopt) << "the host MTA has nothing to send yet";

    std::uint64_t steps = client.steps();
    const auto a_new_step = [&] { return std::exchange(steps, client.steps()) != steps; };
    player.act("text m1 Hello");
    EXPECT_EQ(client.time_limit(), seconds(180));
    EXPECT_TRUE(a_new_step()) << "time spent waiting for the host MTA is not the customer's";
    client.content_changed();
    EXPECT_FALSE(a_new_step()) << "nothing moved";
    client.written(3);
    EXPECT_TRUE(a_new_step()) << "the line moves";
    EXPECT_EQ(client.time_limit(), seconds(180));
    player.act("end m1");
    EXPECT_EQ(client.time_limit(), seconds(180)) << "there is still content to take";
    EXPECT_TRUE(a_new_step());
    client.written(client.output().size());
    EXPECT_TRUE(a_new_step());
    EXPECT_EQ(client.time_limit(), seconds(600));
}

}  // namespace
}  // namespace odmr::test

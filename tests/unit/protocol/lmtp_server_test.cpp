#include "protocol/lmtp_server.hpp"

#include "lmtp_player.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace odmr::test
{
namespace
{

/// What a customer's server offers that knows everything.
lmtp_server::settings rich()
{
    lmtp_server::settings s;
    s.name = "provider.example.net";
    s.offered.eight_bit_mime = true;
    s.offered.smtputf8 = true;
    s.offered.dsn = true;
    s.offered.size = true;
    s.offered.size_limit = 1000;
    return s;
}

lmtp_server::settings poor()
{
    lmtp_server::settings s;
    s.name = "provider.example.net";
    return s;
}

const std::string hello = R"(
    S: 220 provider.example.net LMTP odmr
    C: LHLO mta.example.net
    S: 250-provider.example.net
    S: 250-PIPELINING
    S: 250-ENHANCEDSTATUSCODES
    S: 250-8BITMIME
    S: 250-SMTPUTF8
    S: 250-DSN
    S: 250-SIZE 1000
    S: 250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE
)";

const std::string poor_hello = R"(
    S: 220 provider.example.net LMTP odmr
    C: LHLO mta.example.net
    S: 250-provider.example.net
    S: 250-PIPELINING
    S: 250-ENHANCEDSTATUSCODES
    S: 250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE
)";

const std::string one_message = R"(
    C: MAIL FROM:<a@a.example>
    S: 250 2.1.0 Ok
    C: RCPT TO:<b@b.example>
    S: 250 2.1.5 Ok
    C: DATA
    S: 354 End data with <CR><LF>.<CR><LF>
    C: Hello
    C: .
    = from <a@a.example>
    = to <b@b.example>
    = text Hello
    = end
    ! settle 250 2.0.0 queued
    ! answer
    S: 250 2.0.0 queued
)";

// --- hello

TEST(lmtp_server, lhlo_offers_what_the_customers_server_offers)
{
    replay(rich(), hello);
    replay(poor(), poor_hello);
    lmtp_server::settings s = poor();
    s.offered.size = true;
    s.offered.chunking = true;
    s.offered.pipelining = true;
    replay(s, R"(
        S: 220 provider.example.net LMTP odmr
        C: lhlo mta.example.net
        S: 250-provider.example.net
        S: 250-PIPELINING
        S: 250-ENHANCEDSTATUSCODES
        S: 250-SIZE
        S: 250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE
    )");
}

TEST(lmtp_server, the_hellos_of_smtp_are_refused)
{
    replay(rich(), R"(
        S: 220 provider.example.net LMTP odmr
        C: EHLO mta.example.net
        S: 500 5.5.1 this is LMTP: say LHLO
        C: HELO mta.example.net
        S: 500 5.5.1 this is LMTP: say LHLO
        C: LHLO
        S: 501 5.5.4 LHLO needs a name
    )");
}

TEST(lmtp_server, nothing_goes_without_lhlo)
{
    replay(rich(), R"(
        S: 220 provider.example.net LMTP odmr
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        C: XFORWARD IDENT=4ABC
        S: 503 5.5.1 say LHLO first
        S: 503 5.5.1 say LHLO first
        S: 503 5.5.1 say LHLO first
        S: 503 5.5.1 say LHLO first
    )");
}

TEST(lmtp_server, lhlo_ends_an_open_transaction)
{
    replay(poor(), poor_hello + R"(
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        C: LHLO mta.example.net
        S: 250-provider.example.net
        S: 250-PIPELINING
        S: 250-ENHANCEDSTATUSCODES
        S: 250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE
        C: RCPT TO:<b@b.example>
        S: 503 5.5.1 say MAIL first
    )");
}

// --- a message

TEST(lmtp_server, one_reply_for_each_recipient_in_order)
{
    replay(rich(), hello + R"(
        C: XFORWARD NAME=mail.a.example ADDR=192.0.2.1 PROTO=ESMTP
        S: 250 2.0.0 Ok
        C: XFORWARD HELO=mail.a.example IDENT=4ABC123 SOURCE=REMOTE
        S: 250 2.0.0 Ok
        C: MAIL FROM:<a@a.example> SIZE=42 BODY=8BITMIME RET=HDRS ENVID=x
        C: RCPT TO:<b@b.example> NOTIFY=NEVER
        C: RCPT TO:<c@b.example>
        C: RCPT TO:<d@b.example> ORCPT=rfc822;d@old.example
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 250 2.1.5 Ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: Subject: hello
        C: ..
        C: Hello.
        = id 4ABC123
        = from <a@a.example> SIZE=42 BODY=8BITMIME RET=HDRS ENVID=x
        = to <b@b.example> NOTIFY=NEVER
        = to <c@b.example>
        = to <d@b.example> ORCPT=rfc822;d@old.example
        = text Subject: hello
        = text .
        C: .
        = text Hello.
        = end
        ! settle 250 2.0.0 queued
        ! settle 550 5.1.1 no such user
        ! settle 451 4.4.2 session ended
        ! answer
        S: 250 2.0.0 queued
        S: 550 5.1.1 no such user
        S: 451 4.4.2 session ended
        C: QUIT
        S: 221 2.0.0 Bye
        * closed
    )");
}

TEST(lmtp_server, several_messages_on_one_connection)
{
    replay(poor(), poor_hello + one_message + one_message + R"(
        C: RSET
        S: 250 2.0.0 Ok
    )" + one_message);
}

TEST(lmtp_server, the_next_commands_may_stand_behind_the_content)
{
    replay(poor(), poor_hello + R"(
        C: XFORWARD IDENT=4ABC
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.0.0 Ok
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: Hello
        C: .
        C: MAIL FROM:<>
        C: RCPT TO:<b@b.example>
        C: DATA
        = id 4ABC
        = from <a@a.example>
        = to <b@b.example>
        = text Hello
        = end
        ! settle 250 2.0.0 first
        ! answer
        S: 250 2.0.0 first
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: Hello again
        C: .
        C: QUIT
        = id
        = from <>
        = to <b@b.example>
        = text Hello again
        = end
        ! settle 450 4.2.0 later
        ! answer
        S: 450 4.2.0 later
        S: 221 2.0.0 Bye
        * closed
    )");
}

TEST(lmtp_server, content_behind_data_in_one_segment)
{
    // No client may send it so before 354, but none of it may be taken for commands either.
    replay(poor(), poor_hello + R"(
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        C: QUIT
        C: \n.\n\
        C: .
        C: .
        C: NOOP
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 End data with <CR><LF>.<CR><LF>
        = from <a@a.example>
        = to <b@b.example>
        = text QUIT
        = text \n.\n.
        = end
        ! settle 250 2.0.0 queued
        ! answer
        S: 250 2.0.0 queued
        S: 250 2.0.0 Ok
    )");
}

TEST(lmtp_server, a_recipient_is_refused_by_the_check)
{
    replay(poor(), poor_hello + R"(
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<x@other.example>
        C: RCPT TO:<b@b.example>
        C: RCPT TO:<postmaster>
        C: DATA
        S: 250 2.1.0 Ok
        S: 450 4.4.1 customer is offline: other.example
        S: 250 2.1.5 Ok
        S: 450 4.4.1 customer is offline:\s
        S: 354 End data with <CR><LF>.<CR><LF>
        C: .
        = from <a@a.example>
        = to <b@b.example>
        = end
        ! settle 250 2.0.0 queued
        ! answer
        S: 250 2.0.0 queued
    )");
}

TEST(lmtp_server, the_check_is_shown_the_message)
{
    replay(rich(), hello + R"(
        C: MAIL FROM:<a@a.example> SIZE=9 BODY=8BITMIME
        C: RCPT TO:<b@b.example>
        C: RCPT TO:<full@b.example> NOTIFY=NEVER
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 452 4.2.2 a@a.example SIZE=9 BODY=8BITMIME, 1 before NOTIFY=NEVER
    )");
}

TEST(lmtp_server, data_without_a_recipient)
{
    replay(poor(), poor_hello + R"(
        C: DATA
        S: 503 5.5.1 no recipient was taken
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<x@other.example>
        C: DATA
        S: 250 2.1.0 Ok
        S: 450 4.4.1 customer is offline: other.example
        S: 503 5.5.1 no recipient was taken
        C: RSET
        S: 250 2.0.0 Ok
    )" + one_message);
}

TEST(lmtp_server, recipients_are_counted)
{
    lmtp_server::settings s = poor();
    s.max_recipients = 1;
    replay(s, poor_hello + R"(
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: RCPT TO:<c@b.example>
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 452 4.5.3 too many recipients in one transaction
    )");
}

// --- the queue id

TEST(lmtp_server, the_queue_id_is_the_transactions)
{
    const std::string to_content = R"(
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: .
    )";
    const std::string to_end = R"(
        = from <a@a.example>
        = to <b@b.example>
        = end
        ! settle 250 2.0.0 queued
        ! answer
        S: 250 2.0.0 queued
    )";
    replay(poor(), poor_hello + R"(
        C: XFORWARD IDENT=4+41BC
        S: 250 2.0.0 Ok
        C: XFORWARD NAME=[UNAVAILABLE]
        S: 250 2.0.0 Ok
    )" + to_content + "= id 4ABC" +
                       to_end + to_content + "= id" + to_end + R"(
        C: XFORWARD IDENT=[UNAVAILABLE]
        S: 250 2.0.0 Ok
    )" + to_content + "= id" +
                       to_end + R"(
        C: XFORWARD IDENT=4DEF
        S: 250 2.0.0 Ok
        C: RSET
        S: 250 2.0.0 Ok
    )" + to_content + "= id" +
                       to_end);
}

TEST(lmtp_server, xforward_syntax)
{
    replay(poor(), poor_hello + R"(
        C: XFORWARD
        S: 501 5.5.4 XFORWARD needs NAME=value pairs
        C: XFORWARD =x
        S: 501 5.5.4 XFORWARD needs NAME=value pairs
        C: XFORWARD IDENT
        S: 250 2.0.0 Ok
        C: XFORWARD IDENT=+4
        S: 250 2.0.0 Ok
    )");
}

// --- parameters

TEST(lmtp_server, a_message_too_large_is_refused_before_it_comes)
{
    replay(rich(), hello + R"(
        C: MAIL FROM:<a@a.example> SIZE=1001
        S: 552 5.3.4 message is larger than the customer's server takes
        C: RCPT TO:<b@b.example>
        S: 503 5.5.1 say MAIL first
        C: MAIL FROM:<a@a.example> SIZE=1000
        S: 250 2.1.0 Ok
    )");
    lmtp_server::settings no_limit = rich();
    no_limit.offered.size_limit = 0;
    lmtp_player player(no_limit, delivery::whole());
    player.server.receive("LHLO x\r\nMAIL FROM:<a@a.example> SIZE=99999999999\r\n");
    EXPECT_TRUE(player.rest().ends_with("\r\n250 2.1.0 Ok\r\n"));
}

TEST(lmtp_server, parameters_that_were_not_offered)
{
    std::string script = poor_hello;
    for (const char* parameter : {"SIZE=1", "BODY=8BITMIME", "SMTPUTF8", "RET=HDRS", "ENVID=x", "XYZZY=1"})
        script += "C: MAIL FROM:<a@a.example> " + std::string(parameter) + "\nS: 555 5.5.4 parameter " +
                  std::string(parameter).substr(0, std::string(parameter).find('=')) +
                  " is not offered or has a wrong value\n";
    script += "C: MAIL FROM:<a@a.example>\nS: 250 2.1.0 Ok\n";
    for (const char* parameter : {"NOTIFY=NEVER", "ORCPT=rfc822;x@y", "SIZE=1"})
        script += "C: RCPT TO:<b@b.example> " + std::string(parameter) + "\nS: 555 5.5.4 parameter " +
                  std::string(parameter).substr(0, std::string(parameter).find('=')) +
                  " is not offered or has a wrong value\n";
    replay(poor(), script);
}

TEST(lmtp_server, parameters_with_wrong_values)
{
    std::string script = hello;
    for (const char* parameter : {"SIZE", "SIZE=x", "BODY", "BODY=BINARYMIME", "SMTPUTF8=1", "RET", "ENVID"})
        script += "C: MAIL FROM:<a@a.example> " + std::string(parameter) + "\nS: 555 5.5.4 parameter " +
                  std::string(parameter).substr(0, std::string(parameter).find('=')) +
                  " is not offered or has a wrong value\n";
    replay(rich(), script + R"(
        C: MAIL FROM:<a@a.example> SIZE=1 SIZE=1
        S: 501 5.5.4 malformed parameter
        C: MAIL FROM:<a@a.example> body=7bit smtputf8
        S: 250 2.1.0 Ok
        C: RCPT TO:<b@b.example> NOTIFY
        S: 555 5.5.4 parameter NOTIFY is not offered or has a wrong value
        C: RCPT TO:<b@b.example> =
        S: 501 5.5.4 malformed parameter
        C: RCPT TO:<b@b.example> notify=SUCCESS
        S: 250 2.1.5 Ok
    )");
}

TEST(lmtp_server, utf8_in_addresses_only_when_it_was_offered)
{
    const std::string mail = "C: MAIL FROM:<m\xc3\xbcller@a.example>\n";
    replay(rich(), hello + mail + "S: 250 2.1.0 Ok");
    replay(poor(), poor_hello + mail + "S: 550 5.6.7 the customer's server takes only senders in ASCII");
    const std::string rcpt = "C: RCPT TO:<m\xc3\xbcller@other.example>\n";
    for (const auto& [settings, greeting] : {std::pair(rich(), hello), std::pair(poor(), poor_hello)})
        replay(settings, greeting + "C: MAIL FROM:<a@a.example>\nS: 250 2.1.0 Ok\n" + rcpt +
                             "S: 450 4.4.1 customer is offline: other.example");  // the check decides
    replay(rich(), hello + "C: MAIL FROM:<\xff@a.example>\nS: 501 5.1.7 expected MAIL FROM:<address>");
}

// --- paths

TEST(lmtp_server, paths)
{
    replay(poor(), poor_hello + R"(
        C: MAIL FROM <a@a.example>
        S: 501 5.1.7 expected MAIL FROM:<address>
        C: MAIL TO:<a@a.example>
        S: 501 5.1.7 expected MAIL FROM:<address>
        C: MAIL
        S: 501 5.1.7 expected MAIL FROM:<address>
        C: mail from:<>
        S: 250 2.1.0 Ok
        C: MAIL FROM:<>
        S: 503 5.5.1 a transaction is open
        C: RCPT TO:<>
        S: 501 5.1.3 expected RCPT TO:<address>
        C: RCPT FROM:<b@b.example>
        S: 501 5.1.3 expected RCPT TO:<address>
        C: RCPT TO:b@b.example
        S: 501 5.1.3 expected RCPT TO:<address>
        C: rcpt to:<b@b.example>
        S: 250 2.1.5 Ok
        C: DATA now
        S: 501 5.5.4 DATA takes no argument
    )");
}

// --- the other verbs, limits

TEST(lmtp_server, other_verbs)
{
    replay(poor(), R"(
        S: 220 provider.example.net LMTP odmr
        C: NOOP
        S: 250 2.0.0 Ok
        C: RSET
        S: 250 2.0.0 Ok
        C: VRFY b
        S: 252 2.5.0 the customer's server knows
        C: RCPT
        S: 503 5.5.1 say LHLO first
        C: BDAT 1 LAST
        S: 500 5.5.1 command not recognised
        C: QUIT
        C: NOOP
        S: 221 2.0.0 Bye
        * closed
    )");
}

TEST(lmtp_server, errors_are_counted)
{
    lmtp_server::settings s = poor();
    s.max_errors = 1;
    s.max_line = 30;
    replay(s, R"(
        S: 220 provider.example.net LMTP odmr
        C: XYZZY
        S: 500 5.5.1 command not recognised
        C: NOOP
        S: 250 2.0.0 Ok
        C: XYZZY
        S: 500 5.5.1 command not recognised
        S: 421 4.7.0 too many errors
        * closed
    )");
    replay(s, R"(
        S: 220 provider.example.net LMTP odmr
        C: NOOP 67890123456789012345678901
        C: NOOP 6789012345678901234567890
        C: NOOP 67890123456789012345678901
        C: NOOP
        S: 500 5.5.6 line too long
        S: 250 2.0.0 Ok
        S: 500 5.5.6 line too long
        S: 421 4.7.0 too many errors
        * closed
    )");
}

TEST(lmtp_server, refusals_by_the_check_are_no_errors)
{
    lmtp_server::settings s = poor();
    s.max_errors = 0;
    replay(s, poor_hello + R"(
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        C: RCPT TO:<x@other.example>
        S: 450 4.4.1 customer is offline: other.example
    )");
}

TEST(lmtp_server, a_line_ends_in_crlf_only)
{
    for (const std::string line : {"C: NOOP\\n\\", "C: NO\\rOP", "C: NOOP\\0"})
        replay(poor(), poor_hello + line + R"(
            C: NOOP
            S: 500 5.5.2 lines end in CR LF; a CR or LF came alone
            * closed
        )");
}

// --- shut_down (every other test does it everywhere, too: shut_down_everywhere)

TEST(lmtp_server, shut_down_inside_content_answers_it_first)
{
    replay(poor(), poor_hello + R"(
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 End data with <CR><LF>.<CR><LF>
        ! shutdown
        C: .
        C: MAIL FROM:<a@a.example>
        = from <a@a.example>
        = to <b@b.example>
        = end
        ! settle 250 2.0.0 queued
        ! shutdown
        ! answer
        S: 250 2.0.0 queued
        * closed
    )");
}

TEST(lmtp_server, shut_down_inside_an_envelope_waits_for_its_end)
{
    replay(poor(), poor_hello + R"(
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        ! shutdown
        C: RCPT TO:<b@b.example>
        S: 250 2.1.5 Ok
        C: RSET
        S: 250 2.0.0 Ok
        * closed
    )");
}

// --- wind_up

TEST(lmtp_server, wound_up_it_takes_one_more_message)
{
    replay(poor(), poor_hello + R"(
        ! windup
        C: NOOP
        S: 250 2.0.0 Ok
        C: MAIL FROM:<a@a.example>
        C: RCPT TO:<b@b.example>
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: .
        = from <a@a.example>
        = to <b@b.example>
        = end
        ! settle 250 2.0.0 queued
        ! answer
        S: 250 2.0.0 queued
        * closed
    )");
}

TEST(lmtp_server, wound_up_before_it_is_greeted_it_takes_a_message)
{
    replay(poor(), R"(
        S: 220 provider.example.net LMTP odmr
        ! windup
        C: LHLO mta.example.net
        S: 250-provider.example.net
        S: 250-PIPELINING
        S: 250-ENHANCEDSTATUSCODES
        S: 250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        C: RSET
        S: 250 2.0.0 Ok
        * closed
    )");
}

TEST(lmtp_server, wound_up_it_ends_when_the_client_looks_whether_it_is_there)
{
    replay(poor(), poor_hello + R"(
        ! windup
        C: RSET
        S: 421 4.3.2 connect again: something else is offered now
        * closed
    )");
}

TEST(lmtp_server, wound_up_inside_an_envelope_it_waits_for_its_end)
{
    replay(poor(), poor_hello + R"(
        C: MAIL FROM:<a@a.example>
        S: 250 2.1.0 Ok
        ! windup
        C: RSET
        S: 250 2.0.0 Ok
        * closed
    )");
}

}  // namespace
}  // namespace odmr::test

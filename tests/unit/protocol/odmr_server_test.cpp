#include "protocol/odmr_server.hpp"

#include "odmr_player.hpp"

#include <gtest/gtest.h>

#include <string>

namespace odmr::test
{
namespace
{

odmr_server::settings site()
{
    odmr_server::settings s;
    s.name = "provider.example.net";
    s.starttls = true;
    s.mechanisms_clear = {"SCRAM-SHA-256", "CRAM-MD5"};
    s.mechanisms_tls = {"SCRAM-SHA-256", "CRAM-MD5", "PLAIN"};
    return s;
}

odmr_server::settings site_with(void (*change)(odmr_server::settings&))
{
    odmr_server::settings s = site();
    change(s);
    return s;
}

const std::string hello = R"(
    S: 220 provider.example.net ESMTP ODMR service ready
    C: EHLO customer.example.org
    S: 250-provider.example.net
    S: 250-ATRN
    S: 250-AUTH SCRAM-SHA-256 CRAM-MD5
    S: 250-PIPELINING
    S: 250-ENHANCEDSTATUSCODES
    S: 250 STARTTLS
)";

const std::string hello_under_tls = R"(
    C: EHLO customer.example.org
    S: 250-provider.example.net
    S: 250-ATRN
    S: 250-AUTH SCRAM-SHA-256 CRAM-MD5 PLAIN
    S: 250-PIPELINING
    S: 250 ENHANCEDSTATUSCODES
)";

const std::string starttls = R"(
    C: STARTTLS
    S: 220 2.0.0 go ahead
    ? start_tls
    ! tls on
)";

const std::string login = hello + R"(
    C: AUTH CRAM-MD5
    ? authenticate CRAM-MD5
    ! challenge <1896.697170952@provider.example.net>
    S: 334 PDE4OTYuNjk3MTcwOTUyQHByb3ZpZGVyLmV4YW1wbGUubmV0Pg==
    C: c21pdGggYjkxM2E2MDJjN2VkYTdhNDk1YjRlNmU3MzM0ZDM4OTA=
    ? respond "smith b913a602c7eda7a495b4e6e7334d3890"
    ! accept smith
    S: 235 2.7.0 Authentication successful
)";

// --- RFC 2645 6

TEST(odmr_server, example_of_rfc_2645)
{
    replay(site(), login + R"(
        C: ATRN example.org,example.com
        ? decide example.org,example.com
        ! answer 250 2.0.0 OK now reversing the connection
        S: 250 2.0.0 OK now reversing the connection
        ? turn
    )");
}

TEST(odmr_server, account_is_known_once_authentication_has_succeeded)
{
    odmr_player player(site(), delivery::whole());
    const dialogue steps = parse_dialogue(login);
    EXPECT_TRUE(player.play(std::span(steps).first(steps.size() - 2)));
    EXPECT_EQ(player.engine.account(), "");
    EXPECT_TRUE(player.play(std::span(steps).last(2)));
    EXPECT_EQ(player.engine.account(), "smith");
    EXPECT_EQ(player.engine.commands(), 3U);
    EXPECT_EQ(player.engine.trailing(), "");
    EXPECT_FALSE(player.engine.under_tls());
}

// --- the greeting

TEST(odmr_server, speaking_before_the_greeting_ends_the_session)
{
    play_whole(site(), R"(
        C: EHLO customer.example.org
        S: 554 5.5.1 you spoke before the greeting
        ? close octets before the greeting
    )");
}

TEST(odmr_server, one_octet_before_the_greeting_ends_the_session)
{
    odmr_server engine(site());
    engine.receive("\r");
    EXPECT_EQ(engine.next().octets, "554 5.5.1 you spoke before the greeting\r\n");
    EXPECT_EQ(engine.next().what, odmr_server::action::kind::close);
}

TEST(odmr_server, a_session_too_many_is_refused_in_place_of_the_greeting)
{
    play_whole(site(), R"(
        ! refuse too many sessions
        S: 421 4.7.0 too many sessions
        ? close too many sessions
        C: EHLO customer.example.org
    )");
}

TEST(odmr_server, the_banner_is_the_sites)
{
    play_whole(site_with([](auto& s) { s.banner = "Post office"; }), R"(
        S: 220 provider.example.net ESMTP Post office
    )");
}

// --- EHLO

TEST(odmr_server, ehlo_lists_atrn_and_auth_always)
{
    replay(site_with([](auto& s) {
               s.starttls = false;
               s.mechanisms_clear = {};
           }),
           R"(
        S: 220 provider.example.net ESMTP ODMR service ready
        C: ehlo customer.example.org
        S: 250-provider.example.net
        S: 250-ATRN
        S: 250-AUTH
        S: 250-PIPELINING
        S: 250 ENHANCEDSTATUSCODES
    )");
}

TEST(odmr_server, hello_needs_a_name)
{
    replay(site(), R"(
        S: 220 provider.example.net ESMTP ODMR service ready
        C: EHLO
        S: 501 5.5.4 EHLO needs your host name
        C: HELO
        S: 501 5.5.4 HELO needs your host name
        C: HELO customer.example.org
        S: 250 provider.example.net
        C: EHLO customer.example.org
        S: 250-provider.example.net
        S: 250-ATRN
        S: 250-AUTH SCRAM-SHA-256 CRAM-MD5
        S: 250-PIPELINING
        S: 250-ENHANCEDSTATUSCODES
        S: 250 STARTTLS
    )");
}

// --- the small verbs

TEST(odmr_server, small_verbs)
{
    replay(site(), hello + R"(
        C: NOOP
        S: 250 2.0.0 Ok
        C: noop with an argument
        S: 250 2.0.0 Ok
        C: RSET
        S: 250 2.0.0 Ok
        C: HELP
        S: 214-2.0.0 On-Demand Mail Relay, RFC 2645
        S: 214 2.0.0 EHLO, STARTTLS, AUTH, then ATRN [domain,domain...] to have your mail delivered on this connection
        C: VRFY smith
        S: 252 2.5.0 cannot verify anything here
        C: MAIL FROM:<a@example.org>
        S: 502 5.5.1 command not implemented
        C: XYZZY
        S: 502 5.5.1 command not implemented
        C: \s
        S: 502 5.5.1 command not implemented
        C: QUIT
        S: 221 2.0.0 Bye
        ? close QUIT
    )");
}

TEST(odmr_server, a_group_is_answered_in_order)
{
    replay(site(), hello + R"(
        C: NOOP
        C: VRFY smith
        C: RSET
        C: XYZZY
        C: NOOP
        S: 250 2.0.0 Ok
        S: 252 2.5.0 cannot verify anything here
        S: 250 2.0.0 Ok
        S: 502 5.5.1 command not implemented
        S: 250 2.0.0 Ok
    )");
}

TEST(odmr_server, what_follows_quit_is_not_read)
{
    replay(site(), hello + R"(
        C: QUIT
        C: NOOP
        S: 221 2.0.0 Bye
        ? close QUIT
    )");
}

// --- ATRN

TEST(odmr_server, atrn_before_authentication_is_530)
{
    replay(site(), R"(
        S: 220 provider.example.net ESMTP ODMR service ready
        C: ATRN example.org
        S: 530 5.7.0 authentication required
        C: ATRN
        S: 530 5.7.0 authentication required
    )");
}

TEST(odmr_server, bare_atrn_asks_for_all_domains)
{
    replay(site(), login + R"(
        C: atrn
        ? decide
        ! answer 250 2.0.0 Ok
        S: 250 2.0.0 Ok
        ? turn
    )");
}

TEST(odmr_server, domains_are_folded_and_come_once)
{
    replay(site(), login + R"(
        C: Atrn Example.ORG,example.com,EXAMPLE.org
        ? decide example.org,example.com
        ! answer 250 2.0.0 Ok
        S: 250 2.0.0 Ok
        ? turn
    )");
}

TEST(odmr_server, atrn_syntax_is_501)
{
    std::string script = login;
    for (const char* wrong :
         {"ATRN\\s", "ATRN\\s\\sexample.org", "ATRN example.org, example.com", "ATRN example",
          "ATRN example.org.", "ATRN [127.0.0.1]", "ATRN -a.example", "ATRN example.org,"})
        script += std::string("C: ") + wrong +
                  "\nS: 501 5.5.4 expected ATRN, or ATRN and domains separated by commas without spaces\n";
    replay(site(), script);
}

TEST(odmr_server, refusals_of_atrn_leave_the_session_as_it_is)
{
    replay(site(), login + R"(
        C: ATRN example.net
        ? decide example.net
        ! answer 450 4.7.1 ATRN request refused
        S: 450 4.7.1 ATRN request refused
        C: ATRN
        ? decide
        ! answer 451 4.3.0 unable to process ATRN now
        S: 451 4.3.0 unable to process ATRN now
        C: ATRN example.org
        ? decide example.org
        ! answer 453 4.0.0 You have no mail
        S: 453 4.0.0 You have no mail
        C: NOOP
        S: 250 2.0.0 Ok
        C: ATRN
        ? decide
        ! answer 250 2.0.0 Ok
        S: 250 2.0.0 Ok
        ? turn
    )");
}

TEST(odmr_server, octets_behind_atrn_are_never_the_customers_greeting)
{
    play_whole(site(), login + R"(
        C: ATRN
        C: 220 customer.example.org
        S: 503 5.5.1 ATRN must be the last thing sent before its reply
        ? close octets behind ATRN
    )");
}

TEST(odmr_server, one_octet_behind_atrn_is_enough)
{
    play_whole(site(), login + R"(
        C: ATRN
        C: \s\
        S: 503 5.5.1 ATRN must be the last thing sent before its reply
        ? close octets behind ATRN
    )");
}

TEST(odmr_server, octets_that_come_while_atrn_is_decided_end_the_session)
{
    replay(site(), login + R"(
        C: ATRN
        ? decide
        C: 220 customer.example.org
        ! answer 250 2.0.0 Ok
        S: 503 5.5.1 ATRN must be the last thing sent before its reply
        ? close octets behind ATRN
    )");
}

TEST(odmr_server, a_command_that_comes_while_atrn_is_refused_is_answered_after_it)
{
    replay(site(), login + R"(
        C: ATRN
        ? decide
        C: NOOP
        ! answer 453 4.0.0 You have no mail
        S: 453 4.0.0 You have no mail
        S: 250 2.0.0 Ok
    )");
}

TEST(odmr_server, what_comes_after_the_turn_is_not_ours)
{
    odmr_player player(site(), delivery::whole());
    player.play(parse_dialogue(login + R"(
        C: ATRN
        ? decide
        ! answer 250 2.0.0 Ok
        S: 250 2.0.0 Ok
        ? turn
        C: 220 customer.example.org
    )"));
    EXPECT_TRUE(player.finish());
    EXPECT_EQ(player.engine.trailing(), "220 customer.example.org\r\n");
}

// --- STARTTLS

TEST(odmr_server, starttls_forgets_the_hello_and_offers_more)
{
    replay(site(), hello + starttls + R"(
        C: AUTH PLAIN AHNtaXRoAHNlY3JldA==
        S: 503 5.5.1 say EHLO first
    )" + hello_under_tls +
                       R"(
        C: AUTH PLAIN AHNtaXRoAHNlY3JldA==
        ? authenticate PLAIN "\\0smith\\0secret"
        ! accept smith
        S: 235 2.7.0 Authentication successful
        C: ATRN
        ? decide
        ! answer 250 2.0.0 Ok
        S: 250 2.0.0 Ok
        ? turn
    )");
}

TEST(odmr_server, starttls_says_that_tls_is_on)
{
    odmr_player player(site(), delivery::whole());
    player.play(parse_dialogue(hello + starttls));
    EXPECT_TRUE(player.finish());
    EXPECT_TRUE(player.engine.under_tls());
}

TEST(odmr_server, octets_behind_starttls_are_never_read)
{
    play_whole(site(), hello + R"(
        C: STARTTLS
        C: EHLO injected.example
        S: 503 5.5.1 STARTTLS must be the last thing sent before its reply
        ? close octets behind STARTTLS
    )");
}

TEST(odmr_server, octets_that_come_before_the_handshake_are_never_read)
{
    replay(site(), hello + R"(
        C: STARTTLS
        S: 220 2.0.0 go ahead
        ? start_tls
        C: AUTH PLAIN AHNtaXRoAHNlY3JldA==
        ! tls on
        S: 503 5.5.1 STARTTLS must be the last thing sent before its reply
        ? close octets behind STARTTLS
    )");
}

TEST(odmr_server, a_failed_handshake_ends_the_session)
{
    replay(site(), hello + R"(
        C: STARTTLS
        S: 220 2.0.0 go ahead
        ? start_tls
        ! tls failed
        ? close TLS handshake failed
    )");
}

TEST(odmr_server, starttls_where_it_has_no_place)
{
    replay(site(), hello + R"(
        C: STARTTLS now
        S: 501 5.5.4 STARTTLS takes no argument
    )" + starttls + R"(
        C: STARTTLS
        S: 503 5.5.1 TLS is already on
    )");
    replay(site(), login + R"(
        C: STARTTLS
        S: 503 5.5.1 too late: you are authenticated
    )");
    replay(site_with([](auto& s) { s.starttls = false; }), R"(
        S: 220 provider.example.net ESMTP ODMR service ready
        C: STARTTLS
        S: 502 5.5.1 there is no TLS here
    )");
    replay(site_with([](auto& s) { s.tls = true; }),
           "S: 220 provider.example.net ESMTP ODMR service ready" + hello_under_tls + R"(
        C: STARTTLS
        S: 503 5.5.1 TLS is already on
    )");
}

TEST(odmr_server, where_tls_is_required_nothing_goes_without)
{
    replay(site_with([](auto& s) { s.require_tls = true; }), hello + R"(
        C: AUTH CRAM-MD5
        S: 538 5.7.11 encryption required: say STARTTLS first
        C: ATRN
        S: 530 5.7.0 say STARTTLS first
    )" + starttls + hello_under_tls + R"(
        C: ATRN
        S: 530 5.7.0 authentication required
        C: AUTH PLAIN AHNtaXRoAHNlY3JldA==
        ? authenticate PLAIN "\\0smith\\0secret"
        ! accept smith
        S: 235 2.7.0 Authentication successful
    )");
}

// --- AUTH

TEST(odmr_server, auth_needs_a_hello_and_an_offered_mechanism)
{
    replay(site(), R"(
        S: 220 provider.example.net ESMTP ODMR service ready
        C: AUTH CRAM-MD5
        S: 503 5.5.1 say EHLO first
        C: HELO customer.example.org
        S: 250 provider.example.net
        C: AUTH
        S: 501 5.5.4 AUTH needs a mechanism
        C: AUTH GSSAPI
        S: 504 5.5.4 mechanism not offered
        C: AUTH PLAIN AHNtaXRoAHNlY3JldA==
        S: 538 5.7.11 encryption required for PLAIN
        C: auth cram-md5
        ? authenticate CRAM-MD5
        ! deny
        S: 535 5.7.8 Authentication credentials invalid
    )");
}

TEST(odmr_server, auth_succeeds_once_a_session)
{
    replay(site(), login + R"(
        C: AUTH CRAM-MD5
        S: 503 5.5.1 you are already authenticated
    )");
}

TEST(odmr_server, an_initial_response_of_no_octets_is_an_equals_sign)
{
    replay(site(), hello + R"(
        C: AUTH SCRAM-SHA-256 =
        ? authenticate SCRAM-SHA-256 ""
        ! deny
        S: 535 5.7.8 Authentication credentials invalid
    )");
}

TEST(odmr_server, an_empty_line_is_an_empty_response)
{
    replay(site(), hello + R"(
        C: AUTH SCRAM-SHA-256
        ? authenticate SCRAM-SHA-256
        ! challenge
        S: 334\s
        C: \r\n\
        ? respond ""
        ! challenge x
        S: 334 eA==
        C: =
        ? respond ""
        ! deny
        S: 535 5.7.8 Authentication credentials invalid
    )");
}

TEST(odmr_server, base64_has_to_be_right)
{
    replay(site(), hello + R"(
        C: AUTH SCRAM-SHA-256 abc
        S: 501 5.5.2 initial response is not base64
        C: AUTH SCRAM-SHA-256
        ? authenticate SCRAM-SHA-256
        ! challenge x
        S: 334 eA==
        C: not base64!
        S: 501 5.5.2 response is not base64
        ? cancel_auth
        C: ATRN
        S: 530 5.7.0 authentication required
    )");
}

TEST(odmr_server, an_asterisk_cancels_the_exchange)
{
    replay(site(), hello + R"(
        C: AUTH CRAM-MD5
        ? authenticate CRAM-MD5
        ! challenge x
        S: 334 eA==
        C: *
        S: 501 5.7.0 authentication cancelled
        ? cancel_auth
        C: AUTH CRAM-MD5
        ? authenticate CRAM-MD5
        ! accept smith
        S: 235 2.7.0 Authentication successful
    )");
}

TEST(odmr_server, a_temporary_failure_is_454)
{
    replay(site(), hello + R"(
        C: AUTH CRAM-MD5
        ? authenticate CRAM-MD5
        ! later
        S: 454 4.7.0 Temporary authentication failure
        C: ATRN
        S: 530 5.7.0 authentication required
    )");
}

const std::string scram_to_its_final_data = hello + R"(
    C: AUTH SCRAM-SHA-256 biws
    ? authenticate SCRAM-SHA-256 "n,,"
    ! challenge r=1
    S: 334 cj0x
    C: Yz1i
    ? respond "c=b"
    ! accept smith v=2
    S: 334 dj0y
)";

TEST(odmr_server, the_final_data_of_scram_wants_an_empty_answer)
{
    replay(site(), scram_to_its_final_data + R"(
        C: \r\n\
        S: 235 2.7.0 Authentication successful
        C: ATRN
        ? decide
        ! answer 250 2.0.0 Ok
        S: 250 2.0.0 Ok
        ? turn
    )");
    replay(site(), scram_to_its_final_data + R"(
        C: =
        S: 235 2.7.0 Authentication successful
    )");
}

TEST(odmr_server, who_does_not_take_the_final_data_is_not_authenticated)
{
    for (const std::string answer : {"C: eA==\nS: 501 5.5.2 expected an empty response\n",
                                     "C: *\nS: 501 5.7.0 authentication cancelled\n",
                                     "C: NOOP!\nS: 501 5.5.2 response is not base64\n"}) {
        replay(site(), scram_to_its_final_data + answer + R"(
            C: ATRN
            S: 530 5.7.0 authentication required
        )");
    }
}

TEST(odmr_server, attempts_to_authenticate_are_counted)
{
    std::string script = hello;
    for (int i = 0; i < 3; ++i)
        script += R"(
            C: AUTH CRAM-MD5
            ? authenticate CRAM-MD5
            ! deny
            S: 535 5.7.8 Authentication credentials invalid
        )";
    replay(site(), script + R"(
        C: AUTH CRAM-MD5
        S: 421 4.7.0 too many attempts to authenticate
        ? close too many AUTH attempts
    )");
}

// --- limits

TEST(odmr_server, a_line_too_long_is_500)
{
    replay(site_with([](auto& s) { s.max_line = 40; }), hello + R"(
        C: NOOP 67890123456789012345678901234567890
        S: 250 2.0.0 Ok
        C: NOOP 678901234567890123456789012345678901
        S: 500 5.5.6 line too long
        C: NOOP
        S: 250 2.0.0 Ok
    )");
}

TEST(odmr_server, a_line_too_long_ends_an_exchange)
{
    replay(site_with([](auto& s) { s.max_line = 40; }), hello + R"(
        C: AUTH CRAM-MD5
        ? authenticate CRAM-MD5
        ! challenge x
        S: 334 eA==
        C: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
        S: 500 5.5.6 line too long
        ? cancel_auth
        C: NOOP
        S: 250 2.0.0 Ok
    )");
}

TEST(odmr_server, commands_are_counted)
{
    replay(site_with([](auto& s) { s.max_commands = 3; }), hello + R"(
        C: NOOP
        S: 250 2.0.0 Ok
        C: NOOP
        S: 250 2.0.0 Ok
        C: NOOP
        S: 421 4.7.0 too many commands
        ? close too many commands
    )");
}

TEST(odmr_server, errors_are_counted)
{
    replay(site_with([](auto& s) { s.max_errors = 2; }), hello + R"(
        C: XYZZY
        S: 502 5.5.1 command not implemented
        C: NOOP
        S: 250 2.0.0 Ok
        C: XYZZY
        S: 502 5.5.1 command not implemented
        C: XYZZY
        S: 502 5.5.1 command not implemented
        S: 421 4.7.0 too many errors
        ? close too many errors
    )");
}

TEST(odmr_server, an_error_the_caller_found_counts_too)
{
    replay(site_with([](auto& s) { s.max_errors = 1; }), hello + R"(
        C: AUTH CRAM-MD5
        ? authenticate CRAM-MD5
        ! later
        S: 454 4.7.0 Temporary authentication failure
        C: AUTH CRAM-MD5
        ? authenticate CRAM-MD5
        ! deny
        S: 535 5.7.8 Authentication credentials invalid
        S: 421 4.7.0 too many errors
        ? close too many errors
    )");
    replay(site_with([](auto& s) { s.max_errors = 0; }), login + R"(
        C: ATRN
        ? decide
        ! answer 450 4.7.1 refused
        S: 450 4.7.1 refused
        S: 421 4.7.0 too many errors
        ? close too many errors
    )");
}

TEST(odmr_server, a_line_ends_in_crlf_only)
{
    for (const std::string line : {"C: NOOP\\n\\", "C: NO\\rOP", "C: NOOP\\0"})
        play_whole(site(), hello + line + R"(
            C: NOOP
            S: 500 5.5.2 lines end in CR LF; a CR or LF came alone
            ? close bare CR, LF or NUL
        )");
}

// --- RFC 5321 4.5.3.2.7, 3.8

TEST(odmr_server, a_timeout_in_the_middle_of_a_line_is_421)
{
    replay(site(), hello + R"(
        C: NOO\
        ! timeout
        S: 421 4.4.2 timeout: no whole command in time
        ? close timeout
    )");
}

TEST(odmr_server, the_end_of_the_service_is_421)
{
    replay(site(), login + R"(
        C: ATRN
        ? decide
        ! shutdown
        S: 421 4.3.2 service is shutting down
        ? close shutdown
        ! answer 250 2.0.0 Ok
    )");
}

}  // namespace
}  // namespace odmr::test

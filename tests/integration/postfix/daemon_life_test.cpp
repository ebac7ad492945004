// odmrd stops, is killed, comes back, or waits for a customer that does not move: to Postfix all of that is
// just a customer who is offline.
#include "provider_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class daemon_life : public provider_test
{
protected:
    /// Every message waits; odmrd runs again; the next session gets them all.
    void expect_that_the_next_session_gets(const std::vector<sent_message>& messages)
    {
        the_provider().start_odmrd();
        EXPECT_EQ(fetch(), session_end::quit);
        for (const sent_message& message : messages)
            EXPECT_TRUE(arrives(message, message.message.recipients.front()));
        EXPECT_TRUE(queue_becomes_empty());
    }
};

TEST_F(daemon_life, a_stop_while_nobody_is_there_ends_at_once)
{
    start();
    EXPECT_EQ(the_provider().odmrd().stop(), 0);
}

TEST_F(daemon_life, a_stop_says_quit_to_a_customer_who_waits_for_mail)
{
    start({.odmr = {{"linger", "1h"}}});
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(wait_until([&] { return customer.log().count("< EHLO") == 1; }));
    EXPECT_EQ(the_provider().odmrd().stop(), 0);
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_FALSE(std::filesystem::exists(the_provider().socket_of("example.org")));
}

TEST_F(daemon_life, a_stop_says_421_to_a_customer_who_has_not_said_atrn)
{
    start();
    scripted_customer& customer = logged_in();
    the_provider().odmrd().begin_stop();
    EXPECT_THAT(customer.line().read_until_closed(), StartsWith("421 4.3.2 "));
    EXPECT_EQ(the_provider().odmrd().stop(), 0);
}

TEST_F(daemon_life, a_stop_does_not_wait_for_a_stalled_customer_longer_than_the_grace)
{
    start({.odmr = {{"shutdown_grace", "1s"}}});
    const sent_message first = waiting({"ann@example.org"}, 100'000);
    const sent_message second = waiting({"bob@example.org"}, 100'000);
    scripted_customer& customer = turned();
    customer.script().stall_in_content(1'000);
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    const auto begin = clock::now();
    EXPECT_EQ(the_provider().odmrd().stop(), 0);
    EXPECT_LT(clock::now() - begin, milliseconds(10'000));
    EXPECT_TRUE(still_waits(first, "ann@example.org"));
    EXPECT_TRUE(still_waits(second, "bob@example.org"));
    expect_that_the_next_session_gets({first, second});
}

TEST_F(daemon_life, a_reread_configuration_holds_for_new_sessions)
{
    start();
    the_provider().set("banner", "Read again");
    the_provider().set("cram_md5", "no");
    the_provider().odmrd().reread_configuration();
    EXPECT_TRUE(wait_until([&] {
        return connection(the_provider().port()).read_reply() == "220 provider.example.net ESMTP Read again";
    }));
    scripted_customer& customer = new_customer();
    customer.connect(the_provider().port());
    EXPECT_THAT(customer.ehlo(), Not(HasSubstr("CRAM-MD5")));
}

TEST_F(daemon_life, a_bad_configuration_is_not_taken_over)
{
    start();
    the_provider().set("linger", "soon");
    the_provider().odmrd().reread_configuration();
    EXPECT_TRUE(wait_until([&] { return the_provider().odmrd().log().find("soon") != std::string::npos; }));
    EXPECT_THAT(connected().say("NOOP"), StartsWith("250 "));
}

// A customer that stops moving is given up after the time limit of what it owes, and its mail stays.
struct stall {
    const char* name;
    const char* limit;
    const char* command;

    friend std::ostream& operator<<(std::ostream& out, const stall& s) { return out << s.name; }
};

class stalled_customer : public provider_test, public ::testing::WithParamInterface<stall>
{
};

TEST_P(stalled_customer, is_given_up_after_the_time_limit_and_nothing_is_lost)
{
    start({.odmr = {{GetParam().limit, "1s"}}});
    const sent_message message = waiting({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.script().stall_at(GetParam().command);
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    EXPECT_TRUE(
        wait_until([&] { return !std::filesystem::exists(the_provider().socket_of("example.org")); }));
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

INSTANTIATE_TEST_SUITE_P(each, stalled_customer,
                         ::testing::Values(stall{"before_its_greeting", "greeting_timeout", "greeting"},
                                           stall{"at_ehlo", "greeting_timeout", "EHLO"},
                                           stall{"at_mail", "mail_timeout", "MAIL"},
                                           stall{"at_rcpt", "rcpt_timeout", "RCPT"},
                                           stall{"at_data", "data_init_timeout", "DATA"},
                                           stall{"at_the_final_dot", "data_done_timeout", "."}),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(daemon_life, a_customer_that_stops_reading_is_given_up_and_nothing_is_lost)
{
    start({.odmr = {{"data_block_timeout", "1s"}}});
    // More than the buffers of a loopback connection hold, so that writing comes to a stop.
    const sent_message message = waiting({"ann@example.org"}, 30'000'000);
    scripted_customer& customer = turned();
    customer.script().stall_in_content(1);
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    EXPECT_TRUE(
        wait_until([&] { return !std::filesystem::exists(the_provider().socket_of("example.org")); }));
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

TEST_F(daemon_life, a_client_that_says_nothing_is_sent_away)
{
    start({.odmr = {{"command_timeout", "1s"}}});
    scripted_customer& customer = connected();
    EXPECT_THAT(customer.line().read_until_closed(), StartsWith("421 4.4.2 "));
}

TEST_F(daemon_life, single_octets_do_not_prolong_the_time_for_a_command)
{
    start({.odmr = {{"command_timeout", "1s"}}});
    scripted_customer& customer = connected();
    const auto begin = clock::now();
    customer.line().set_limit(milliseconds(100));
    const bool closed = wait_until([&] {
        try {
            customer.line().write("x");
            return customer.line().read_some().starts_with("421 ");
        } catch (const peer_silent&) {
            return false;
        } catch (const connection_closed&) {
            return true;
        }
    });
    EXPECT_TRUE(closed);
    EXPECT_LT(clock::now() - begin, milliseconds(10'000));
}

}  // namespace
}  // namespace odmr::test

// odmrd stops, is killed, hangs, comes back, or the mail system does: customers' mail waits, and nobody else
// notices.
#include "conformance_test.hpp"

namespace odmr::test
{
namespace
{

class outages : public with_each_mail_system
{
protected:
    /// For main.cf: the lists of main.cf.fragment with a time limit of a second, so that nobody has to wait
    /// for ten.
    static constexpr const char* impatient_postfix = R"(smtpd_recipient_restrictions =
    check_policy_service { unix:odmr/policy, timeout=1s, try_limit=1, default_action=DUNNO }
smtpd_end_of_data_restrictions =
    check_policy_service { unix:odmr/policy, timeout=1s, try_limit=1, default_action=DUNNO }
)";

    /// Every message waits; odmrd runs again; the next session gets them all.
    void start_odmrd_and_fetch(const std::vector<sent_message>& messages)
    {
        the_provider().start_odmrd();
        expect_that_the_next_session_gets(messages);
    }
};

TEST_P(outages, mail_waits_while_odmrd_does_not_run)
{
    prepare();
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    start_odmrd_and_fetch({message});
}

TEST_P(outages, other_mail_does_not_care_whether_odmrd_runs)
{
    prepare();
    const sent_message mixed = waiting({"ann@example.org", "someone@elsewhere.example"});
    EXPECT_TRUE(arrives_elsewhere(mixed));
    start_odmrd_and_fetch({mixed});
}

TEST_P(outages, killed_in_the_middle_of_a_message_it_has_lost_nothing)
{
    start();
    const sent_message first = waiting({"ann@example.org"}, 100'000);
    const sent_message second = waiting({"bob@example.org"}, 100'000);
    scripted_customer& customer = turned();
    customer.script().stall_in_content(1'000);
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    the_provider().odmrd().kill_9();
    EXPECT_TRUE(still_waits(first, "ann@example.org"));
    EXPECT_TRUE(still_waits(second, "bob@example.org"));
    start_odmrd_and_fetch({first, second});
}

TEST_P(outages, killed_before_the_reply_to_a_message_it_has_lost_nothing)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.script().stall_at(".");
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    the_provider().odmrd().kill_9();
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    start_odmrd_and_fetch({message});
}

TEST_P(outages, a_stop_lets_the_message_under_way_be_finished)
{
    start({.odmr = {{"shutdown_grace", "1min"}}});
    const sent_message message = waiting({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.script().stall_at(".");
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    the_provider().odmrd().begin_stop();
    customer.go_on();
    EXPECT_EQ(the_provider().odmrd().stop(), 0);
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(outages, while_odmrd_is_dead_everybody_elses_mail_goes_its_way_at_once)
{
    start_holding();
    the_provider().odmrd().kill_9();
    const auto begin = clock::now();
    const sent_message other = send({someone});
    EXPECT_TRUE(arrives_elsewhere(other));
    EXPECT_LT(clock::now() - begin, milliseconds(5'000));
}

TEST_P(outages, while_odmrd_does_not_answer_everybody_elses_mail_goes_its_way)
{
    start_holding({.odmr = {often}, .extra_main_cf = impatient_postfix});
    the_provider().odmrd().pause();
    const auto begin = clock::now();
    const sent_message other = send({someone});
    const sent_message mixed = send({someone, "ann@example.org"});
    EXPECT_TRUE(arrives_elsewhere(other));
    EXPECT_TRUE(arrives_elsewhere(mixed));
    EXPECT_LT(clock::now() - begin, milliseconds(20'000));
    the_provider().odmrd().resume();
    expect_that_the_next_sessions_get({mixed});
}

TEST_P(outages, mail_waits_through_a_restart_of_the_mail_system)
{
    start_holding();
    const sent_message message = held({"ann@example.org"});
    host().restart();
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(all_arrive({message}));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(outages, a_customer_on_the_line_gets_what_comes_after_a_restart_of_the_mail_system)
{
    start_holding({.odmr = {stay}});
    scripted_customer& customer = serving();
    host().restart();
    const sent_message message = send({"ann@example.org"});
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_EQ(customer.wait_for_end(milliseconds(0)), std::nullopt);
}

TEST_P(outages, a_restart_of_the_mail_system_mid_message_loses_nothing)
{
    start_holding();
    const sent_message first = held({"ann@example.org"}, 100'000);
    const sent_message second = held({"bob@example.org"}, 100'000);
    scripted_customer& customer = turned();
    customer.script().stall_in_content(1'000);
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    host().restart();
    customer.go_on();
    EXPECT_NE(customer.wait_for_end(), std::nullopt);
    may_come_twice("ann@example.org");  // the customer may have taken what nobody was left to hear of
    may_come_twice("bob@example.org");
    expect_that_the_next_sessions_get({first, second});
}

INSTANTIATE_TEST_SUITE_P(, outages, each_mail_system, name_of_parameter);

}  // namespace
}  // namespace odmr::test

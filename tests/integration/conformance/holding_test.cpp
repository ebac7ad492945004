// Mail for offline customers waits without being tried, and comes when they do.
#include "conformance_test.hpp"

namespace odmr::test
{
namespace
{

class holding : public with_each_mail_system
{
};

TEST_P(holding, queue_runs_do_not_try_what_is_held)
{
    start_holding({.elsewhere = server_script().answer("RCPT TO:<away@", "450 4.2.1 Not now")});
    const sent_message message = held({"ann@example.org", "bob@example.com"});
    const std::vector<std::string> log = host().log_of(message.queue_id);
    for (int run = 0; run < 2; ++run)
        queue_run();
    EXPECT_EQ(host().attempts(message.queue_id), 0U);
    EXPECT_EQ(host().log_of(message.queue_id), log);
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(all_arrive({message}));
}

TEST_P(holding, a_session_without_linger_gets_all_that_is_held)
{
    start_holding();
    const auto messages = many_held("ann@example.org", 100);
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(holding, messages_of_megabytes_are_held_and_let_go)
{
    start_holding();
    const auto messages = many_held("ann@example.org", 2, 3'000'000);
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(holding, mail_is_held_again_when_the_customer_has_gone)
{
    start_holding();
    for (int i = 0; i < 3; ++i) {
        const sent_message message = held({"ann@example.org"});
        EXPECT_EQ(fetch(), session_end::quit);
        EXPECT_TRUE(arrives(message, "ann@example.org"));
    }
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(holding, atrn_for_one_domain_leaves_the_other_on_hold)
{
    start_holding();
    const sent_message org = held({"ann@example.org"});
    const sent_message com = held({"ann@example.com"});
    EXPECT_EQ(fetch("ATRN example.org"), session_end::quit);
    EXPECT_TRUE(arrives(org, "ann@example.org"));
    EXPECT_TRUE(still_waits(com, "ann@example.com"));
    EXPECT_EQ(fetch("ATRN example.com"), session_end::quit);
    EXPECT_TRUE(arrives(com, "ann@example.com"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(holding, a_message_to_both_domains_of_a_customer_waits_for_each)
{
    start_holding();
    const sent_message both = held({"ann@example.org", "ann@example.com"});
    EXPECT_EQ(fetch("ATRN example.org"), session_end::quit);
    EXPECT_TRUE(arrives(both, "ann@example.org"));
    EXPECT_TRUE(still_waits(both, "ann@example.com"));
    EXPECT_EQ(fetch("ATRN example.com"), session_end::quit);
    EXPECT_TRUE(arrives(both, "ann@example.com"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(holding, a_bounce_is_held_like_any_mail)
{
    start_holding();
    const sent_message sent = report_for("ann@example.org");
    EXPECT_EQ(host().attempts(sent.queue_id), 0U);
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(sent, "ann@example.org"));
}

TEST_P(holding, atrn_says_453_only_when_nothing_is_held)
{
    start_holding({.odmr = {often}});
    held({"ann@example.org"});
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_TRUE(wait_until([&] {
        scripted_customer& customer = logged_in();
        const bool nothing = customer.say("ATRN").starts_with("453 ");
        customer.cut();
        return nothing;
    }));
    held({"ann@example.org"});
    EXPECT_EQ(fetch(), session_end::quit);  // which insists on 250
}

INSTANTIATE_TEST_SUITE_P(, holding, each_mail_system, name_of_parameter);

}  // namespace
}  // namespace odmr::test

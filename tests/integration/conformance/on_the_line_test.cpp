// Mail that comes while its customer stays on the line, and several sessions at the same time.
#include "conformance_test.hpp"

#include <algorithm>

namespace odmr::test
{
namespace
{

using ::testing::StartsWith;

class on_the_line : public with_each_mail_system
{
protected:
    /// How long mail for who is on the line takes from its acceptance: the best of several, for other tests
    /// run beside this one.
    clock::duration quickest_of(int messages)
    {
        clock::duration quickest = clock::duration::max();
        for (int i = 0; i < messages; ++i) {
            const sent_message message = send({"ann@example.org"});
            const auto accepted = clock::now();
            EXPECT_TRUE(arrives(message, "ann@example.org"));
            quickest = std::min(quickest, clock::now() - accepted);
        }
        return quickest;
    }
};

TEST_P(on_the_line, mail_for_a_customer_on_the_line_is_delivered_at_once)
{
    start({.odmr = {stay}});
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(is_served("example.com"));
    const sent_message org = send({"ann@example.org"});
    EXPECT_TRUE(arrives(org, "ann@example.org"));
    const sent_message com = send({"ann@example.com"});
    EXPECT_TRUE(arrives(com, "ann@example.com"));
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_EQ(customer.wait_for_end(milliseconds(0)), std::nullopt);
}

TEST_P(on_the_line, a_customer_that_hangs_up_while_idle_is_offline)
{
    start({.odmr = {stay}});
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(is_served("example.org"));
    customer.cut();
    EXPECT_TRUE(is_served_no_more("example.org"));
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

TEST_P(on_the_line, a_second_session_takes_mail_while_the_first_is_busy)
{
    start({.odmr = {stay}});
    const sent_message first_message = waiting({"ann@example.org"});
    scripted_customer& first = turned();
    first.script().stall_at(".");
    first.serve();
    ASSERT_TRUE(first.wait_until_stalled());
    scripted_customer& second = turned();
    second.serve();
    ASSERT_TRUE(wait_until([&] { return second.log().count("< EHLO") == 1; }));
    const sent_message next = send({"bob@example.org"});
    EXPECT_TRUE(arrives(next, "bob@example.org"));
    EXPECT_EQ(box_.count("ann@example.org", first_message.message.content), 0);
    first.go_on();
    EXPECT_TRUE(arrives(first_message, "ann@example.org"));
}

TEST_P(on_the_line, when_the_first_is_cut_the_second_goes_on_and_gets_its_mail)
{
    start({.odmr = {stay}});
    const sent_message first_message = waiting({"ann@example.org"});
    scripted_customer& first = turned();
    first.script().stall_in_content(100);
    first.serve();
    ASSERT_TRUE(first.wait_until_stalled());
    scripted_customer& second = turned();
    second.serve();
    ASSERT_TRUE(wait_until([&] { return second.log().count("< EHLO") == 1; }));
    first.cut();
    const sent_message next = send({"bob@example.org"});
    EXPECT_TRUE(arrives(next, "bob@example.org"));
    EXPECT_EQ(second.wait_for_end(milliseconds(0)), std::nullopt);
    host().flush();
    EXPECT_TRUE(arrives(first_message, "ann@example.org"));
}

TEST_P(on_the_line, sessions_of_two_customers_do_not_see_each_others_mail)
{
    start({.odmr = {stay}});
    the_provider().add_customer("bob", {"example.net"});
    mailbox box_of_bob;
    {
        scripted_customer bob(box_of_bob);
        bob.connect(the_provider().port());
        bob.ehlo();
        EXPECT_THAT(bob.authenticate("CRAM-MD5", "bob", provider::password), StartsWith("235 "));
        EXPECT_THAT(bob.say("ATRN"), StartsWith("250 "));
        bob.serve();
        scripted_customer& alice = turned();
        alice.serve();
        ASSERT_TRUE(is_served("example.net") && is_served("example.org"));
        const std::vector<std::string> both = {"ann@example.org", "bob@example.net"};
        host().inject({"sender@elsewhere.example", both, make_content("to both")});
        EXPECT_TRUE(
            wait_until([&] { return box_.accepted().size() == 1 && box_of_bob.accepted().size() == 1; }));
    }
    EXPECT_THAT(box_.accepted().front().recipients, ::testing::ElementsAre("ann@example.org"));
    EXPECT_THAT(box_of_bob.accepted().front().recipients, ::testing::ElementsAre("bob@example.net"));
}

TEST_P(on_the_line, five_sessions_one_after_the_other_lose_nothing)
{
    start();
    for (int i = 0; i < 5; ++i) {
        const sent_message message = waiting({"ann@example.org", "ann@example.com"});
        EXPECT_EQ(fetch(), session_end::quit);
        EXPECT_TRUE(arrives(message, "ann@example.org"));
        EXPECT_TRUE(arrives(message, "ann@example.com"));
    }
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(on_the_line, mail_is_there_within_a_second_of_its_acceptance)
{
    start_holding({.odmr = {stay}});
    const sent_message before = held({"ann@example.org"});
    scripted_customer& customer = serving();
    ASSERT_TRUE(arrives(before, "ann@example.org"));
    EXPECT_LT(quickest_of(5), milliseconds(1'000));
    EXPECT_EQ(customer.wait_for_end(milliseconds(0)), std::nullopt);
}

TEST_P(on_the_line, new_mail_does_not_wait_for_an_attempt_and_mail_of_others_is_left_alone)
{
    start_holding({.odmr = {stay}});
    const sent_message com = held({"ann@example.com"});
    scripted_customer& customer = turned("ATRN example.org");
    customer.serve();
    ASSERT_TRUE(is_served("example.org"));
    const sent_message later_com = held({"bob@example.com"});
    const sent_message org = send({"ann@example.org"});
    EXPECT_TRUE(arrives(org, "ann@example.org"));
    EXPECT_TRUE(still_waits(com, "ann@example.com"));
    EXPECT_EQ(host().attempts(later_com.queue_id), 0U);
}

INSTANTIATE_TEST_SUITE_P(, on_the_line, each_mail_system, name_of_parameter);

class sendmail_only_on_the_line : public on_the_line
{
};

TEST_P(sendmail_only_on_the_line, without_odmr_milter_mail_is_there_within_two_seconds)
{
    start_holding({.odmr = {stay}});
    the_provider().milter().kill_9();
    serving();
    EXPECT_LT(quickest_of(3), milliseconds(2'000));
}

INSTANTIATE_TEST_SUITE_P(, sendmail_only_on_the_line, sendmail_alone, name_of_parameter);

}  // namespace
}  // namespace odmr::test

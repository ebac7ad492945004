// Sessions that stay on the line, and several at the same time.
#include "provider_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::AnyOf;
using ::testing::SizeIs;
using ::testing::StartsWith;

class several_sessions : public provider_test
{
};

TEST_F(several_sessions, mail_for_a_customer_on_the_line_is_delivered_at_once)
{
    start({.odmr = {{"linger", "1h"}}});
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(the_provider().socket_of("example.com")); }));
    const sent_message org = send({"ann@example.org"});
    EXPECT_TRUE(arrives(org, "ann@example.org"));
    const sent_message com = send({"ann@example.com"});
    EXPECT_TRUE(arrives(com, "ann@example.com"));
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_EQ(customer.wait_for_end(milliseconds(0)), std::nullopt);
}

TEST_F(several_sessions, a_session_ends_when_its_linger_time_has_passed_without_mail)
{
    start({.odmr = {{"linger", "2s"}}});
    const sent_message first = waiting({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(arrives(first, "ann@example.org"));
    const sent_message second = send({"bob@example.org"});
    ASSERT_TRUE(arrives(second, "bob@example.org"));
    const auto quiet_since = clock::now();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_GE(clock::now() - quiet_since, milliseconds(1'500));
}

TEST_F(several_sessions, an_idle_session_is_probed)
{
    start({.odmr = {{"linger", "1h"}, {"noop_interval", "1s"}}});
    scripted_customer& customer = turned();
    customer.serve();
    EXPECT_TRUE(wait_until([&] { return customer.log().count("< NOOP") >= 2; }));
    EXPECT_EQ(customer.wait_for_end(milliseconds(0)), std::nullopt);
}

TEST_F(several_sessions, a_customer_that_does_not_answer_the_probe_is_offline)
{
    start({.odmr = {{"linger", "1h"}, {"noop_interval", "1s"}, {"noop_timeout", "1s"}}});
    scripted_customer& customer = turned();
    customer.script().stall_at("NOOP");
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    EXPECT_TRUE(
        wait_until([&] { return !std::filesystem::exists(the_provider().socket_of("example.org")); }));
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

TEST_F(several_sessions, a_customer_that_hangs_up_while_idle_is_offline)
{
    start({.odmr = {{"linger", "1h"}}});
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(the_provider().socket_of("example.org")); }));
    customer.cut();
    EXPECT_TRUE(
        wait_until([&] { return !std::filesystem::exists(the_provider().socket_of("example.org")); }));
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

TEST_F(several_sessions, a_second_session_takes_mail_while_the_first_is_busy)
{
    start({.odmr = {{"linger", "1h"}}});
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

TEST_F(several_sessions, when_the_first_is_cut_the_second_goes_on_and_gets_its_mail)
{
    start({.odmr = {{"linger", "1h"}}});
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
    the_provider().postfix().flush();
    EXPECT_TRUE(arrives(first_message, "ann@example.org"));
}

TEST_F(several_sessions, sessions_of_two_customers_do_not_see_each_others_mail)
{
    start({.odmr = {{"linger", "1h"}}});
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
        ASSERT_TRUE(wait_until([&] {
            return std::filesystem::exists(the_provider().socket_of("example.net")) &&
                   std::filesystem::exists(the_provider().socket_of("example.org"));
        }));
        const std::vector<std::string> both = {"ann@example.org", "bob@example.net"};
        the_provider().postfix().inject({"sender@elsewhere.example", both, make_content("to both")});
        EXPECT_TRUE(
            wait_until([&] { return box_.accepted().size() == 1 && box_of_bob.accepted().size() == 1; }));
    }
    EXPECT_THAT(box_.accepted().front().recipients, ::testing::ElementsAre("ann@example.org"));
    EXPECT_THAT(box_of_bob.accepted().front().recipients, ::testing::ElementsAre("bob@example.net"));
}

TEST_F(several_sessions, more_sessions_of_a_customer_than_allowed_are_refused)
{
    start({.odmr = {{"linger", "1h"}, {"max_sessions_per_customer", "1"}}});
    scripted_customer& first = turned();
    first.serve();
    ASSERT_TRUE(wait_until([&] { return first.log().count("< EHLO") == 1; }));
    scripted_customer& second = logged_in();
    EXPECT_THAT(second.say("ATRN"), AnyOf(StartsWith("450 "), StartsWith("451 ")));
}

TEST_F(several_sessions, five_sessions_one_after_the_other_lose_nothing)
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

}  // namespace
}  // namespace odmr::test

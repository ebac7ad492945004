// Sessions that stay on the line, and several at the same time.
#include "provider_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::AnyOf;
using ::testing::StartsWith;

class several_sessions : public provider_test
{
};

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

TEST_F(several_sessions, more_sessions_of_a_customer_than_allowed_are_refused)
{
    start({.odmr = {{"linger", "1h"}, {"max_sessions_per_customer", "1"}}});
    scripted_customer& first = turned();
    first.serve();
    ASSERT_TRUE(wait_until([&] { return first.log().count("< EHLO") == 1; }));
    scripted_customer& second = logged_in();
    EXPECT_THAT(second.say("ATRN"), AnyOf(StartsWith("450 "), StartsWith("451 ")));
}

}  // namespace
}  // namespace odmr::test

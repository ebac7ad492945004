// How long mail may be on hold: for the customer's hold time, and never so long that a lost line would return
// it to its sender (a day less than both of Postfix's queue lifetimes).
#include "hold_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

class hold_lifetime : public hold_test
{
};

TEST_F(hold_lifetime, what_is_older_than_the_hold_time_is_let_go_to_be_deferred)
{
    start_holding({.odmr = {often}});
    the_provider().odmrctl_or_throw({"customer", "set", "alice", "--hold-time", "2s"});
    the_provider().add_customer("bob", {"example.net"});
    const sent_message message = held({"ann@example.org"});
    const sent_message of_bob = held({"bob@example.net"});
    EXPECT_TRUE(comes_to_be(message, "deferred"));
    EXPECT_TRUE(odmrd_says("let-go"));
    EXPECT_TRUE(on_hold(of_bob));  // whose hold time is another
    EXPECT_THAT(the_provider().odmrctl_or_throw({"status"}), HasSubstr("did not come in time: 1\n"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

TEST_F(hold_lifetime, a_hold_time_that_is_too_long_is_clipped_and_that_is_said)
{
    start_holding({.odmr = {{"hold_time", "13d"}},
                   .extra_main_cf = "maximal_queue_lifetime = 3d\nbounce_queue_lifetime = 2d\n"});
    EXPECT_TRUE(odmrd_says("hold-time-clipped: hold_time=1123200 to=86400"));
    held({"ann@example.org"});
}

class hold_lifetime_too_short : public hold_lifetime, public ::testing::WithParamInterface<const char*>
{
};

TEST_P(hold_lifetime_too_short, puts_nothing_on_hold_and_says_so)
{
    start({.odmr = {often}, .extra_main_cf = std::string(GetParam()) + "\n"});
    EXPECT_TRUE(odmrd_says("hold-time-clipped"));
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_TRUE(deferred(message));
    EXPECT_THAT(the_provider().postfix().log_of(message.queue_id), Each(Not(HasSubstr("hold:"))));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

INSTANTIATE_TEST_SUITE_P(each, hold_lifetime_too_short,
                         ::testing::Values("maximal_queue_lifetime = 1d", "bounce_queue_lifetime = 12h",
                                           "bounce_queue_lifetime = 0"));

TEST_F(hold_lifetime, a_hold_time_of_0_puts_nothing_on_hold)
{
    start({.odmr = {{"hold_time", "0"}}});
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_TRUE(deferred(message));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

}  // namespace
}  // namespace odmr::test

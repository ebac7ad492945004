// stall_watch: what counts as progress, and when the lack of it is a stall.
#include "core/stall_watch.hpp"

#include "core/release_window.hpp"

#include <gtest/gtest.h>

namespace odmr
{
namespace
{

using namespace std::chrono_literals;

class stall_watch_test : public ::testing::Test
{
protected:
    static constexpr std::size_t many = release_window::few + 1;

    /// What a look at that second says.
    bool stalled_at(std::chrono::seconds when) { return watch.stalled(seen, begin + when); }

    stall_watch watch{60s};
    stall_watch::sight seen{many, true, 7, 1000};
    const stall_watch::clock_point begin{std::chrono::hours(1)};
};

TEST_F(stall_watch_test, no_progress_for_the_whole_limit_is_a_stall)
{
    EXPECT_FALSE(stalled_at(0s));
    EXPECT_FALSE(stalled_at(59s));
    EXPECT_TRUE(stalled_at(60s));
}

TEST_F(stall_watch_test, a_step_is_progress)
{
    EXPECT_FALSE(stalled_at(0s));
    ++seen.steps;
    EXPECT_FALSE(stalled_at(50s));
    EXPECT_FALSE(stalled_at(109s));
    EXPECT_TRUE(stalled_at(110s));
}

TEST_F(stall_watch_test, octets_that_arrive_are_progress)
{
    // A thin line may need minutes for what the kernel took at once.
    EXPECT_FALSE(stalled_at(0s));
    for (auto when = 50s; when < 600s; when += 50s) {
        ++seen.acknowledged;
        EXPECT_FALSE(stalled_at(when));
    }
}

TEST_F(stall_watch_test, more_messages_are_no_progress)
{
    EXPECT_FALSE(stalled_at(0s));
    seen.open += 10;
    EXPECT_FALSE(stalled_at(30s));
    EXPECT_TRUE(stalled_at(60s));
}

TEST_F(stall_watch_test, a_few_messages_may_take_their_time)
{
    seen.open = release_window::few;
    EXPECT_FALSE(watch.concerned(seen.open));
    EXPECT_FALSE(stalled_at(0s));
    EXPECT_FALSE(stalled_at(600s));
    seen.open = many;  // from now on it counts
    EXPECT_TRUE(watch.concerned(seen.open));
    EXPECT_FALSE(stalled_at(610s));
    EXPECT_TRUE(stalled_at(670s));
}

TEST_F(stall_watch_test, what_the_mail_system_owes_is_not_the_customers_stall)
{
    EXPECT_FALSE(stalled_at(0s));
    seen.customers_turn = false;
    EXPECT_FALSE(stalled_at(100s));
    seen.customers_turn = true;
    EXPECT_FALSE(stalled_at(150s));
    EXPECT_TRUE(stalled_at(160s));
}

TEST_F(stall_watch_test, it_looks_several_times_within_the_limit)
{
    EXPECT_EQ(watch.interval(), 15s);
}

TEST(stall_watch, without_a_limit_nothing_is_a_stall)
{
    const stall_watch watch(0s);
    EXPECT_FALSE(watch.concerned(1000));
}

}  // namespace
}  // namespace odmr

#include "core/release_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace odmr
{
namespace
{

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr mail_amount most{1000, 64 * mib};

release_window::clock_point at(milliseconds when)
{
    return release_window::clock_point{} + hours(1) + when;
}

/// Takes messages of that size until it may not, and lets them go.
std::uint64_t fill(release_window& window, milliseconds now, std::uint64_t octets, mail_amount share = most,
                   std::uint64_t waiting = 100'000)
{
    release_window::allowance allowance = window.top_up(at(now), share);
    std::uint64_t taken = 0;
    while (taken < waiting && allowance.take(octets))
        ++taken;
    window.released({taken, taken * octets}, at(now));
    return taken;
}

// ---- what is let go at first, and at the limits

struct filling {
    const char* name;
    std::uint64_t octets;
    mail_amount most;
    std::uint64_t taken;
};

TEST(release_window, begins_with_what_is_delivered_at_once)
{
    const filling table[] = {
        {"small messages", 4 * kib, {1000, 64 * mib}, release_window::first.messages},
        {"empty messages", 0, {1000, 64 * mib}, release_window::first.messages},
        {"middling messages", mib, {1000, 64 * mib}, release_window::few},
        {"messages that fill the limit", 16 * mib, {1000, 64 * mib}, 4},
        {"messages of the limit", 64 * mib, {1000, 64 * mib}, 1},
        {"messages over the limit: one at a time", 65 * mib, {1000, 64 * mib}, 1},
        {"greatest size", UINT64_MAX, {1000, 64 * mib}, 1},
        {"less than a few allowed", 4 * kib, {2, 64 * mib}, 2},
        {"nothing allowed: one at a time", 4 * kib, {0, 0}, 1},
    };
    for (const filling& t : table) {
        release_window window(t.most);
        EXPECT_EQ(fill(window, milliseconds(0), t.octets, t.most), t.taken) << t.name;
        EXPECT_EQ(window.under_way().messages, t.taken) << t.name;
        EXPECT_EQ(fill(window, milliseconds(0), t.octets, t.most), 0U) << t.name << ", and no more then";
    }
}

TEST(release_window, what_is_settled_makes_room)
{
    release_window window(most);
    window.released({release_window::few, release_window::few * kib}, at(milliseconds(0)));
    window.settled({2, 2 * kib}, at(seconds(10)));
    EXPECT_EQ(window.under_way(), (mail_amount{3, 3 * kib}));
    EXPECT_EQ(fill(window, seconds(10), kib), 2U);
}

TEST(release_window, a_large_message_is_not_passed_by)
{
    release_window window(most);
    release_window::allowance allowance = window.top_up(at(milliseconds(0)));
    EXPECT_TRUE(allowance.take(kib));
    EXPECT_FALSE(allowance.take(64 * mib));
    EXPECT_FALSE(allowance.take(kib));
}

TEST(release_window, more_settled_than_released_is_nothing_under_way)
{
    release_window window(most);
    window.released({2, 10}, at(milliseconds(0)));
    window.settled({1, 20}, at(milliseconds(1)));
    EXPECT_EQ(window.under_way(), (mail_amount{1, 0}));
    window.settled({2, 0}, at(milliseconds(2)));
    EXPECT_EQ(window.under_way(), mail_amount{});
    window.released({1, 10}, at(milliseconds(0)));
    window.settled({1, 1}, at(milliseconds(3)));
    EXPECT_EQ(window.under_way(), mail_amount{}) << "no octets without messages";
}

// ---- measuring

TEST(release_window, is_what_was_delivered_in_two_seconds)
{
    release_window window(most);
    window.released({1000, 1000 * kib}, at(milliseconds(0)));
    for (int i = 1; i <= 400; ++i)  // 100 in a second
        window.settled({1, kib}, at(i * milliseconds(10)));
    const mail_amount target = window.target(at(seconds(4)));
    EXPECT_NEAR(static_cast<double>(target.messages), 200, 10);
    EXPECT_NEAR(static_cast<double>(target.octets), 200 * kib, 10 * kib);
}

TEST(release_window, what_goes_in_no_time_makes_it_eight_times_as_large_and_not_more)
{
    release_window window(most);
    milliseconds now{0};
    for (const std::uint64_t expected : {20U, 8 * 20U, 1000U}) {
        EXPECT_EQ(window.target(at(now)).messages, expected);
        window.released({expected, expected * kib}, at(now));
        window.settled({expected, expected * kib}, at(now + milliseconds(1)));
        now += seconds(1);
    }
}

TEST(release_window, an_idle_line_is_not_a_slow_one)
{
    release_window window(most);
    window.released({100, 100 * kib}, at(milliseconds(0)));
    window.settled({100, 100 * kib}, at(seconds(1)));
    const mail_amount before = window.target(at(seconds(1)));
    EXPECT_EQ(before, (mail_amount{200, 200 * kib}));
    EXPECT_EQ(window.target(at(hours(1))), before);
}

TEST(release_window, a_stall_makes_it_small)
{
    release_window window(most);
    window.released({300, 300 * kib}, at(milliseconds(0)));
    window.settled({200, 200 * kib}, at(seconds(2)));
    EXPECT_GT(window.target(at(seconds(2))).messages, 150U);
    EXPECT_EQ(window.target(at(seconds(5))), (mail_amount{release_window::few, 0}));
    EXPECT_EQ(window.under_way().messages, 100U);
    EXPECT_EQ(fill(window, seconds(5), kib), 0U);
    window.settled({97, 97 * kib}, at(seconds(6)));
    EXPECT_GT(fill(window, seconds(6), kib), 2U) << "and it goes on";
}

TEST(release_window, time_does_not_run_backwards)
{
    release_window window(most);
    window.released({10, 10}, at(seconds(10)));
    window.settled({1, 1}, at(seconds(5)));
    EXPECT_EQ(window.target(at(seconds(4))).messages, 8U);
    window.settled({1, 1}, at(seconds(11)));
    EXPECT_EQ(window.target(at(seconds(11))).messages, release_window::few) << "2 in one second";
}

TEST(release_window, what_is_withdrawn_was_not_delivered)
{
    release_window window(most);
    window.released({500, 500 * kib}, at(milliseconds(0)));
    window.withdrawn({499, 499 * kib}, at(milliseconds(300)));
    EXPECT_EQ(window.under_way(), (mail_amount{1, kib}));
    EXPECT_EQ(window.target(at(milliseconds(300))), (mail_amount{release_window::few, 0}));
}

TEST(release_window, a_lost_line_begins_anew)
{
    release_window window(most);
    window.released({500, 500 * kib}, at(milliseconds(0)));
    window.settled({400, 400 * kib}, at(milliseconds(10)));
    window.line_lost();
    EXPECT_EQ(window.under_way(), mail_amount{});
    EXPECT_EQ(window.target(at(milliseconds(20))), release_window::first);
    window.settled({3, 3}, at(milliseconds(30)));  // an answer that comes late
    EXPECT_EQ(window.under_way(), mail_amount{});
    EXPECT_EQ(window.target(at(milliseconds(30))), release_window::first) << "nor is it measured";
}

TEST(release_window, one_huge_message)
{
    release_window window(most);
    release_window::allowance allowance = window.top_up(at(milliseconds(0)));
    EXPECT_TRUE(allowance.take(500 * mib));
    EXPECT_FALSE(allowance.take(1));
    window.released({1, 500 * mib}, at(milliseconds(0)));
    EXPECT_EQ(fill(window, seconds(100), kib), 0U) << "the line has enough to do";
    window.settled({1, 500 * mib}, at(seconds(500)));
    EXPECT_EQ(fill(window, seconds(500), kib), release_window::few) << "and so has not become a fast one";
}

TEST(release_window, octets_keep_large_messages_from_a_window_made_by_small_ones)
{
    release_window window(most);
    window.released({200, 200 * kib}, at(milliseconds(0)));
    window.settled({200, 200 * kib}, at(seconds(1)));
    EXPECT_EQ(window.target(at(seconds(1))), (mail_amount{400, 400 * kib}));
    EXPECT_EQ(fill(window, seconds(1), mib), release_window::few);
}

TEST(release_window, a_share_is_not_exceeded)
{
    release_window window(most);
    window.released({200, 200 * kib}, at(milliseconds(0)));
    window.settled({200, 200 * kib}, at(seconds(1)));
    EXPECT_EQ(fill(window, seconds(1), kib, {50, mib}), 50U);
    EXPECT_EQ(fill(window, seconds(1), kib, {60, 55 * kib}), 5U);
    EXPECT_EQ(fill(window, seconds(1), kib, {0, 0}), 0U);
    window.line_lost();
    EXPECT_EQ(fill(window, seconds(1), kib, {0, 0}), 1U) << "nobody is left out for ever";
    window.line_lost();
    EXPECT_EQ(fill(window, seconds(1), kib, {2, mib}), 2U);
}

// ---- with a line that takes its time

/// A line that answers one message after the other, and a mail system that is topped up once a second.
struct drain {
    std::uint64_t octets;      ///< of each message
    milliseconds per_message;  ///< 0: 500 in a tick
    std::uint64_t delivered = 0;
    std::uint64_t most_under_way = 0;
    std::uint64_t idle_ticks = 0;  ///< of 10 ms

    void run(release_window& window, milliseconds from, milliseconds to)
    {
        milliseconds next = from;  // when the line is done with its present message
        for (milliseconds now = from; now < to; now += milliseconds(10)) {
            if ((now - from) % seconds(1) == milliseconds(0)) {
                const bool was_idle = window.under_way().messages == 0;
                fill(window, now, octets);
                if (was_idle)
                    next = now + per_message;
            }
            most_under_way = std::max(most_under_way, window.under_way().messages);
            idle_ticks += window.under_way().messages == 0 ? 1 : 0;
            for (int i = 0; i < 500 && window.under_way().messages > 0 && next <= now; ++i) {
                window.settled({1, octets}, at(now));
                ++delivered;
                next += per_message;
            }
        }
    }
};

TEST(release_window, follows_a_slow_line)
{
    release_window window(most);
    drain d{.octets = 10 * kib, .per_message = milliseconds(500)};
    d.run(window, seconds(0), seconds(60));
    EXPECT_EQ(d.delivered, 119U) << "it was never without work";
    EXPECT_EQ(d.most_under_way, release_window::first.messages) << "in the beginning";
    EXPECT_EQ(window.target(at(seconds(60))).messages, release_window::few);
}

TEST(release_window, follows_a_line_of_middling_speed)
{
    release_window window(most);
    drain d{.octets = 10 * kib, .per_message = milliseconds(20)};
    d.run(window, seconds(0), seconds(60));
    EXPECT_GT(d.delivered, 2800U) << "of 3000";
    EXPECT_LE(d.most_under_way, 120U) << "about two seconds of it";
}

TEST(release_window, follows_a_fast_line_up_to_the_limit)
{
    release_window window(most);
    drain d{.octets = kib, .per_message = milliseconds(0)};
    d.run(window, seconds(0), seconds(10));
    EXPECT_EQ(d.most_under_way, most.messages);
    EXPECT_GT(d.delivered, 6 * most.messages) << "it is at the limit after a few seconds";
}

TEST(release_window, follows_a_line_that_becomes_slow)
{
    release_window window(most);
    drain fast{.octets = kib, .per_message = milliseconds(10)};
    fast.run(window, seconds(0), seconds(20));
    EXPECT_GT(fast.most_under_way, 150U);
    drain slow{.octets = kib, .per_message = milliseconds(1000)};
    slow.run(window, seconds(20), seconds(400));
    EXPECT_LE(window.under_way().messages, release_window::few);
    EXPECT_EQ(slow.idle_ticks, 0U);
}

// ---- several customers

struct division {
    std::uint64_t total;
    std::vector<std::uint64_t> wants;
    std::vector<std::uint64_t> shares;
};

TEST(divide_fairly, nobody_gets_more_than_wanted_or_less_than_others)
{
    const division table[] = {
        {100, {}, {}},
        {100, {30}, {30}},
        {100, {300}, {100}},
        {100, {30, 30, 30}, {30, 30, 30}},
        {100, {50, 50}, {50, 50}},
        {100, {200, 200}, {50, 50}},
        {100, {10, 200, 200}, {10, 45, 45}},
        {100, {200, 10, 200}, {45, 10, 45}},
        {100, {1, 2, 300, 400, 500}, {1, 2, 32, 32, 33}},
        {100, {0, 500}, {0, 100}},
        {2, {5, 5, 5}, {0, 1, 1}},
        {0, {5, 5}, {0, 0}},
        {UINT64_MAX, {UINT64_MAX, UINT64_MAX}, {UINT64_MAX / 2, UINT64_MAX / 2 + 1}},
    };
    for (const division& t : table)
        EXPECT_EQ(divide_fairly(t.total, t.wants), t.shares) << ::testing::PrintToString(t.wants);
}

TEST(divide_fairly, messages_and_octets_each_by_themselves)
{
    const std::vector<mail_amount> wants{{100, 10}, {5, 1000}, {100, 1000}};
    EXPECT_EQ(divide_fairly({105, 910}, wants), (std::vector<mail_amount>{{50, 10}, {5, 450}, {50, 450}}));
    EXPECT_EQ(divide_fairly({1, 1}, {}), std::vector<mail_amount>{});
}

}  // namespace
}  // namespace odmr

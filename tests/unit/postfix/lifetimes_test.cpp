#include "postfix/lifetimes.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace odmr::postfix
{
namespace
{

using std::chrono::hours;

TEST(lifetimes, are_read_as_postconf_writes_them)
{
    EXPECT_EQ(parse_lifetime("5d"), hours(5 * 24));
    EXPECT_EQ(parse_lifetime("14"), hours(14 * 24)) << "days, when nothing is said";
    EXPECT_EQ(parse_lifetime("2w"), hours(14 * 24));
    EXPECT_EQ(parse_lifetime("36h"), hours(36));
    EXPECT_EQ(parse_lifetime("90m"), std::chrono::minutes(90));
    EXPECT_EQ(parse_lifetime("4s"), seconds(4));
    EXPECT_EQ(parse_lifetime("0"), seconds(0));
}

TEST(lifetimes, are_nothing_else)
{
    for (const char* text : {"", "d", "-1d", "5 d", "5dd", "5x", "1e3", "$maximal_queue_lifetime",
                             "99999999999d", "99999999999999999999"})
        EXPECT_FALSE(parse_lifetime(text)) << text;
}

TEST(lifetimes, leave_a_day_to_deliver_what_was_on_hold)
{
    EXPECT_EQ(longest_hold(hours(14 * 24), hours(14 * 24)), hours(13 * 24));
    EXPECT_EQ(longest_hold(hours(14 * 24), hours(5 * 24)), hours(4 * 24)) << "bounces expire too";
    EXPECT_EQ(longest_hold(hours(24), hours(48)), seconds(0));
    EXPECT_EQ(longest_hold(seconds(4), seconds(4)), seconds(0));
    EXPECT_EQ(longest_hold(seconds(0), hours(48)), seconds(0));
}

}  // namespace
}  // namespace odmr::postfix

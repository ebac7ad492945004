// lifetimes: times as sendmail.cf has them.
#include "sendmail/lifetimes.hpp"

#include <gtest/gtest.h>

namespace odmr::sendmail
{
namespace
{

constexpr seconds hour{3600};

TEST(lifetimes, have_units)
{
    EXPECT_EQ(parse_time("30s", hour), seconds(30));
    EXPECT_EQ(parse_time("2m", hour), seconds(120));
    EXPECT_EQ(parse_time("4h", hour), 4 * hour);
    EXPECT_EQ(parse_time("5d", hour), 5 * 24 * hour);
    EXPECT_EQ(parse_time("2w", hour), 14 * 24 * hour);
}

TEST(lifetimes, may_be_sums_and_have_a_usual_unit)
{
    EXPECT_EQ(parse_time("1h30m", hour), hour + seconds(1800));
    EXPECT_EQ(parse_time("0", hour), seconds(0));
    EXPECT_EQ(parse_time("4", hour), 4 * hour);
    EXPECT_EQ(parse_time("5", 24 * hour), 5 * 24 * hour);
}

TEST(lifetimes, that_are_none)
{
    for (const char* none : {"", "h", "5x", "now", "-1h", "1h ", "1.5h"})
        EXPECT_EQ(parse_time(none, hour), std::nullopt) << none;
    EXPECT_GT(parse_time("99999999999999999999d", hour), hour) << "as long as anybody wants";
}

}  // namespace
}  // namespace odmr::sendmail

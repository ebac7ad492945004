#include "odmrctl/short_units.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <limits>

namespace odmr::ctl
{
namespace
{

using namespace std::chrono_literals;

constexpr std::uint64_t kibi = 1024;
constexpr std::uint64_t mebi = 1024 * kibi;

TEST(short_size, has_few_digits)
{
    EXPECT_EQ(short_size(0), "0");
    EXPECT_EQ(short_size(1023), "1023");
    EXPECT_EQ(short_size(kibi), "1.0K");
    EXPECT_EQ(short_size(3 * kibi + 500), "3.4K");
    EXPECT_EQ(short_size(10 * kibi - 1), "9.9K");
    EXPECT_EQ(short_size(10 * kibi), "10K");
    EXPECT_EQ(short_size(mebi - 1), "1023K");
    EXPECT_EQ(short_size(12 * mebi), "12M");
    EXPECT_EQ(short_size(5 * mebi * mebi), "5.0T");
}

TEST(short_size, knows_a_word_for_everything)
{
    EXPECT_EQ(short_size(std::numeric_limits<std::uint64_t>::max()), "15E");
}

TEST(short_age, counts_whole_units_that_have_passed)
{
    EXPECT_EQ(short_age(0s), "0s");
    EXPECT_EQ(short_age(59s), "59s");
    EXPECT_EQ(short_age(60s), "1min");
    EXPECT_EQ(short_age(59min + 59s), "59min");
    EXPECT_EQ(short_age(2h + 59min), "2h");
    EXPECT_EQ(short_age(24h), "1d");
    EXPECT_EQ(short_age(24h * 400), "400d");
}

TEST(short_age, is_nothing_when_clocks_disagree)
{
    EXPECT_EQ(short_age(-5s), "0s");
}

TEST(local_time, is_that_of_the_place)
{
    ::setenv("TZ", "XYZ-2", 1);
    EXPECT_EQ(local_time(std::chrono::sys_seconds(1'772'350'200s)), "2026-03-01 09:30:00");
    ::unsetenv("TZ");
}

}  // namespace
}  // namespace odmr::ctl

#include "core/units.hpp"

#include <gtest/gtest.h>

using namespace odmr;
using namespace std::chrono_literals;

TEST(units, durations_need_a_unit)
{
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("5min"), 5min);
    EXPECT_EQ(parse_duration("2h"), 2h);
    EXPECT_EQ(parse_duration("7d"), 7 * 24h);
    EXPECT_EQ(parse_duration("0"), 0s);
    EXPECT_EQ(parse_duration("0s"), 0s);
    for (const auto* wrong :
         {"", "5", "00", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "5m", "5S", "1h30min", "1.5h", "5ms"})
        EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
}

TEST(units, a_duration_that_does_not_fit_is_refused_not_wrapped)
{
    EXPECT_EQ(parse_duration("9223372036854775807s"), seconds::max());
    EXPECT_EQ(parse_duration("9223372036854775808s"), std::nullopt);
    EXPECT_EQ(parse_duration("106751991167300d"), 106751991167300 * 24h);
    EXPECT_EQ(parse_duration("106751991167301d"), std::nullopt);
    EXPECT_EQ(parse_duration("99999999999999999999s"), std::nullopt);
}

TEST(units, durations_are_written_with_the_largest_whole_unit)
{
    EXPECT_EQ(format_duration(0s), "0");
    EXPECT_EQ(format_duration(59s), "59s");
    EXPECT_EQ(format_duration(90s), "90s");
    EXPECT_EQ(format_duration(300s), "5min");
    EXPECT_EQ(format_duration(36h), "36h");
    EXPECT_EQ(format_duration(48h), "2d");
}

TEST(units, sizes_are_octets_or_units_of_1024)
{
    EXPECT_EQ(parse_size("0"), 0U);
    EXPECT_EQ(parse_size("4096"), 4096U);
    EXPECT_EQ(parse_size("256K"), 262144U);
    EXPECT_EQ(parse_size("10M"), 10485760U);
    EXPECT_EQ(parse_size("3G"), 3221225472U);
    EXPECT_EQ(parse_size("17179869183G"), 17179869183U * (1ULL << 30U));
    for (const auto* wrong :
         {"", "K", "1k", "1KB", "1 K", "-1", "0x10", "1T", "17179869184G", "18446744073709551616"})
        EXPECT_EQ(parse_size(wrong), std::nullopt) << wrong;
    EXPECT_EQ(format_size(0), "0");
    EXPECT_EQ(format_size(1000), "1000");
    EXPECT_EQ(format_size(12288), "12K");
    EXPECT_EQ(format_size(1U << 30U), "1G");
}

TEST(units, counts_are_digits_only)
{
    EXPECT_EQ(parse_count("18446744073709551615"), 18446744073709551615U);
    for (const auto* wrong : {"", "-1", "+1", " 1", "1 ", "1K", "18446744073709551616"})
        EXPECT_EQ(parse_count(wrong), std::nullopt) << wrong;
}

TEST(units, an_endpoint_is_a_numeric_address_and_a_port)
{
    EXPECT_EQ(parse_endpoint("127.0.0.1:366"), (endpoint_setting{"127.0.0.1", 366}));
    EXPECT_EQ(parse_endpoint("0.0.0.0:0"), (endpoint_setting{"0.0.0.0", 0}));
    EXPECT_EQ(parse_endpoint("[::]:65535"), (endpoint_setting{"::", 65535}));
    EXPECT_EQ(parse_endpoint("[2001:db8::25]:366"), (endpoint_setting{"2001:db8::25", 366}));
    for (const auto* wrong :
         {"", ":366", "366", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:odmr", "127.0.0.1 :366",
          "127.0.0.256:366", "127.0.0:366", "localhost:366", "*:366", "::1:366", "[127.0.0.1]:366", "[::1]",
          "[::1]366", "[]:366", "[::g]:366", "[1::2::3]:366"})
        EXPECT_EQ(parse_endpoint(wrong), std::nullopt) << wrong;
}

TEST(units, endpoints_are_written_as_they_are_read)
{
    for (const auto* text : {"127.0.0.1:366", "[::1]:2525"}) {
        const auto endpoint = parse_endpoint(text);
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(format_endpoint(*endpoint), text);
    }
}

TEST(units, a_list_of_endpoints_has_something_between_its_commas)
{
    const std::vector<endpoint_setting> both = {{"127.0.0.1", 366}, {"::", 366}};
    EXPECT_EQ(parse_endpoints("127.0.0.1:366, [::]:366"), both);
    EXPECT_EQ(parse_endpoints(" 127.0.0.1:366 ,[::]:366 "), both);
    EXPECT_EQ(parse_endpoints(""), std::vector<endpoint_setting>());
    EXPECT_EQ(parse_endpoints("  "), std::vector<endpoint_setting>());
    for (const auto* wrong : {",", "127.0.0.1:366,", ",127.0.0.1:366", "127.0.0.1:366,,[::]:366",
                              "127.0.0.1:366 [::]:366", "127.0.0.1:366, "})
        EXPECT_EQ(parse_endpoints(wrong), std::nullopt) << wrong;
}

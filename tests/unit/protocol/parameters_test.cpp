#include "protocol/parameters.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace odmr
{

namespace
{

struct parsing {
    std::string text;
    std::optional<esmtp_parameters> expected;
};

const std::vector<parsing> parsings{
    {"", esmtp_parameters{}},
    {"   ", esmtp_parameters{}},
    {"SIZE=100", {{{"SIZE", "100"}}}},
    {"size=100 Body=8bitMIME SMTPUTF8",
     {{{"SIZE", "100"}, {"BODY", "8bitMIME"}, {"SMTPUTF8", std::nullopt}}}},
    {" A  B=1 ", {{{"A", std::nullopt}, {"B", "1"}}}},
    {"AUTH=<>", {{{"AUTH", "<>"}}}},
    {"ORCPT=rfc822;a+3Db@example.org", {{{"ORCPT", "rfc822;a+3Db@example.org"}}}},
    {"ORCPT=utf-8;\xc3\xbc@example.org", {{{"ORCPT", "utf-8;\xc3\xbc@example.org"}}}},
    {"8BITMIME X-Y-9", {{{"8BITMIME", std::nullopt}, {"X-Y-9", std::nullopt}}}},
    {"A=!~", {{{"A", "!~"}}}},

    {"=1", std::nullopt},
    {"A=", std::nullopt},
    {"A= B", std::nullopt},
    {"A==1", std::nullopt},
    {"A=1=2", std::nullopt},
    {"-A", std::nullopt},
    {"A_B=1", std::nullopt},
    {"A;B", std::nullopt},
    {"\xc3\xbc=1", std::nullopt},
    {"A=\xc3", std::nullopt},
    {"A=\x7f", std::nullopt},
    {"A=\t", std::nullopt},
    {"A\tB", std::nullopt},
    {"A A", std::nullopt},
    {"SIZE=1 BODY=7BIT size=1", std::nullopt},
};

TEST(parameters, are_parsed)
{
    for (const parsing& p : parsings) {
        SCOPED_TRACE(p.text);
        EXPECT_EQ(parse_parameters(p.text), p.expected);
    }
}

TEST(parameters, are_written_so_that_they_parse_again)
{
    for (const parsing& p : parsings)
        if (p.expected) {
            EXPECT_EQ(parse_parameters(format_parameters(*p.expected)), p.expected);
        }
    EXPECT_EQ(format_parameters({}), "");
    EXPECT_EQ(format_parameters({{"SIZE", "100"}, {"SMTPUTF8", std::nullopt}}), " SIZE=100 SMTPUTF8");
}

TEST(parameters, are_found_by_keyword)
{
    const esmtp_parameters list{{"SIZE", "100"}, {"BODY", "7BIT"}};
    ASSERT_NE(find_parameter(list, "BODY"), nullptr);
    EXPECT_EQ(find_parameter(list, "BODY")->value, "7BIT");
    EXPECT_EQ(find_parameter(list, "BOD"), nullptr);
    EXPECT_EQ(find_parameter({}, "BODY"), nullptr);
}

TEST(parameters, numbers)
{
    EXPECT_EQ(parse_number("0"), 0u);
    EXPECT_EQ(parse_number("00000000000000000007"), 7u);
    EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615u);
    for (const std::string text : {"", " ", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.0",
                                   "18446744073709551616", "99999999999999999999", "000000000000000000007"})
        EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

}  // namespace

}  // namespace odmr

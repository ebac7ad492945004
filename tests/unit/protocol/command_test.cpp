#include "protocol/command.hpp"

#include "pieces.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

namespace
{

struct splitting {
    std::string line;
    std::string verb;
    std::string argument;
};

const std::vector<splitting> splittings{
    {"", "", ""},
    {"QUIT", "QUIT", ""},
    {"quit", "QUIT", ""},
    {"QUIT   ", "QUIT", ""},
    {"Ehlo host.example", "EHLO", "host.example"},
    {"MAIL FROM:<a@b.example> SIZE=1 ", "MAIL", "FROM:<a@b.example> SIZE=1"},
    {"AUTH  PLAIN", "AUTH", " PLAIN"},
    {" QUIT", "", "QUIT"},
    {"NOOP\tx", "NOOP\tX", ""},
    {"n\xc3\xb6\xf6p x", "N\xc3\xb6\xf6P", "x"},
};

TEST(command, is_split)
{
    for (const splitting& s : splittings) {
        SCOPED_TRACE(s.line);
        const command c = split_command(s.line);
        EXPECT_EQ(c.verb, s.verb);
        EXPECT_EQ(c.argument, s.argument);
    }
}

TEST(command, argument_views_the_line)
{
    const std::string line = "VRFY someone ";
    const command c = split_command(line);
    EXPECT_EQ(c.argument.data(), line.data() + 5);
}

TEST(command, verb_is_found_in_a_table)
{
    struct row {
        std::string_view name;
        int number;
    };
    constexpr std::array<row, 2> table{{{"MAIL", 1}, {"RCPT", 2}}};
    const std::span<const row> rows(table);
    ASSERT_NE(find_verb(rows, "RCPT"), nullptr);
    EXPECT_EQ(find_verb(rows, "RCPT")->number, 2);
    EXPECT_EQ(find_verb(rows, "MAI"), nullptr);
    EXPECT_EQ(find_verb(rows, ""), nullptr);
}

TEST(command, case_is_ascii)
{
    const std::string octets = test::every_octet();
    const std::string upper = to_upper(octets);
    const std::string lower = to_lower(octets);
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const bool is_lower = i >= 'a' && i <= 'z';
        const bool is_upper = i >= 'A' && i <= 'Z';
        EXPECT_EQ(upper[i], octets[is_lower ? i - 32 : i]) << i;
        EXPECT_EQ(lower[i], octets[is_upper ? i + 32 : i]) << i;
    }
}

TEST(command, comparison_ignores_case_only)
{
    EXPECT_TRUE(equal_no_case("", ""));
    EXPECT_TRUE(equal_no_case("Postmaster", "pOSTMASTER"));
    EXPECT_FALSE(equal_no_case("postmaster", "postmaste"));
    EXPECT_FALSE(equal_no_case("postmaste", "postmaster"));
    EXPECT_FALSE(equal_no_case("@", "`"));  // 32 apart, as 'A' and 'a' are, but no letters
    EXPECT_FALSE(equal_no_case("\xc4", "\xe4"));
}

}  // namespace

}  // namespace odmr

#include "protocol/atrn.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace odmr
{

namespace
{

using domains = std::vector<std::string>;

struct parsing {
    std::string tail;
    std::optional<domains> expected;
};

const std::string label_63(63, 'a');
const std::string name_253 = label_63 + '.' + label_63 + '.' + label_63 + '.' + std::string(61, 'b');

const std::vector<parsing> parsings{
    {"", domains{}},
    {" example.org", domains{"example.org"}},
    {" example.org,example.com", domains{"example.org", "example.com"}},
    {" Example.ORG", domains{"example.org"}},
    {" b.example,A.example,B.EXAMPLE,a.example,c.example", domains{"b.example", "a.example", "c.example"}},
    {" a.b", domains{"a.b"}},
    {" 1.2.3.4", domains{"1.2.3.4"}},  // by the ABNF a domain like any other
    {" x--y.z-9.xn--p1ai", domains{"x--y.z-9.xn--p1ai"}},
    {" " + label_63 + ".org", domains{label_63 + ".org"}},
    {" " + name_253, domains{name_253}},

    {" ", std::nullopt},
    {"  example.org", std::nullopt},
    {"\texample.org", std::nullopt},
    {"example.org", std::nullopt},
    {",example.org", std::nullopt},
    {" example.org ", std::nullopt},
    {" example.org, example.com", std::nullopt},
    {" example.org ,example.com", std::nullopt},
    {" example.org example.com", std::nullopt},
    {" ,", std::nullopt},
    {" ,example.org", std::nullopt},
    {" example.org,", std::nullopt},
    {" example.org,,example.com", std::nullopt},
    {" example", std::nullopt},
    {" example.org,localhost", std::nullopt},
    {" example.org.", std::nullopt},
    {" .example.org", std::nullopt},
    {" example..org", std::nullopt},
    {" .", std::nullopt},
    {" -a.org", std::nullopt},
    {" a-.org", std::nullopt},
    {" a.-", std::nullopt},
    {" a.org-", std::nullopt},
    {" a_b.org", std::nullopt},
    {" *.org", std::nullopt},
    {" ../passwd", std::nullopt},
    {" a/b.org", std::nullopt},
    {" b\xc3\xbc.org", std::nullopt},
    {" [1.2.3.4]", std::nullopt},
    {" a@example.org", std::nullopt},
    {std::string(" a.org\0", 7), std::nullopt},
    {" a" + label_63 + ".org", std::nullopt},
    {" " + name_253 + "b", std::nullopt},
};

TEST(atrn, argument_is_parsed)
{
    for (const parsing& p : parsings) {
        SCOPED_TRACE(p.tail);
        EXPECT_EQ(parse_atrn(p.tail), p.expected);
    }
}

TEST(atrn, a_long_list_is_read_whole)
{
    domains expected;
    std::string tail;
    for (int i = 0; i < 1000; ++i) {
        expected.push_back("d" + std::to_string(i) + ".example");
        tail += (i == 0 ? ' ' : ',') + expected.back();
    }
    EXPECT_EQ(parse_atrn(tail), expected);
    EXPECT_EQ(parse_atrn(tail + ',' + tail.substr(1)), expected);
}

}  // namespace

}  // namespace odmr

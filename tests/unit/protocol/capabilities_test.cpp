#include "protocol/capabilities.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace odmr
{

namespace
{

capabilities of(const std::string& text)
{
    return parse_capabilities(reply(250, "", text));
}

using lines = std::vector<std::string>;

TEST(capabilities, one_line_offers_nothing)
{
    EXPECT_EQ(of("mx.example"), capabilities{});
    EXPECT_EQ(of("PIPELINING"), capabilities{});  // the first line is the server's name
    EXPECT_EQ(parse_capabilities(reply{}), capabilities{});
}

TEST(capabilities, each_keyword_is_its_own)
{
    struct keyword {
        std::string text;
        bool capabilities::* flag;
    };
    const std::vector<keyword> keywords{
        {"PIPELINING", &capabilities::pipelining},
        {"CHUNKING", &capabilities::chunking},
        {"8BITMIME", &capabilities::eight_bit_mime},
        {"SMTPUTF8", &capabilities::smtputf8},
        {"DSN", &capabilities::dsn},
        {"ENHANCEDSTATUSCODES", &capabilities::enhanced_codes},
        {"SIZE", &capabilities::size},
    };
    for (const keyword& k : keywords) {
        SCOPED_TRACE(k.text);
        capabilities expected;
        expected.*k.flag = true;
        EXPECT_EQ(of("mx\n" + k.text), expected);
    }
}

TEST(capabilities, are_read_from_a_real_reply)
{
    const capabilities c =
        of("mx.example Hello\npipelining\nSize 10240000\nVRFY\nETRN\nAUTH PLAIN LOGIN\nAUTH=PLAIN\n"
           "EnhancedStatusCodes\n8BITMIME \nDSN\nX-CHUNKING\nSMTPUTF8X");
    capabilities expected;
    expected.pipelining = expected.enhanced_codes = expected.eight_bit_mime = expected.dsn = expected.size =
        true;
    expected.size_limit = 10240000;
    EXPECT_EQ(c, expected);
}

TEST(capabilities, size_may_have_no_limit)
{
    for (const std::string text : {"SIZE", "SIZE 0", "SIZE many", "SIZE 99999999999999999999999"}) {
        SCOPED_TRACE(text);
        EXPECT_TRUE(of("mx\n" + text).size);
        EXPECT_EQ(of("mx\n" + text).size_limit, 0u);
    }
    EXPECT_EQ(of("mx\nSIZE 18446744073709551615").size_limit, 18446744073709551615u);
}

TEST(capabilities, either_is_what_one_of_them_has)
{
    const capabilities a = of("mx\nPIPELINING\nCHUNKING\n8BITMIME\nSIZE 1000");
    const capabilities b = of("mx\nCHUNKING\n8BITMIME\nDSN\nSIZE 2000");
    EXPECT_EQ(either(a, b), of("mx\nPIPELINING\nCHUNKING\n8BITMIME\nDSN\nSIZE 2000"));
    EXPECT_EQ(either(b, a), either(a, b));
    EXPECT_EQ(either(a, a), a);
    EXPECT_EQ(either({}, {}), capabilities{});
}

TEST(capabilities, either_has_no_limit_when_one_of_them_has_none)
{
    EXPECT_EQ(either(of("mx\nSIZE 5"), of("mx\nSIZE")), of("mx\nSIZE"));
    EXPECT_EQ(either(of("mx\nSIZE"), of("mx\nSIZE 5")), of("mx\nSIZE"));
    EXPECT_EQ(either(of("mx\nSIZE 5"), of("mx")), of("mx\nSIZE"));
}

TEST(capabilities, both_is_what_each_of_them_has)
{
    const capabilities a = of("mx\nPIPELINING\nCHUNKING\n8BITMIME\nSIZE 1000");
    const capabilities b = of("mx\nCHUNKING\n8BITMIME\nDSN\nSIZE 2000");
    EXPECT_EQ(both(a, b), of("mx\nCHUNKING\n8BITMIME\nSIZE 1000"));
    EXPECT_EQ(both(b, a), both(a, b));
    EXPECT_EQ(both(a, a), a);
    EXPECT_EQ(both(a, {}), of("mx\nSIZE 1000"));
}

TEST(capabilities, both_has_a_limit_when_one_of_them_has)
{
    EXPECT_EQ(both(of("mx\nSIZE 5"), of("mx\nSIZE")), of("mx\nSIZE 5"));
    EXPECT_EQ(both(of("mx\nSIZE"), of("mx\nSIZE 5")), of("mx\nSIZE 5"));
    EXPECT_EQ(both(of("mx\nSIZE 5"), of("mx")), of("mx\nSIZE 5"));
    EXPECT_EQ(both(of("mx\nSIZE"), of("mx")), of("mx"));
}

TEST(capabilities, are_written_for_lhlo)
{
    EXPECT_EQ(capability_lines({}), lines{});
    EXPECT_EQ(capability_lines(of("mx\nPIPELINING\nENHANCEDSTATUSCODES")), lines{});
    EXPECT_EQ(capability_lines(of("mx\nSIZE\nDSN\nCHUNKING\nSMTPUTF8\n8BITMIME")),
              (lines{"8BITMIME", "SMTPUTF8", "DSN", "CHUNKING", "SIZE"}));
    EXPECT_EQ(capability_lines(of("mx\nSIZE 1000")), lines{"SIZE 1000"});
}

}  // namespace

}  // namespace odmr

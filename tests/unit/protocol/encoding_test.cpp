#include "protocol/encoding.hpp"

#include "pieces.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

namespace
{

struct pair {
    std::string plain;
    std::string coded;
};

TEST(encoding, base64_vectors)  // RFC 4648 10, and the two digits that are not letters
{
    const std::vector<pair> pairs{{"", ""},
                                  {"f", "Zg=="},
                                  {"fo", "Zm8="},
                                  {"foo", "Zm9v"},
                                  {"foob", "Zm9vYg=="},
                                  {"fooba", "Zm9vYmE="},
                                  {"foobar", "Zm9vYmFy"},
                                  {"\xfb\xef\xff", "++//"}};
    for (const pair& p : pairs) {
        EXPECT_EQ(base64_encode(p.plain), p.coded);
        EXPECT_EQ(base64_decode(p.coded), p.plain);
    }
}

TEST(encoding, base64_is_strict)
{
    for (const std::string_view text :
         {"Z",     "Zg",       "Zg=",      "Zg===",   "=",        "==",       "===",  "====",
          "Z===",  "Zm8",      "Zm9v=",    "Zm9vYg=", "Zg==Zg==", "Zm8=Zm8=", "Z=g=", " Zg==",
          "Zg== ", "Zm\r\n9v", "Zm9v\r\n", "Zm-_",    "Zm9\xff",  "Zh==",     "Zm9=", "Zv=="})
        EXPECT_EQ(base64_decode(text), std::nullopt) << text;
    EXPECT_EQ(base64_decode(std::string_view("Zm9\0", 4)), std::nullopt);
}

TEST(encoding, base64_decodes_what_it_encoded)
{
    std::mt19937 random(1);
    const std::string octets = test::every_octet();
    EXPECT_EQ(base64_decode(base64_encode(octets)), octets);
    for (int i = 0; i < 2000; ++i) {
        const std::string text = test::random_text(random, 50, octets);
        EXPECT_EQ(base64_decode(base64_encode(text)), text);
    }
}

TEST(encoding, base64_has_one_text_for_each_value)
{
    std::mt19937 random(2);
    int decoded = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::string text = test::random_text(random, 8, "ABQgwxyz09+/=");
        if (const std::optional<std::string> octets = base64_decode(text)) {
            EXPECT_EQ(base64_encode(*octets), text);
            ++decoded;
        }
    }
    EXPECT_GT(decoded, 1000);
}

TEST(encoding, xtext_vectors)
{
    const std::vector<pair> pairs{{"", ""},
                                  {"abc@example.org", "abc@example.org"},
                                  {"a+b=c d", "a+2Bb+3Dc+20d"},
                                  {std::string("\0\r\n\x7f", 4), "+00+0D+0A+7F"},
                                  {"\xc3\xbc", "+C3+BC"},
                                  {"!~", "!~"}};
    for (const pair& p : pairs) {
        EXPECT_EQ(xtext_encode(p.plain), p.coded);
        EXPECT_EQ(xtext_decode(p.coded), p.plain);
    }
    EXPECT_EQ(xtext_decode("+41"), "A");  // what need not be encoded may be
}

TEST(encoding, xtext_is_strict)
{
    for (const std::string_view text : {"a=b", "a b", "+", "+4", "a+", "a+4", "+4g", "+g4", "+3d", "+d3",
                                        "++41", "\x7f", "\x1f", "\xc3\xbc", "\t"})
        EXPECT_EQ(xtext_decode(text), std::nullopt) << text;
}

TEST(encoding, xtext_reads_nothing_behind_its_end)
{
    EXPECT_EQ(xtext_decode(std::string_view("+41").substr(0, 2)), std::nullopt);
    EXPECT_EQ(xtext_decode(std::string_view("+41").substr(0, 1)), std::nullopt);
}

TEST(encoding, xtext_decodes_what_it_encoded)
{
    const std::string octets = test::every_octet();
    const std::string text = xtext_encode(octets);
    EXPECT_EQ(xtext_decode(text), octets);
    for (const char c : text)
        EXPECT_TRUE(c >= '!' && c <= '~' && c != '=');
}

TEST(encoding, utf8_is_well_formed)
{
    for (const std::string_view text :
         {"", "abc", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xec\xbf\xbf", "\xed\x9f\xbf",
          "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbf",
          "a\xc3\xbc"
          "b\xe2\x82\xac"
          "c"})
        EXPECT_TRUE(valid_utf8(text)) << text;
    EXPECT_TRUE(valid_utf8(std::string_view("\0", 1)));
}

TEST(encoding, utf8_is_not_well_formed)
{
    for (const std::string_view text : {"\x80",
                                        "\xbf",
                                        "a\x80",
                                        "\xc2",
                                        "\xc2"
                                        "a",
                                        "\xc2\xc2",
                                        "\xe0\xa0",
                                        "\xe0\xa0"
                                        "a",
                                        "\xf0\x90\x80",
                                        "\xf0\x90\x80"
                                        "a",
                                        "\xf0\x90"
                                        "a\x80",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xe0\x80\x80",
                                        "\xe0\x9f\xbf",
                                        "\xf0\x80\x80\x80",
                                        "\xf0\x8f\xbf\xbf",  // overlong
                                        "\xed\xa0\x80",
                                        "\xed\xbf\xbf",  // surrogates
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xf8\x88\x80\x80\x80",
                                        "\xfe",
                                        "\xff"})  // beyond
        EXPECT_FALSE(valid_utf8(text)) << text;
}

/// RFC 3629 3, from the other side: the octets of a code point.
std::string utf8_of(unsigned point)
{
    const auto octet = [](unsigned value) { return static_cast<char>(value); };
    const auto rest = [&](unsigned shift) { return octet(0x80 | ((point >> shift) & 0x3f)); };
    if (point < 0x80)
        return {octet(point)};
    if (point < 0x800)
        return {octet(0xc0 | point >> 6), rest(0)};
    if (point < 0x10000)
        return {octet(0xe0 | point >> 12), rest(6), rest(0)};
    return {octet(0xf0 | point >> 18), rest(12), rest(6), rest(0)};
}

TEST(encoding, utf8_is_every_code_point_but_the_surrogates)
{
    for (unsigned point = 0; point < 0x110400; ++point) {
        const bool valid = point < 0x110000 && (point < 0xd800 || point > 0xdfff);
        ASSERT_EQ(valid_utf8(utf8_of(point)), valid) << point;
    }
}

}  // namespace

}  // namespace odmr

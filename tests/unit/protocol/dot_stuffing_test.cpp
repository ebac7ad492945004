#include "protocol/dot_stuffing.hpp"

#include "pieces.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

namespace
{

std::string encode(const test::pieces& pieces)
{
    dot_encoder encoder;
    std::string wire;
    for (const std::string_view piece : pieces)
        encoder.encode(piece, wire);
    encoder.finish(wire);
    return wire;
}

struct decoded {
    std::string content;
    std::string rest;  ///< what came behind the end
    bool done;

    friend bool operator==(const decoded&, const decoded&) = default;
    friend std::ostream& operator<<(std::ostream& out, const decoded& d)
    {
        return out << testing::PrintToString(d.content) << " | " << testing::PrintToString(d.rest) << " | "
                   << d.done;
    }
};

decoded decode(const test::pieces& pieces)
{
    dot_decoder decoder;
    decoded result{};
    for (const std::string_view piece : pieces)
        result.rest += piece.substr(decoder.decode(piece, result.content));
    result.done = decoder.done();
    return result;
}

struct decoding {
    std::string wire;
    decoded expected;
};

const std::vector<decoding> decodings{
    {".\r\n", {"", "", true}},
    {".\r\nQUIT\r\n", {"", "QUIT\r\n", true}},
    {"a\r\n.\r\n", {"a\r\n", "", true}},
    {"a\r\n.\r\nMAIL FROM:<>\r\n.\r\n", {"a\r\n", "MAIL FROM:<>\r\n.\r\n", true}},
    {"\r\n.\r\n", {"\r\n", "", true}},
    {"a\r\n\r\nb\r\n.\r\n", {"a\r\n\r\nb\r\n", "", true}},
    {"..\r\n.\r\n", {".\r\n", "", true}},
    {"...\r\na\r\n..b\r\n.\r\n", {"..\r\na\r\n.b\r\n", "", true}},
    {"a.\r\n.\r\n", {"a.\r\n", "", true}},
    {"a..b\r\n.\r\n", {"a..b\r\n", "", true}},
    {".a\r\n.\r\n", {"a\r\n", "", true}},  // a dot with something behind it goes, whatever that is
    {"", {"", "", false}},
    {"a", {"a", "", false}},
    {"a\r\n", {"a\r\n", "", false}},
    {"a\r\n.", {"a\r\n", "", false}},
    {"a\r\n.\r", {"a\r\n", "", false}},

    // What laxer receivers take for the end; all but the last line is content.
    {"a\n.\nb\r\n.\r\n", {"a\n.\nb\r\n", "", true}},
    {"a\n.\r\nb\r\n.\r\n", {"a\n.\r\nb\r\n", "", true}},
    {"a\r.\rb\r\n.\r\n", {"a\r.\rb\r\n", "", true}},
    {"a\r.\r\nb\r\n.\r\n", {"a\r.\r\nb\r\n", "", true}},
    {"a\r.\nb\r\n.\r\n", {"a\r.\nb\r\n", "", true}},
    {"a\n.\rb\r\n.\r\n", {"a\n.\rb\r\n", "", true}},
    {"a\r\r\n.\r\n", {"a\r\r\n", "", true}},
    {"a\n\n.\n\r\n.\r\n", {"a\n\n.\n\r\n", "", true}},
    {"\n.\r\n\r\n.\r\n", {"\n.\r\n\r\n", "", true}},
    {"\r.\r\n\r\n.\r\n", {"\r.\r\n\r\n", "", true}},
    // As above, and the line begins with CRLF: the dot is transparency's.
    {"a\r\n.\nb\r\n.\r\n", {"a\r\n\nb\r\n", "", true}},
    {"a\r\n.\rb\r\n.\r\n", {"a\r\n\rb\r\n", "", true}},
    {"a\r\n.\r\r\n.\r\n", {"a\r\n\r\r\n", "", true}},
    {"a\r\n.\r.\r\n.\r\n", {"a\r\n\r.\r\n", "", true}},
    {std::string("a\r\n.\0\r\n.\r\n", 10), {std::string("a\r\n\0\r\n", 6), "", true}},
};

TEST(dot_decoder, ends_at_crlf_dot_crlf_only)
{
    for (const decoding& d : decodings) {
        SCOPED_TRACE(testing::PrintToString(d.wire));
        test::at_every_split(d.wire,
                             [&](const test::pieces& pieces) { EXPECT_EQ(decode(pieces), d.expected); });
    }
}

TEST(dot_decoder, uses_nothing_behind_the_end)
{
    dot_decoder decoder;
    std::string content = "before ";
    EXPECT_FALSE(decoder.done());
    EXPECT_EQ(decoder.decode("a\r\n.\r\nQUIT\r\n", content), 6u);
    EXPECT_TRUE(decoder.done());
    EXPECT_EQ(decoder.decode("QUIT\r\n", content), 0u);
    EXPECT_EQ(content, "before a\r\n");
}

struct encoding {
    std::string content;
    std::string wire;
};

const std::vector<encoding> encodings{
    {"", ".\r\n"},
    {"a\r\n", "a\r\n.\r\n"},
    {"a", "a\r\n.\r\n"},
    {"\r\n", "\r\n.\r\n"},
    {".", "..\r\n.\r\n"},
    {".\r\n", "..\r\n.\r\n"},
    {"..\r\n", "...\r\n.\r\n"},
    {"a.b\r\n.c\r\nd.\r\n", "a.b\r\n..c\r\nd.\r\n.\r\n"},
    {"a\r\n.\r\n.\r\n", "a\r\n..\r\n..\r\n.\r\n"},
    {"a\n.\nb", "a\n..\nb\r\n.\r\n"},
    {"a\r.\rb", "a\r..\rb\r\n.\r\n"},
    {"a\r\r.b", "a\r\r..b\r\n.\r\n"},
    {"a\n\n.b", "a\n\n..b\r\n.\r\n"},
    {"\n.\r", "\n..\r\r\n.\r\n"},
    {"a\n", "a\n\r\n.\r\n"},
    {"a\r", "a\r\r\n.\r\n"},
    {"a\r\n\n", "a\r\n\n\r\n.\r\n"},
};

TEST(dot_encoder, doubles_dots_behind_any_newline)
{
    for (const encoding& e : encodings) {
        SCOPED_TRACE(testing::PrintToString(e.content));
        test::at_every_split(e.content,
                             [&](const test::pieces& pieces) { EXPECT_EQ(encode(pieces), e.wire); });
    }
}

TEST(dot_encoder, empty_pieces_change_nothing)
{
    EXPECT_EQ(encode({"", "a\r", "", "\n", "", ".", ""}), "a\r\n..\r\n.\r\n");
}

TEST(dot_encoder, appends)
{
    std::string wire = "BEFORE";
    dot_encoder encoder;
    encoder.encode(".a\r\n", wire);
    encoder.finish(wire);
    EXPECT_EQ(wire, "BEFORE..a\r\n.\r\n");
}

constexpr std::string_view nasty = "\r\n.\r\n.\r\n.a";

/// Content as a decoder that knows RFC 5321 sees it after the encoder: ends in CRLF, and has one dot more
/// wherever a dot follows a newline that is none (the price of hiding it from receivers that think it is
/// one).
std::string hardened(const std::string& content)
{
    std::string result;
    for (std::size_t i = 0; i < content.size(); ++i) {
        const bool after_crlf = i >= 2 && content.compare(i - 2, 2, "\r\n") == 0;
        const bool after_newline = i >= 1 && (content[i - 1] == '\r' || content[i - 1] == '\n');
        if (content[i] == '.' && after_newline && !after_crlf)
            result += '.';
        result += content[i];
    }
    if (!result.empty() && !result.ends_with("\r\n"))
        result += "\r\n";
    return result;
}

/// The same text with every bare CR and LF made CRLF.
std::string canonical(const std::string& content)
{
    std::string result;
    for (std::size_t i = 0; i < content.size(); ++i) {
        const bool pair = content[i] == '\r' && i + 1 < content.size() && content[i + 1] == '\n';
        if (content[i] == '\r' || content[i] == '\n')
            result += "\r\n";
        else
            result += content[i];
        i += pair ? 1 : 0;
    }
    return result;
}

TEST(dot_stuffing, what_is_encoded_decodes_to_itself)
{
    std::mt19937 random(1);
    for (int i = 0; i < 20000; ++i) {
        const std::string content = canonical(test::random_text(random, 40, nasty)) + "\r\n";
        EXPECT_EQ(decode({encode({content})}), (decoded{content, "", true}))
            << testing::PrintToString(content);
    }
}

TEST(dot_stuffing, bare_newlines_pass_and_only_dots_behind_them_are_doubled)
{
    std::mt19937 random(2);
    for (int i = 0; i < 20000; ++i) {
        const std::string content = test::random_text(random, 40, nasty);
        EXPECT_EQ(decode({encode({content})}), (decoded{hardened(content), "", true}))
            << testing::PrintToString(content);
    }
}

TEST(dot_stuffing, no_lax_receiver_sees_an_end)
{
    const auto newline = [](char c) { return c == '\r' || c == '\n'; };
    std::mt19937 random(3);
    for (int i = 0; i < 20000; ++i) {
        const std::string content = test::random_text(random, 40, nasty);
        const std::string wire = encode({content});
        ASSERT_TRUE(wire.ends_with(".\r\n"));
        ASSERT_TRUE(wire.size() == 3 || wire.ends_with("\r\n.\r\n"));
        for (std::size_t dot = 0; dot + 3 < wire.size(); ++dot) {
            const bool ends =
                wire[dot] == '.' && (dot == 0 || newline(wire[dot - 1])) && newline(wire[dot + 1]);
            ASSERT_FALSE(ends) << testing::PrintToString(content) << " at " << dot;
        }
    }
}

TEST(dot_stuffing, is_the_same_at_every_split)
{
    std::mt19937 random(4);
    for (int i = 0; i < 300; ++i) {
        const std::string content = test::random_text(random, 40, nasty);
        const std::string wire = encode({content});
        test::at_every_split(content, [&](const test::pieces& pieces) { EXPECT_EQ(encode(pieces), wire); });
        const std::string stream = content + "\r\n.\r\nQUIT\r\n";
        const decoded whole = decode({stream});
        EXPECT_TRUE(whole.done);
        test::at_every_split(stream, [&](const test::pieces& pieces) { EXPECT_EQ(decode(pieces), whole); });
    }
}

TEST(dot_stuffing, large_content_passes)
{
    std::string content;
    while (content.size() < 20'000'000)
        content +=
            "A line as base64 makes it, seventy-six octets long and with CRLF behind it, \r\n.with a dot\r\n";
    const std::string wire = encode({content});
    EXPECT_GT(wire.size(), content.size());
    const decoded back = decode({wire});
    EXPECT_TRUE(back.done);
    EXPECT_TRUE(back.content == content);
}

}  // namespace

}  // namespace odmr

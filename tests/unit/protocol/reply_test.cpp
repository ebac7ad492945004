#include "protocol/reply.hpp"

#include "pieces.hpp"
#include "protocol/line_reader.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

namespace
{

using status = reply_parser::status;

std::string operator""_s(const char* text, std::size_t size)
{
    return {text, size};
}

struct writing {
    reply what;
    std::string wire;
    std::string text;
};

const std::vector<writing> writings{
    {{220, "", "mx.example ESMTP"}, "220 mx.example ESMTP\r\n", "220 mx.example ESMTP"},
    {{250, "2.1.0", "ok"}, "250 2.1.0 ok\r\n", "250 2.1.0 ok"},
    {{250, "", "mx.example\nSIZE 0\nDSN"},
     "250-mx.example\r\n250-SIZE 0\r\n250 DSN\r\n",
     "250 mx.example / SIZE 0 / DSN"},
    {{550, "5.1.1", "no such user\nask the postmaster"},
     "550-5.1.1 no such user\r\n550 5.1.1 ask the postmaster\r\n",
     "550 5.1.1 no such user / ask the postmaster"},
    {{354, "", ""}, "354 \r\n", "354 "},
    {{250, "2.0.0", ""}, "250 2.0.0 \r\n", "250 2.0.0 "},
    {{250, "", "a\n\nb\n"}, "250-a\r\n250-\r\n250-b\r\n250 \r\n", "250 a /  / b / "},
    {{550, "5.0.0", "a\r\n250 2.0.0 forged"},
     "550-5.0.0 a?\r\n550 5.0.0 250 2.0.0 forged\r\n",
     "550 5.0.0 a? / 250 2.0.0 forged"},
    {{550, "5.0.0", "\x1b[2J\x7f\0\t"_s}, "550 5.0.0 ?[2J???\r\n", "550 5.0.0 ?[2J???"},
    {{550, "5.6.7",
      "Gr\xc3\xbc\xc3\x9f"
      "e"},
     "550 5.6.7 Gr\xc3\xbc\xc3\x9f"
     "e\r\n",
     "550 5.6.7 Gr\xc3\xbc\xc3\x9f"
     "e"},
};

TEST(reply, is_written)
{
    for (const writing& w : writings) {
        SCOPED_TRACE(w.wire);
        EXPECT_EQ(w.what.wire(), w.wire);
        EXPECT_EQ(w.what.text(), w.text);
    }
}

TEST(reply, a_line_of_the_text_can_forge_no_other_line)
{
    reply r(250, "2.0.0", "a");
    r.lines = {"a\r\n550 no\r", "\nb"};
    EXPECT_EQ(r.wire(), "250-2.0.0 a??550 no?\r\n250 2.0.0 ?b\r\n");
    r.enhanced = "2.0.0\r\n550";
    EXPECT_EQ(r.wire(), "250-2.0.0??550 a??550 no?\r\n250 2.0.0??550 ?b\r\n");
}

TEST(reply, class_is_the_first_digit)
{
    for (int code = 200; code < 600; ++code) {
        const reply r(code, "", "");
        EXPECT_EQ(r.positive(), code / 100 == 2);
        EXPECT_EQ(r.intermediate(), code / 100 == 3);
        EXPECT_EQ(r.transient(), code / 100 == 4);
        EXPECT_EQ(r.permanent(), code / 100 == 5);
    }
    EXPECT_FALSE(reply().positive() || reply().intermediate() || reply().transient() || reply().permanent());
}

struct parsing {
    std::string input;
    std::optional<reply> expected;  ///< nullopt: malformed
};

const std::vector<parsing> parsings{
    {"220 mx.example ESMTP\r\n", reply(220, "", "mx.example ESMTP")},
    {"250 2.1.0 ok\r\n", reply(250, "2.1.0", "ok")},
    {"250\r\n", reply(250, "", "")},
    {"250 \r\n", reply(250, "", "")},
    {"250-\r\n250\r\n", reply(250, "", "\n")},
    {"250-a\r\n250-b\r\n250 c\r\n", reply(250, "", "a\nb\nc")},
    {"250  a \r\n", reply(250, "", " a ")},
    {"354 go ahead\r\n", reply(354, "", "go ahead")},
    {"599 x\r\n", std::nullopt},
    {"559 x\r\n", reply(559, "", "x")},

    // enhanced codes
    {"550-5.1.1 a\r\n550 5.1.1 b\r\n", reply(550, "5.1.1", "a\nb")},
    {"550-5.1.1\r\n550 5.1.1 b\r\n", reply(550, "5.1.1", "\nb")},
    {"550 5.1.1\r\n", reply(550, "5.1.1", "")},
    {"550 5.1.1 5.1.1 a\r\n", reply(550, "5.1.1", "5.1.1 a")},
    {"450 4.123.456 a\r\n", reply(450, "4.123.456", "a")},
    {"550-5.1.1 a\r\n550 5.7.1 b\r\n", reply(550, "", "5.1.1 a\n5.7.1 b")},
    {"550-5.1.1 a\r\n550 b\r\n", reply(550, "", "5.1.1 a\nb")},
    {"550-a\r\n550 5.1.1 b\r\n", reply(550, "", "a\n5.1.1 b")},
    {"550 4.1.1 a\r\n", reply(550, "", "4.1.1 a")},
    {"354 3.0.0 a\r\n", reply(354, "", "3.0.0 a")},
    {"550 5.1.1234 a\r\n", reply(550, "", "5.1.1234 a")},
    {"550 5.1.1.1 a\r\n", reply(550, "", "5.1.1.1 a")},
    {"550 5.1 a\r\n", reply(550, "", "5.1 a")},
    {"550 5..1 a\r\n", reply(550, "", "5..1 a")},
    {"550 5.1. a\r\n", reply(550, "", "5.1. a")},
    {"550 5.1.1:a\r\n", reply(550, "", "5.1.1:a")},
    {"550 55.1.1 a\r\n", reply(550, "", "55.1.1 a")},

    // no replies
    {"\r\n", std::nullopt},
    {"25\r\n", std::nullopt},
    {"250x\r\n", std::nullopt},
    {"250\tx\r\n", std::nullopt},
    {"2500\r\n", std::nullopt},
    {" 250 x\r\n", std::nullopt},
    {"150 x\r\n", std::nullopt},
    {"650 x\r\n", std::nullopt},
    {"260 x\r\n", std::nullopt},
    {"25a x\r\n", std::nullopt},
    {"2 0 x\r\n", std::nullopt},
    {"+OK\r\n", std::nullopt},
    {"250-a\r\n251 b\r\n", std::nullopt},
    {"250-a\r\n550-b\r\n550 c\r\n", std::nullopt},
    {"250-a\r\nb\r\n", std::nullopt},
};

/// The first reply in the stream as it arrives, nullopt when it is none.
std::optional<reply> read_reply(const test::pieces& pieces)
{
    line_reader reader(1000);
    reply_parser parser;
    for (const std::string_view piece : pieces) {
        reader.append(piece);
        for (auto next = reader.next(); next.what == line_reader::status::line; next = reader.next()) {
            const status said = parser.feed(next.line);
            if (said == status::complete)
                return parser.take();
            if (said == status::malformed)
                return std::nullopt;
        }
    }
    ADD_FAILURE() << "neither complete nor malformed";
    return std::nullopt;
}

TEST(reply, is_parsed)
{
    for (const parsing& p : parsings) {
        SCOPED_TRACE(p.input);
        test::at_every_split(p.input, [&](const test::pieces& pieces) {
            const std::optional<reply> parsed = read_reply(pieces);
            ASSERT_EQ(parsed.has_value(), p.expected.has_value());
            if (parsed) {
                EXPECT_EQ(*parsed, *p.expected) << parsed->text();
            }
        });
    }
}

TEST(reply, what_was_parsed_goes_out_as_it_came)
{
    for (const std::string wire :
         {"250 2.1.0 ok\r\n", "250 ok\r\n", "250 \r\n", "250-a\r\n250-\r\n250  c \r\n",
          "550-5.1.1 a\r\n550 5.1.1 b\r\n", "550-5.1.1 a\r\n550 5.7.1 b\r\n", "550-5.1.1 a\r\n550 b\r\n",
          "550-a\r\n550 5.1.1 b\r\n", "550 5.1.1 5.1.1 a\r\n", "550 4.1.1 a\r\n", "354 3.0.0 a\r\n"}) {
        const std::optional<reply> parsed = read_reply({wire});
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->wire(), wire);
    }
    for (const writing& w : writings) {
        const std::optional<reply> parsed = read_reply({w.wire});
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->wire(), w.wire);
    }
}

TEST(reply, first_and_second_digit_have_their_range)
{
    for (int code = 0; code < 1000; ++code) {
        const std::string digits = std::to_string(1000 + code).substr(1);
        const bool valid = digits[0] >= '2' && digits[0] <= '5' && digits[1] <= '5';
        reply_parser parser;
        EXPECT_EQ(parser.feed(digits + " x"), valid ? status::complete : status::malformed) << digits;
        if (valid) {
            EXPECT_EQ(parser.take().code, code);
        }
    }
}

TEST(reply, parser_begins_anew)
{
    reply_parser parser;
    EXPECT_EQ(parser.feed("250-5.1.1 a"), status::more);
    EXPECT_EQ(parser.feed("250 b"), status::complete);
    EXPECT_EQ(parser.take(), reply(250, "", "5.1.1 a\nb"));
    EXPECT_EQ(parser.feed("550 5.1.1 c"), status::complete);
    EXPECT_EQ(parser.take(), reply(550, "5.1.1", "c"));
    EXPECT_EQ(parser.feed("250-d"), status::more);
    EXPECT_EQ(parser.feed("oops"), status::malformed);
    EXPECT_EQ(parser.feed("221 2.0.0 bye"), status::complete);
    EXPECT_EQ(parser.take(), reply(221, "2.0.0", "bye"));
}

TEST(reply, has_a_limit_of_lines)
{
    reply_parser parser(3);
    EXPECT_EQ(parser.feed("250-a"), status::more);
    EXPECT_EQ(parser.feed("250-b"), status::more);
    EXPECT_EQ(parser.feed("250 c"), status::complete);
    parser.take();
    EXPECT_EQ(parser.feed("250-a"), status::more);
    EXPECT_EQ(parser.feed("250-b"), status::more);
    EXPECT_EQ(parser.feed("250-c"), status::more);
    EXPECT_EQ(parser.feed("250 d"), status::malformed);
}

}  // namespace

}  // namespace odmr

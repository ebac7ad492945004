#include "protocol/line_reader.hpp"

#include "pieces.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

namespace
{

using status = line_reader::status;
using events = std::vector<std::string>;

/// Everything next() says until it wants more bytes, or for ever the same.
void drain(line_reader& reader, events& seen)
{
    while (true) {
        const line_reader::result result = reader.next();
        switch (result.what) {
            case status::incomplete:
                return;
            case status::line:
                seen.push_back("line " + std::string(result.line));
                break;
            case status::too_long:
                seen.emplace_back("too long");
                break;
            case status::bare_newline:
                if (seen.empty() || seen.back() != "bare newline")
                    seen.emplace_back("bare newline");
                return;
        }
    }
}

struct reading {
    std::string name;
    std::size_t limit;
    std::string input;
    events expected;
};

std::string operator""_s(const char* text, std::size_t size)
{
    return {text, size};
}

const std::vector<reading> readings{
    {"nothing", 8, "", {}},
    {"one line", 8, "NOOP\r\n", {"line NOOP"}},
    {"empty line", 8, "\r\n", {"line "}},
    {"several lines", 8, "A\r\n\r\nB\r\n", {"line A", "line ", "line B"}},
    {"begun line", 8, "A\r\nBC", {"line A"}},
    {"CR last so far", 8, "A\r", {}},
    {"any octet but three", 8, "\x01\x7f\x80\xff\t .\r\n", {"line \x01\x7f\x80\xff\t ."}},

    {"line of the limit", 4, "abcd\r\n", {"line abcd"}},
    {"line of the limit, CR so far", 4, "abcd\r", {}},
    {"line over the limit", 4, "abcde\r\nf\r\n", {"too long", "line f"}},
    {"too long is known before the end", 4, "abcde", {"too long"}},
    {"too long is said once", 4, "abcdefghijklmnopqrstuvwxyz\r\nf\r\n", {"too long", "line f"}},
    {"two too long", 4, "abcde\r\nabcde\r\nf\r\n", {"too long", "too long", "line f"}},
    {"too long, then CR so far", 4, "abcdefgh\r", {"too long"}},
    {"limit of nothing", 0, "\r\nA\r\n\r\n", {"line ", "too long", "line "}},

    {"bare LF", 8, "A\nB\r\n", {"bare newline"}},
    {"bare LF first", 8, "\nB\r\n", {"bare newline"}},
    {"bare CR", 8, "A\rB\r\n", {"bare newline"}},
    {"bare CR before CRLF", 8, "A\r\r\n", {"bare newline"}},
    {"NUL", 8, "A\0B\r\n"_s, {"bare newline"}},
    {"LF CR", 8, "A\n\r", {"bare newline"}},
    {"lines before are good", 8, "A\r\nB\nC\r\n", {"line A", "bare newline"}},
    {"LF where the limit is", 4, "abcd\n", {"bare newline"}},
    {"CR where the limit is", 4, "abcd\re\r\n", {"bare newline"}},
    {"LF behind the limit", 4, "abcde\n\r\n", {"too long", "bare newline"}},
    {"CR behind the limit", 4, "abcde\rf\r\n", {"too long", "bare newline"}},
    {"NUL behind the limit", 4, "abcdefg\0\r\n"_s, {"too long", "bare newline"}},
};

TEST(line_reader, reads_the_same_however_the_stream_is_split)
{
    for (const reading& r : readings) {
        SCOPED_TRACE(r.name);
        test::at_every_split(r.input, [&](const test::pieces& pieces) {
            line_reader reader(r.limit);
            events seen;
            for (const std::string_view piece : pieces) {
                reader.append(piece);
                drain(reader, seen);
            }
            EXPECT_EQ(seen, r.expected);
        });
    }
}

TEST(line_reader, bare_newline_is_for_ever)
{
    line_reader reader(8);
    reader.append("A\n");
    EXPECT_EQ(reader.next().what, status::bare_newline);
    reader.append("GOOD\r\n");
    EXPECT_EQ(reader.next().what, status::bare_newline);
    EXPECT_EQ(reader.next().what, status::bare_newline);
}

TEST(line_reader, shows_what_is_not_yet_consumed)
{
    line_reader reader(80);
    reader.append("DATA\r\nSubject: x\r\n.\r\n");
    EXPECT_EQ(reader.pending(), "DATA\r\nSubject: x\r\n.\r\n");
    EXPECT_EQ(reader.next().line, "DATA");
    EXPECT_EQ(reader.pending(), "Subject: x\r\n.\r\n");
    reader.consume(12);
    EXPECT_EQ(reader.pending(), ".\r\n");
    EXPECT_EQ(reader.next().line, ".");
    EXPECT_TRUE(reader.pending().empty());
}

TEST(line_reader, a_part_of_a_begun_line_can_be_consumed)
{
    line_reader reader(80);
    reader.append("abcdef");
    ASSERT_EQ(reader.next().what, status::incomplete);
    reader.consume(4);
    EXPECT_EQ(reader.pending(), "ef");
    reader.append("g\r\nh\r\n");
    EXPECT_EQ(reader.next().line, "efg");
    EXPECT_EQ(reader.next().line, "h");
}

TEST(line_reader, a_line_stays_while_pending_is_asked)
{
    line_reader reader(80);
    reader.append("first\r\nsecond\r\n");
    const std::string_view line = reader.next().line;
    EXPECT_EQ(reader.pending(), "second\r\n");
    EXPECT_EQ(line, "first");
}

TEST(line_reader, a_new_limit_is_for_the_lines_that_follow)
{
    line_reader reader(2);
    reader.set_max_line(6);
    reader.append("abcdef\r\nabcdef\r\n");
    EXPECT_EQ(reader.next().line, "abcdef");
    reader.set_max_line(4);
    EXPECT_EQ(reader.next().what, status::too_long);
    EXPECT_EQ(reader.next().what, status::incomplete);
    reader.append("ab\r\n");
    EXPECT_EQ(reader.next().line, "ab");
}

TEST(line_reader, a_lower_limit_meets_a_line_already_begun)
{
    line_reader reader(80);
    reader.append("abcdefgh");
    ASSERT_EQ(reader.next().what, status::incomplete);
    reader.set_max_line(4);
    EXPECT_EQ(reader.next().what, status::too_long);
    reader.append("ijk\r\nl\r\n");
    EXPECT_EQ(reader.next().line, "l");
}

TEST(line_reader, an_endless_line_takes_no_memory)
{
    line_reader reader(100);
    const std::string chunk(1000, 'a');
    int too_long = 0;
    for (int i = 0; i < 1000; ++i) {
        reader.append(chunk);
        for (status what = status::too_long; what != status::incomplete;) {
            what = reader.next().what;
            too_long += what == status::too_long ? 1 : 0;
        }
        ASSERT_LE(reader.pending().size(), 101u);
    }
    EXPECT_EQ(too_long, 1);
}

// With any octet looked at, or moved, once per call these take minutes and run into the test's time limit.

TEST(line_reader, a_long_line_octet_by_octet_is_linear)
{
    constexpr std::size_t size = 2'000'000;
    line_reader reader(size);
    for (std::size_t i = 0; i < size; ++i) {
        reader.append("a");
        ASSERT_EQ(reader.next().what, status::incomplete);
    }
    reader.append("\r\n");
    EXPECT_EQ(reader.next().line.size(), size);
}

TEST(line_reader, many_lines_at_once_are_linear)
{
    constexpr std::size_t count = 2'000'000;
    std::string input;
    for (std::size_t i = 0; i < count; ++i)
        input += "a\r\n";
    line_reader reader(8);
    reader.append(input);
    for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(reader.next().what, status::line);
        reader.append("b");  // which must not move all that waits
    }
    EXPECT_EQ(reader.pending().size(), count);
}

TEST(line_reader, keeps_what_is_pending_when_it_rests)
{
    line_reader reader(100);
    reader.append("NOOP\r\nQU");
    reader.next();
    reader.rest();
    reader.append("IT\r\n");
    EXPECT_EQ(reader.next().line, "QUIT");
    reader.rest();
    reader.append("RSET\r\n");
    EXPECT_EQ(reader.next().line, "RSET");
}

}  // namespace

}  // namespace odmr

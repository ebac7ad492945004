#include "log/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <utility>
#include <vector>

using namespace odmr;

namespace
{

/// What is written to stderr while `action` runs.
template <class Action>
std::string written(Action action)
{
    testing::internal::CaptureStderr();
    action();
    return testing::internal::GetCapturedStderr();
}

std::string value_in_line(std::string_view value)
{
    return log::format("e", {{"k", value}});
}

}  // namespace

TEST(log, a_line_is_an_event_and_its_fields)
{
    EXPECT_EQ(log::format("start", {}), "start");
    EXPECT_EQ(log::format("atrn", {{"session", "4f"}, {"domains", "example.org,example.com"}, {"count", 2}}),
              "atrn: session=4f domains=example.org,example.com count=2");
}

TEST(log, a_field_that_is_not_known_is_left_out)
{
    EXPECT_EQ(log::format("end", {log::field::when("queue_id", ""), {"session", "4f"}}), "end: session=4f");
    EXPECT_EQ(log::format("end", {log::field::when("queue_id", "4AB")}), "end: queue_id=4AB");
    EXPECT_EQ(log::format("end", {log::field::when("queue_id", "")}), "end");
}

TEST(log, values_with_spaces_and_empty_values_are_quoted)
{
    EXPECT_EQ(value_in_line("two words"), "e: k=\"two words\"");
    EXPECT_EQ(value_in_line(""), "e: k=\"\"");
    EXPECT_EQ(value_in_line("a=b"), "e: k=a=b");
}

TEST(log, whatever_is_not_printable_is_escaped)
{
    EXPECT_EQ(value_in_line("a\r\nb"), "e: k=a\\x0d\\x0ab");
    EXPECT_EQ(value_in_line("\x1b[2J"), "e: k=\\x1b[2J");
    EXPECT_EQ(value_in_line("caf\xc3\xa9"), "e: k=caf\\xc3\\xa9");
    EXPECT_EQ(value_in_line("\x7f\x80\xff"), "e: k=\\x7f\\x80\\xff");
    EXPECT_EQ(value_in_line(std::string_view("\0\t", 2)), "e: k=\\x00\\x09");
    EXPECT_EQ(value_in_line("a\"b\\c"), "e: k=a\\x22b\\x5cc");
    EXPECT_EQ(value_in_line("~!#%"), "e: k=~!#%");
}

TEST(log, every_octet_leaves_one_printable_line)
{
    for (int octet = 0; octet < 256; ++octet) {
        const auto line = value_in_line(std::string(1, static_cast<char>(octet)));
        for (const char c : line)
            EXPECT_TRUE(c >= ' ' && c <= '~') << octet;
    }
}

TEST(log, no_peer_can_forge_a_field)
{
    EXPECT_EQ(value_in_line("x customer=bob"), "e: k=\"x customer=bob\"");
    EXPECT_EQ(value_in_line("x\" customer=\"bob"), "e: k=\"x\\x22 customer=\\x22bob\"");
    EXPECT_EQ(value_in_line("x\\\" customer=bob"), "e: k=\"x\\x5c\\x22 customer=bob\"");
}

TEST(log, no_peer_can_forge_a_line)
{
    log::open(log_target::stderr_stream, log_level::info, "odmrd");
    const auto text = written(
        [] { log::info("helo", {{"name", "x\n2030-01-01T00:00:00 odmrd[1] info: auth: customer=bob"}}); });
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    EXPECT_NE(text.find("name=\"x\\x0a2030"), std::string::npos) << text;
}

TEST(log, a_long_value_is_cut)
{
    EXPECT_EQ(value_in_line(std::string(512, 'x')), "e: k=" + std::string(512, 'x'));
    EXPECT_EQ(value_in_line(std::string(513, 'x')), "e: k=" + std::string(512, 'x'));
    EXPECT_EQ(value_in_line(std::string(1 << 20, '\n')).size(), 5U + 512U * 4U);
}

TEST(log, braces_of_a_peer_are_not_a_format)
{
    log::open(log_target::stderr_stream, log_level::info, "odmrd");
    const auto text = written([] { log::info("helo", {{"name", "{} {0} %v %n"}}); });
    EXPECT_NE(text.find("helo: name=\"{} {0} %v %n\"\n"), std::string::npos) << text;
}

TEST(log, stderr_lines_have_time_program_and_level)
{
    log::open(log_target::stderr_stream, log_level::info, "odmrd");
    const auto text = written([] { log::warning("limit", {{"session", "4f"}}); });
    const std::regex line(
        R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d odmrd\[\d+\] warning: limit: session=4f\n)");
    EXPECT_TRUE(std::regex_match(text, line)) << text;
}

TEST(log, lines_below_the_level_are_not_written)
{
    const auto each = [] {
        log::debug("d");
        log::info("i");
        log::warning("w");
        log::error("e");
    };
    const std::vector<std::pair<log_level, std::ptrdiff_t>> lines = {
        {log_level::debug, 4}, {log_level::info, 3}, {log_level::warning, 2}, {log_level::error, 1}};
    log::open(log_target::stderr_stream, log_level::info, "odmrd");
    for (const auto& [level, expected] : lines) {
        log::set_level(level);
        const auto text = written(each);
        EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), expected) << text;
    }
}

TEST(log, syslog_takes_the_line_and_stderr_stays_quiet)
{
    log::open(log_target::syslog, log_level::info, "odmrd");
    EXPECT_EQ(written([] { log::info("start"); }), "");
}

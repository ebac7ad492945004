// shared_table: what is between the marks is written anew, and no other octet is touched.
#include "sendmail/shared_table.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace odmr::sendmail
{
namespace
{

using ::testing::HasSubstr;

const std::string begin = std::string(begin_mark) + "\n";
const std::string end = std::string(end_mark) + "\n";
const std::vector<table_line> two{{"example.com", "odmr:example.com"}, {"example.org", "odmr:example.org"}};
const std::string two_lines = "example.com\todmr:example.com\nexample.org\todmr:example.org\n";

std::string written(const std::string& text, const std::vector<table_line>& own = two)
{
    return with_own_lines(text, own, "/etc/mail/mailertable");
}

std::string conflict(const std::string& text)
{
    try {
        return "none: " + written(text);
    } catch (const table_conflict& problem) {
        return problem.what();
    }
}

TEST(shared_table, an_empty_table_gets_the_marks_and_the_lines)
{
    EXPECT_EQ(written(""), begin + two_lines + end);
    EXPECT_EQ(written("", {}), begin + end);
}

TEST(shared_table, the_administrators_lines_stay_in_front)
{
    EXPECT_EQ(written("# mine\nother.example\tsmtp:[10.0.0.1]\n"),
              "# mine\nother.example\tsmtp:[10.0.0.1]\n" + begin + two_lines + end);
    EXPECT_EQ(written("other.example error:no"), "other.example error:no\n" + begin + two_lines + end)
        << "a mark begins a line";
}

TEST(shared_table, only_what_is_between_the_marks_is_written_anew)
{
    const std::string before = "\r\n  odd \t line\n# example.com is not ours\n";
    const std::string after = "last.example\tsmtp:x\n\n\nno line end";
    EXPECT_EQ(written(before + begin + "example.net\todmr:example.net\nexample.com\told\n" + end + after),
              before + begin + two_lines + end + after);
}

TEST(shared_table, writing_again_changes_nothing)
{
    const std::string once = written("other.example\tx");
    EXPECT_EQ(written(once), once);
}

TEST(shared_table, a_domain_outside_the_marks_is_named_with_its_line)
{
    EXPECT_THAT(conflict("a.example\tx\nExample.ORG\tsmtp:[10.0.0.1]\n"),
                HasSubstr("/etc/mail/mailertable, line 2: \"example.org\" belongs to a customer"));
    EXPECT_THAT(conflict(begin + two_lines + end + "example.com x"), HasSubstr("line 5: \"example.com\""));
    EXPECT_THAT(conflict("example.com\n"), HasSubstr("line 1: "));
}

TEST(shared_table, what_only_looks_alike_is_no_conflict)
{
    EXPECT_THAT(conflict("#example.com\tx\n.example.com\tx\nexample.com.au\tx\n \texample.org\tx\n"),
                HasSubstr("none: "));
}

TEST(shared_table, a_mark_without_its_other_half_is_named_with_its_line)
{
    EXPECT_THAT(conflict("a\tx\n" + begin + two_lines),
                HasSubstr("line 2: the line \"# odmrctl maps: end\" is missing"));
    EXPECT_THAT(conflict(two_lines.substr(0, 0) + "a\tx\n" + end), HasSubstr("line 2: this mark"));
    EXPECT_THAT(conflict(begin + end + begin + end), HasSubstr("line 3: this mark"));
    EXPECT_THAT(conflict(begin + begin + end), HasSubstr("line 2: this mark"));
    EXPECT_THAT(conflict(begin + end + end), HasSubstr("line 3: this mark"));
}

}  // namespace
}  // namespace odmr::sendmail

#include "odmrctl/text_table.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace odmr::ctl
{
namespace
{

std::string printed(const text_table& table)
{
    std::ostringstream out;
    table.print(out);
    return out.str();
}

TEST(text_table, aligns_its_columns)
{
    text_table table({{"NAME"}, {"N", text_table::side::right}, {"WHAT"}});
    table.add({"a", "1", "short"});
    table.add({"annabel", "1000", "x"});
    EXPECT_EQ(printed(table),
              "NAME        N  WHAT\n"
              "a           1  short\n"
              "annabel  1000  x\n");
    EXPECT_EQ(table.size(), 2U);
}

TEST(text_table, lines_have_no_blanks_at_their_ends)
{
    text_table table({{"NAME"}, {"WHAT"}});
    table.add({"a", ""});
    EXPECT_EQ(printed(table), "NAME  WHAT\na\n");
}

TEST(text_table, without_rows_there_are_its_headings)
{
    EXPECT_EQ(printed(text_table({{"NAME"}, {"WHAT"}})), "NAME  WHAT\n");
}

}  // namespace
}  // namespace odmr::ctl

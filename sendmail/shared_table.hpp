// shared_table - the text of one of the administrator's own tables (mailertable, access), in which the lines
// between two marks are odmr's and everything else is not (makemap(8): a line is a key, white space and a
// value; one that begins with # is none).
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::sendmail
{

inline constexpr std::string_view begin_mark = "# odmrctl maps: begin (lines from here on are lost)";
inline constexpr std::string_view end_mark = "# odmrctl maps: end";

/// The table cannot be had as it should be: says where and why.
struct table_conflict : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct table_line {
    std::string key;  ///< in lower case
    std::string value;
};

/// The text with exactly these lines between the marks; the marks come last where there were none. All else
/// stays as it is, to the octet. Throws table_conflict when a key stands outside the marks, too, or a mark
/// lacks its other half. file: its name, for that.
std::string with_own_lines(std::string_view text, const std::vector<table_line>& own,
                           const std::string& file);

}  // namespace odmr::sendmail

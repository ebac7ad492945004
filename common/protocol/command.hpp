// command - a command line split into its verb and argument (RFC 5321 2.4, 4.1.1).
//
// Each engine keeps its own table of verbs (name, handler, flags); this is the part they share.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace odmr
{

struct command {
    std::string verb;           ///< in upper case
    std::string_view argument;  ///< what follows the first space, trailing spaces removed; views the line
};

/// Splits a line (without CRLF). Leading spaces are not skipped: they make an empty verb, which no table has.
command split_command(std::string_view line);

/// The row of a verb table whose member `name` is the command's verb, or nullptr.
template <class Row>
const Row* find_verb(std::span<const Row> table, std::string_view verb)
{
    for (const Row& row : table)
        if (row.name == verb)
            return &row;
    return nullptr;
}

/// Compares ASCII without regard to case; no locale.
bool equal_no_case(std::string_view a, std::string_view b);

/// ASCII letters in upper / lower case; every other octet unchanged; no locale.
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);

}  // namespace odmr

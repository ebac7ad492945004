// command - verb and argument of a command line (RFC 5321 2.4, 4.1.1).
#include "protocol/command.hpp"

#include <algorithm>

namespace odmr
{

namespace
{

char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

command split_command(std::string_view line)
{
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos)
        return {to_upper(line), {}};
    std::string_view argument = line.substr(space + 1);
    // RFC 5321 4.1.1: receivers tolerate white space before the CRLF.
    argument.remove_suffix(argument.size() - (argument.find_last_not_of(' ') + 1));
    return {to_upper(line.substr(0, space)), argument};
}

bool equal_no_case(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string to_upper(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), upper);
    return result;
}

std::string to_lower(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

}  // namespace odmr

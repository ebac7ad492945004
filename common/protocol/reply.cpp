// reply - replies as they go out and as they come in (RFC 5321 4.2, RFC 2034 4).
#include "protocol/reply.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <utility>

namespace odmr
{

namespace
{

/// Nothing a text holds may end a line or move a cursor. Octets from 0x80 on are UTF-8 (RFC 6531 3.7.4.2) and
/// stay.
char without_control(char c)
{
    return is_control(c) ? '?' : c;
}

/// The code a line begins with, or 0 (RFC 5321 4.2: %x32-35 %x30-35 %x30-39).
int leading_code(std::string_view line)
{
    if (line.size() < 3 || line[0] < '2' || line[0] > '5' || line[1] < '0' || line[1] > '5' ||
        !is_digit(line[2]))
        return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

/// Takes "." and one to three digits off the front of text.
bool skip_number(std::string_view& text)
{
    if (!text.starts_with('.'))
        return false;
    std::size_t end = 1;
    while (end < text.size() && is_digit(text[end]))
        ++end;
    text.remove_prefix(end);
    return end > 1 && end <= 4;
}

/// The enhanced code a text begins with, when its class is the code's first digit; else empty (RFC 2034 4).
std::string_view leading_enhanced(int code, std::string_view text)
{
    const char digit = static_cast<char>('0' + code / 100);
    if (digit == '3' || !text.starts_with(digit))
        return {};
    std::string_view rest = text.substr(1);
    if (!skip_number(rest) || !skip_number(rest) || !(rest.empty() || rest.starts_with(' ')))
        return {};
    return text.substr(0, text.size() - rest.size());
}

/// Moves the enhanced code out of the lines, if all of them begin with the same one.
void take_enhanced(reply& r)
{
    const std::string enhanced(leading_enhanced(r.code, r.lines.front()));
    const auto agrees = [&](const std::string& line) { return leading_enhanced(r.code, line) == enhanced; };
    if (enhanced.empty() || !std::all_of(r.lines.begin(), r.lines.end(), agrees))
        return;
    r.enhanced = enhanced;
    for (std::string& line : r.lines)
        line.erase(0, enhanced.size() + 1);  // and the space behind it, if there is one
}

}  // namespace

reply::reply(int number, std::string_view enhanced_code, std::string_view text)
    : code(number), enhanced(enhanced_code)
{
    std::size_t end = 0;
    while ((end = text.find('\n')) != std::string_view::npos) {
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    lines.emplace_back(text);
}

std::string reply::wire() const
{
    std::string result;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string line = std::to_string(code);
        line += i + 1 < lines.size() ? '-' : ' ';
        if (!enhanced.empty())
            line += enhanced + ' ';  // on every line (RFC 2034 4)
        line += lines[i];
        std::transform(line.begin(), line.end(), line.begin(), without_control);
        result += line + "\r\n";
    }
    return result;
}

std::string reply::text() const
{
    std::string result = std::to_string(code);
    if (!enhanced.empty())
        result += ' ' + enhanced;
    for (std::size_t i = 0; i < lines.size(); ++i)
        result += (i == 0 ? " " : " / ") + lines[i];
    std::transform(result.begin(), result.end(), result.begin(), without_control);
    return result;
}

reply_parser::status reply_parser::feed(std::string_view line)
{
    const int code = leading_code(line);
    // RFC 5321 4.2.1: a client accepts a code with nothing behind it, not even a space.
    const bool last = line.size() == 3 || (line.size() > 3 && line[3] == ' ');
    const bool more = line.size() > 3 && line[3] == '-';
    const bool first = current_.lines.empty();
    if (code == 0 || !(last || more) || (!first && code != current_.code) ||
        current_.lines.size() == max_lines_) {
        current_ = {};
        return status::malformed;
    }
    current_.code = code;
    current_.lines.emplace_back(line.substr(std::min<std::size_t>(line.size(), 4)));
    if (more)
        return status::more;
    take_enhanced(current_);
    return status::complete;
}

reply reply_parser::take()
{
    return std::exchange(current_, {});
}

}  // namespace odmr

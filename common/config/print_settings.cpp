// print_settings - see print_settings.hpp.
#include "config/print_settings.hpp"

#include "core/parameters.hpp"

#include <algorithm>

namespace odmr
{

namespace
{

constexpr std::size_t page_width = 78;

std::string assignment(std::string_view key, std::string_view value)
{
    std::string line(key);
    line.append(" =").append(value.empty() ? "" : " ").append(value).append("\n");
    return line;
}

/// Words broken into lines that each begin with `prefix`.
std::string wrapped(std::string_view text, std::string_view prefix)
{
    std::string lines;
    std::string line(prefix);
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (line.size() > prefix.size() && line.size() + 1 + word.size() > page_width) {
            lines.append(line).append("\n");
            line = prefix;
        }
        line.append(line.size() > prefix.size() ? " " : "").append(word);
    }
    return lines.append(line).append("\n");
}

/// Text as man(7) source: a hyphen is a minus sign there only when it is escaped, and a dot at the start of a
/// line would be a request.
std::string manual_text(std::string_view text)
{
    std::string escaped = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
    for (const char c : text) {
        if (c == '\\')
            escaped += "\\e";
        else if (c == '-')
            escaped += "\\-";
        else
            escaped += c;
    }
    return escaped;
}

std::string first_letter_upper(std::string text)
{
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text;
}

}  // namespace

std::string print_settings(const settings& from, which_settings which)
{
    std::string text;
    for (const auto& row : parameters()) {
        const auto value = format_parameter(from, row);
        if (which == which_settings::all || value != row.default_value)
            text += assignment(row.name, value);
    }
    return text;
}

std::string example_file()
{
    std::string text = wrapped(
        "odmr.conf - the configuration of odmrd and odmrctl. Every parameter stands here with its default. "
        "To "
        "change one, remove the # in front of it. A # begins a comment anywhere in a line; durations and "
        "sizes "
        "need a unit (30s, 5min, 2h, 7d; 64K, 10M, 1G). \"odmrd --check-config\" tells whether all is well.",
        "# ");
    std::string_view section;
    for (const auto& row : parameters()) {
        if (row.section != section)
            text.append("\n\n# ---- ").append(row.section).append("\n");
        section = row.section;
        text += "\n" + wrapped(row.text, "# ") +
                wrapped(first_letter_upper(expected_value(row)) + ".", "# ") + "#" +
                assignment(row.name, row.default_value);
    }
    return text;
}

std::string manual_parameters()
{
    std::string text;
    std::string_view section;
    for (const auto& row : parameters()) {
        if (row.section != section)
            text.append(".SS ").append(row.section).append("\n");
        section = row.section;
        const auto default_value = row.default_value.empty() ? "empty" : manual_text(row.default_value);
        text.append(".TP\n.BR ")
            .append(row.name)
            .append(" \" (default: ")
            .append(default_value)
            .append(")\"\n");
        text.append(manual_text(row.text)).append("\n.br\n");
        text.append(manual_text(first_letter_upper(expected_value(row)))).append(".\n");
    }
    return text;
}

std::string parameter_help()
{
    constexpr std::size_t column = 38;
    std::string text;
    for (const auto& row : parameters()) {
        std::string line = "  --" + std::string(row.name) + "=";
        line += row.default_value.find(' ') == std::string_view::npos
                    ? std::string(row.default_value)
                    : "'" + std::string(row.default_value) + "'";
        line.resize(std::max(line.size() + 1, column), ' ');
        text += line + expected_value(row) + "\n";
    }
    return text;
}

}  // namespace odmr

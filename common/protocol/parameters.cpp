// parameters - the ESMTP parameters of MAIL and RCPT (RFC 5321 4.1.2).
#include "protocol/parameters.hpp"

#include "protocol/ascii.hpp"
#include "protocol/command.hpp"
#include "protocol/encoding.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace odmr
{

namespace
{

/// esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
bool valid_keyword(std::string_view text)
{
    return !text.empty() && is_let_dig(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_let_dig(c) || c == '-'; });
}

/// esmtp-value = 1*(%d33-60 / %d62-126 / UTF8-non-ascii)
bool valid_value(std::string_view text)
{
    const auto allowed = [](char c) { return !is_control(c) && c != ' ' && c != '='; };
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed) && valid_utf8(text);
}

std::optional<esmtp_parameter> parse_parameter(std::string_view word)
{
    const std::size_t equals = word.find('=');
    const std::string_view keyword = word.substr(0, equals);
    if (!valid_keyword(keyword))
        return std::nullopt;
    if (equals == std::string_view::npos)
        return esmtp_parameter{to_upper(keyword), std::nullopt};
    const std::string_view value = word.substr(equals + 1);
    if (!valid_value(value))
        return std::nullopt;
    return esmtp_parameter{to_upper(keyword), std::string(value)};
}

void skip_spaces(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

}  // namespace

std::optional<esmtp_parameters> parse_parameters(std::string_view text)
{
    esmtp_parameters list;
    // RFC 5321 has one space between them; more are tolerated, as they are before the first.
    for (skip_spaces(text); !text.empty(); skip_spaces(text)) {
        const std::string_view word = text.substr(0, text.find(' '));
        std::optional<esmtp_parameter> parameter = parse_parameter(word);
        if (!parameter || find_parameter(list, parameter->keyword) != nullptr)
            return std::nullopt;
        list.push_back(std::move(*parameter));
        text.remove_prefix(word.size());
    }
    return list;
}

const esmtp_parameter* find_parameter(const esmtp_parameters& list, std::string_view keyword)
{
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const auto& p) { return p.keyword == keyword; });
    return found == list.end() ? nullptr : &*found;
}

std::string format_parameters(const esmtp_parameters& list)
{
    std::string text;
    for (const esmtp_parameter& parameter : list) {
        text += ' ' + parameter.keyword;
        if (parameter.value)
            text += '=' + *parameter.value;
    }
    return text;
}

std::optional<std::uint64_t> parse_number(std::string_view digits)
{
    constexpr std::size_t max_digits = 20;  // RFC 1870 4: size-value ::= 1*20DIGIT
    const char* const end = digits.data() + digits.size();
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (digits.size() > max_digits || error != std::errc() || stop != end)
        return std::nullopt;
    return number;
}

}  // namespace odmr

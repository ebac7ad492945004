#include "sendmail/lifetimes.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <cstdint>

namespace odmr::sendmail
{

namespace
{

std::optional<seconds> unit_of(char letter)
{
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::int64_t day = 24 * hour;
    switch (letter) {
        case 'w':
            return seconds(7 * day);
        case 'd':
            return seconds(day);
        case 'h':
            return seconds(hour);
        case 'm':
            return seconds(minute);
        case 's':
            return seconds(1);
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<seconds> parse_time(std::string_view text, seconds plain)
{
    constexpr std::int64_t most = 1'000'000;  // of one unit
    if (text.empty())
        return std::nullopt;
    seconds sum{};
    while (!text.empty()) {
        std::int64_t number = 0;
        std::size_t digits = 0;
        for (; digits < text.size() && is_digit(text[digits]); ++digits)
            number = std::min(10 * number + (text[digits] - '0'), most);
        if (digits == 0)
            return std::nullopt;
        text.remove_prefix(digits);
        const auto unit = text.empty() ? plain : unit_of(text.front());
        if (!unit)
            return std::nullopt;
        sum += number * *unit;
        text.remove_prefix(std::min<std::size_t>(text.size(), 1));
    }
    return sum;
}

}  // namespace odmr::sendmail

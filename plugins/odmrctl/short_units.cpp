// short_units - see short_units.hpp.
#include "odmrctl/short_units.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace odmr::ctl
{

std::string short_size(std::uint64_t octets)
{
    constexpr std::uint64_t unit = 1024;
    if (octets < unit)
        return std::to_string(octets);
    constexpr std::array names{'K', 'M', 'G', 'T', 'P', 'E'};
    std::size_t which = 0;
    std::uint64_t whole = unit;
    while (which + 1 < names.size() && octets / whole >= unit) {
        whole *= unit;
        ++which;
    }
    // In tenths, from parts small enough not to overflow; rounded down, as ages are.
    const std::uint64_t tenths = octets / whole * 10 + octets % whole * 10 / whole;
    std::string text = std::to_string(tenths / 10);
    if (tenths < 100)
        text += "." + std::to_string(tenths % 10);
    return text + names.at(which);
}

std::string short_age(std::chrono::seconds age)
{
    struct unit {
        std::chrono::seconds size;
        const char* name;
    };
    using namespace std::chrono_literals;
    constexpr std::array units{unit{24h, "d"}, unit{1h, "h"}, unit{1min, "min"}, unit{1s, "s"}};
    age = std::max(age, 0s);
    const auto* const fits =
        std::find_if(units.begin(), units.end() - 1, [&](const unit& u) { return age >= u.size; });
    return std::to_string(age / fits->size) + fits->name;
}

std::string local_time(std::chrono::sys_seconds when)
{
    const std::time_t time = std::chrono::system_clock::to_time_t(when);
    std::tm broken_down{};
    ::localtime_r(&time, &broken_down);
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &broken_down);
    return {text.data(), length};
}

}  // namespace odmr::ctl

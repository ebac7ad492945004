#include "core/check_report.hpp"

#include <algorithm>
#include <cstddef>

namespace odmr
{

remedy in_odmr_conf(const std::string& parameter, const std::string& value)
{
    return {remedy::place::odmr_conf, parameter + " = " + value};
}

remedy by_command(std::string command)
{
    return {remedy::place::shell, std::move(command)};
}

std::string some_of(const std::vector<std::string>& names)
{
    constexpr std::size_t most = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > most)
        text += " and " + std::to_string(names.size() - most) + " more";
    return text;
}

longest_hold_time longest_hold_time_of(const settings& s, const check_subject& subject)
{
    longest_hold_time found{.time = s.hold_time};
    for (const auto& customer : subject.customers)
        if (customer.hold_time.value_or(seconds(0)) > found.time)
            found = {*customer.hold_time, "customer " + customer.name + "'s hold time"};
    return found;
}

}  // namespace odmr

// parameters - the one table of configuration parameters.
//
// A row names a parameter, says which member of `settings` it fills, what values it takes, its default, and
// explains it to the administrator. The configuration file, the command-line options, --print-config, the
// example file and odmr.conf(5) are all made from this table: a new parameter is a new member of `settings`
// and one new row.
#pragma once

#include "core/settings.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace odmr
{

enum class value_type {
    text,       ///< printable ASCII without '#', at most `max` octets
    word,       ///< the same without spaces
    path,       ///< an absolute path; `min` 0: may be empty, meaning none
    boolean,    ///< yes or no
    count,      ///< a whole number from `min` to `max`
    octets,     ///< a size from `min` to `max`: 4096, 256K, 10M, 1G
    duration,   ///< from `min` to `max` seconds: 30s, 5min, 2h, 7d
    endpoints,  ///< numeric addresses with ports, separated by commas
    choice      ///< one of `words`
};

/// What values a parameter takes.
struct value_rule {
    value_type type;
    std::uint64_t min = 0;
    std::uint64_t max = 0;
    std::string_view words = {};  ///< separated by single spaces, in the order of the enumeration
};

using parameter_member =
    std::variant<std::string settings::*, bool settings::*, std::uint64_t settings::*, seconds settings::*,
                 std::vector<endpoint_setting> settings::*, tls_version settings::*, log_target settings::*,
                 log_level settings::*, eight_bit_content settings::*, mail_system settings::*>;

struct parameter {
    std::string_view name;
    std::string_view section;  ///< heading it stands under in the documentation
    parameter_member member;
    value_rule rule;
    std::string_view default_value;
    std::string_view text;  ///< full sentences for the administrator
};

/// Every parameter, in the order of the documentation.
std::span<const parameter> parameters();

/// nullptr when there is none of that name.
const parameter* find_parameter(std::string_view name);

/// Every parameter at its default.
settings default_settings();

/// Sets one parameter from its text. On error nothing is changed and the answer says what was wrong and what
/// is expected.
[[nodiscard]] std::optional<std::string> set_parameter(settings& into, std::string_view name,
                                                       std::string_view value);

/// The parameter's value as text that set_parameter() reads back to the same value.
std::string format_parameter(const settings& from, const parameter& row);

/// The values a row takes, to follow the word "expected": "a duration from 1s to 1h, such as 30s, 5min, 2h".
std::string expected_value(const parameter& row);

struct conflict {
    std::string_view key;  ///< the parameter to change
    std::string text;
};

/// Combinations that cannot work although each value is allowed. Empty when all is well.
std::vector<conflict> check_settings(const settings& checked);

}  // namespace odmr

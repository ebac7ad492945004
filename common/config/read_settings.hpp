// read_settings - the configuration file and the command line, by Boost.Program_options.
//
// There is one file of lines "key = value", where # begins a comment, and every key is also an option
// --key=value that overrides the file. What the keys are and which values they take is the table in
// core/parameters.cpp. Whatever is wrong becomes one config_error:
//
//   /etc/odmr/odmr.conf:12: linger: "5" has no unit; expected a duration from 0 to 365d, such as 30s, 5min,
//   2h option --max_line: 100 is too small; expected a size from 512 to 64K
//
// A program reads its command line once, and its settings as often as it likes (SIGHUP):
//
//   auto line = read_command_line(argc, argv, {{"json"}, {"print-config", true}});
//   auto config = read_settings(line);
#pragma once

#include "core/settings.hpp"

#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace odmr
{

/// what() is one line for the administrator: place, key, what was wrong, what was expected.
class config_error : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

inline constexpr const char* default_config_file = "/etc/odmr/odmr.conf";

/// An option of one program: --name, or --name and --name=VALUE.
struct program_option {
    const char* name;
    bool takes_value = false;
};

struct command_line {
    std::string config_file = default_config_file;  ///< or what --config FILE says
    /// Parameters given as options, in order.
    std::vector<std::pair<std::string, std::string>> overrides = {};
    std::map<std::string, std::string> options = {};  ///< the program's own; "" when without a value
    std::vector<std::string> arguments = {};          ///< the first word that is no option, and all after it

    [[nodiscard]] bool has(const std::string& option) const { return options.count(option) != 0; }
};

/// Takes argv apart: --config FILE, parameters as --key=value or --key value, and the program's own options,
/// up to the first word that is no option (or "--"). Throws config_error on an unknown option or a missing
/// value.
command_line read_command_line(int argc, const char* const* argv,
                               std::initializer_list<program_option> own = {});

/// The defaults, then the file, then the overrides, all checked together. Throws config_error, also when the
/// file cannot be read.
settings read_settings(const command_line& from);

}  // namespace odmr

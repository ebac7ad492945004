// print_settings - the settings, and the table behind them, as text: --print-config, --help, the example file
// and the parameter section of odmr.conf(5).
#pragma once

#include "core/settings.hpp"

#include <string>

namespace odmr
{

enum class which_settings { all, changed };

/// "key = value" lines that are a configuration file of their own; `changed` leaves out what is at its
/// default.
std::string print_settings(const settings& from, which_settings which);

/// The commented example file: every parameter explained, commented out, at its default.
std::string example_file();

/// The parameters as man(7) source: a section heading each and a tagged paragraph for every parameter.
std::string manual_parameters();

/// The parameters as options, one line each, for --help.
std::string parameter_help();

}  // namespace odmr

// check_command - the command "odmrctl check".
#pragma once

#include "odmrctl/command.hpp"

namespace odmr::ctl
{

/// Throws config_error, after everything is written, when a point is wrong.
void check_command(invocation& call);

}  // namespace odmr::ctl

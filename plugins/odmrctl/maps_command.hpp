// maps_command - the command "odmrctl maps".
#pragma once

#include "odmrctl/command.hpp"

namespace odmr::ctl
{

void write_maps_command(invocation& call);

}  // namespace odmr::ctl

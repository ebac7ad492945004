// status - the command "odmrctl status": how odmrd does, who is online, and what waits for whom.
#pragma once

#include "odmrctl/command.hpp"

namespace odmr::ctl
{

void show_status(invocation& call);

}  // namespace odmr::ctl

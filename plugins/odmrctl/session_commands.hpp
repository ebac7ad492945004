// session_commands - the commands "odmrctl session ...": the customers' connections to odmrd.
#pragma once

#include "odmrctl/command.hpp"

namespace odmr::ctl
{

void list_sessions(invocation& call);
void end_sessions(invocation& call);

}  // namespace odmr::ctl

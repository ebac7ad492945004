// queue_command - the command "odmrctl queue": which mail waits for customers.
#pragma once

#include "odmrctl/command.hpp"

namespace odmr::ctl
{

void list_queue(invocation& call);

}  // namespace odmr::ctl

// recipients - the commands "odmrctl recipients ...".
#pragma once

#include "odmrctl/command.hpp"

namespace odmr::ctl
{

void set_recipients(invocation& call);
void add_recipients(invocation& call);
void remove_recipients(invocation& call);
void list_recipients(invocation& call);
void clear_recipients(invocation& call);

}  // namespace odmr::ctl

// domains - the commands "odmrctl domain ...".
#pragma once

#include "odmrctl/command.hpp"

namespace odmr::ctl
{

/// What to say after a change of domains.
inline constexpr const char* maps_hint =
    "run \"odmrctl maps\" now: the mail system does not know of the change before that\n";

void add_domains(invocation& call);
void remove_domains(invocation& call);
void list_domains(invocation& call);

}  // namespace odmr::ctl

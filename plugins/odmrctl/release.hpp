// release - the commands "odmrctl release" and "odmrctl reconcile": mail on hold, and what is known of it.
#pragma once

#include "odmrctl/command.hpp"

namespace odmr::ctl
{

void release_mail(invocation& call);
void reconcile(invocation& call);

}  // namespace odmr::ctl

// systemd_notify - tells systemd that the service is ready, reloads or stops (sd_notify(3)'s datagram
// protocol).
#pragma once

#include <string_view>

namespace odmr
{

/// state: such as "READY=1". Does nothing when not run by systemd.
void systemd_notify(std::string_view state);

}  // namespace odmr

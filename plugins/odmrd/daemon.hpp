// daemon - odmrd from start to end: binds, drops privileges, serves, rereads its settings on SIGHUP, ends on
// SIGTERM.
#pragma once

#include "config/read_settings.hpp"
#include "core/settings.hpp"

namespace odmr
{

/// Runs until SIGTERM or SIGINT. line: where the settings came from, to read them again on SIGHUP. Throws
/// when it cannot start.
void run_daemon(const command_line& line, const settings& config);

}  // namespace odmr

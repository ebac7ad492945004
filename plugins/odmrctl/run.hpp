// run - odmrctl as a function: finds the command, runs it, and turns what goes wrong into a message and an
// exit status.
#pragma once

#include <ostream>

namespace odmr::ctl
{

/// Returns a status of <sysexits.h>: EX_OK, EX_USAGE (a command line that makes no sense), EX_DATAERR (a
/// refused name, domain, address, password or value), EX_NOINPUT (no database, or a file that cannot be
/// read), EX_UNAVAILABLE (an unusable database, a mail system that fails, or no odmrd), EX_IOERR (the output
/// cannot be written), EX_TEMPFAIL (a locked database), EX_NOPERM (odmrd may not be asked) or EX_CONFIG.
int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace odmr::ctl

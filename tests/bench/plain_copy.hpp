// plain_copy - octets from a UNIX socket to a TCP connection of loopback, read and written in turn: what the
// relay does, less all that it is for.
#pragma once

#include "support/wait.hpp"

#include <cstdint>

namespace odmr::bench
{

/// How long it takes to send about so many octets, pass them on, and receive them, each on a thread of its
/// own. Throws std::runtime_error when they do not all come.
test::clock::duration copy_plainly(std::uint64_t octets);

}  // namespace odmr::bench

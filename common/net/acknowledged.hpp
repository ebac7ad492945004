// acknowledged - how far the octets written to a TCP connection have come.
#pragma once

#include <cstdint>

namespace odmr
{

/// How many octets the peer's machine has acknowledged since the connection was made; 0 where the kernel does
/// not say (UNIX sockets, closed ones).
std::uint64_t octets_acknowledged(int socket);

}  // namespace odmr

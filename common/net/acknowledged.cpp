// A file of its own, without Asio: that includes the C library's <netinet/tcp.h>, whose tcp_info lacks what
// is asked for here, and which does not go together with the kernel's.
#include "net/acknowledged.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <linux/tcp.h>

namespace odmr
{

std::uint64_t octets_acknowledged(int socket)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return 0;
    const bool told = size >= offsetof(tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked;
    return told ? info.tcpi_bytes_acked : 0;
}

}  // namespace odmr

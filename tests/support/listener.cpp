#include "support/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <string>
#include <system_error>

namespace odmr::test
{
namespace
{

file_descriptor bound_to_free_port(std::uint16_t& port)
{
    file_descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::system_error(errno, std::generic_category(), "bind");
    port = ntohs(address.sin_port);
    return socket;
}

file_descriptor bound_to(const std::filesystem::path& path)
{
    file_descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        throw std::system_error(ENAMETOOLONG, std::generic_category(), path.string());
    path.native().copy(address.sun_path, path.native().size());
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::system_error(errno, std::generic_category(), path.string());
    return socket;
}

void listen_on(const file_descriptor& socket)
{
    if (::listen(socket.get(), SOMAXCONN) != 0)
        throw std::system_error(errno, std::generic_category(), "listen");
}

}  // namespace

bool listens(std::uint16_t port)
{
    // "  0: 0100007F:01BB 00000000:0000 0A ...": an address of the machine's own octet order, and the state.
    constexpr const char* listening = "0A";
    std::ostringstream wanted;
    wanted << std::hex << std::uppercase << std::setfill('0') << std::setw(8) << ::htonl(INADDR_LOOPBACK)
           << ':' << std::setw(4) << port;
    std::ifstream sockets("/proc/net/tcp");
    for (std::string line; std::getline(sockets, line);) {
        std::string number;
        std::string local;
        std::string remote;
        std::string state;
        std::istringstream(line) >> number >> local >> remote >> state;
        if (local == wanted.str() && state == listening)
            return true;
    }
    return false;
}

reserved_port::reserved_port() : socket_(bound_to_free_port(number_)) {}

listener::listener() : socket_(bound_to_free_port(port_))
{
    listen_on(socket_);
}

listener::listener(const std::filesystem::path& path) : socket_(bound_to(path))
{
    listen_on(socket_);
}

std::optional<file_descriptor> listener::accept(milliseconds limit)
{
    pollfd poll_for{socket_.get(), POLLIN, 0};
    if (::poll(&poll_for, 1, static_cast<int>(limit.count())) <= 0)
        return std::nullopt;
    file_descriptor accepted(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (accepted.get() < 0)
        return std::nullopt;
    return accepted;
}

}  // namespace odmr::test

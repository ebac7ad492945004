#include "bench/unix_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace odmr::bench
{
namespace
{

sockaddr_un address_of(const std::filesystem::path& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& name = path.native();
    if (name.size() >= sizeof address.sun_path)
        throw std::runtime_error("the path " + name + " is too long for a socket");
    name.copy(static_cast<char*>(address.sun_path), name.size());
    return address;
}

test::file_descriptor new_socket()
{
    return test::file_descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

}  // namespace

test::file_descriptor connect_to_unix(const std::filesystem::path& path)
{
    const sockaddr_un address = address_of(path);
    test::file_descriptor socket = new_socket();
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::system_error(errno, std::generic_category(), path.native());
    return socket;
}

test::file_descriptor listen_on_unix(const std::filesystem::path& path)
{
    constexpr mode_t everybody = 0666;
    const sockaddr_un address = address_of(path);
    std::filesystem::remove(path);
    test::file_descriptor socket = new_socket();
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(path.c_str(), everybody) != 0 || ::listen(socket.get(), SOMAXCONN) != 0)
        throw std::system_error(errno, std::generic_category(), path.native());
    return socket;
}

}  // namespace odmr::bench

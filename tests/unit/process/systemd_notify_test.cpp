// systemd_notify: one datagram to the socket systemd names, by path or abstract, and silence without one.
#include "process/systemd_notify.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace odmr
{
namespace
{

/// What arrives at a datagram socket of that name after one notification. name: as in NOTIFY_SOCKET.
std::string heard_at(const std::string& name)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@')
        address.sun_path[0] = '\0';
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    systemd_notify("READY=1");
    ::unsetenv("NOTIFY_SOCKET");
    std::array<char, 64> text{};
    const ssize_t n = ::recv(fd, text.data(), text.size(), 0);
    ::close(fd);
    return {text.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

TEST(systemd_notify, reaches_a_socket_with_a_path)
{
    const test::temp_dir directory;
    EXPECT_EQ(heard_at((directory.path() / "notify").string()), "READY=1");
}

TEST(systemd_notify, reaches_an_abstract_socket)
{
    EXPECT_EQ(heard_at("@odmr-notify-test-" + std::to_string(::getpid())), "READY=1");
}

TEST(systemd_notify, does_nothing_without_systemd)
{
    ::unsetenv("NOTIFY_SOCKET");
    systemd_notify("READY=1");
    ::setenv("NOTIFY_SOCKET", "relative", 1);
    systemd_notify("READY=1");
    ::setenv("NOTIFY_SOCKET", ("/" + std::string(300, 'x')).c_str(), 1);
    systemd_notify("READY=1");
    ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace odmr

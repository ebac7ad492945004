#include "milter/listening_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace odmr::milter
{

namespace
{

std::string reason(int error)
{
    return std::generic_category().message(error);
}

/// The error of connecting to it; 0 when somebody listens there.
int try_to_connect(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    const int error =
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
    ::close(fd);
    return error;
}

}  // namespace

void clear_stale_socket(const std::string& path)
{
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno != ENOENT)
            throw std::runtime_error("cannot look at " + path + ": " + reason(errno));
        return;
    }
    if (!S_ISSOCK(status.st_mode))
        throw std::runtime_error(path + " exists and is no socket");
    if (const int error = try_to_connect(path); error != ECONNREFUSED)
        throw std::runtime_error(
            path + " is in use: " +
            (error == 0 || error == EAGAIN ? "another program listens there" : reason(error)));
    if (::unlink(path.c_str()) != 0)
        throw std::runtime_error("cannot remove " + path + ", which nobody uses: " + reason(errno));
}

socket_remover::socket_remover(const std::string& path) : path_(path)
{
    struct stat status{};
    if (!path.empty() && ::lstat(path.c_str(), &status) == 0) {
        device_ = status.st_dev;
        inode_ = status.st_ino;
    }
}

void socket_remover::remove() const
{
    struct stat status{};
    if (inode_ != 0 && ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
        status.st_ino == inode_)
        ::unlink(path_.c_str());
}

}  // namespace odmr::milter

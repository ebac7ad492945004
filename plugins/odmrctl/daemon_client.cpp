// daemon_client - see daemon_client.hpp.
#include "odmrctl/daemon_client.hpp"

#include "config/read_settings.hpp"
#include "odmrctl/command.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace odmr::ctl
{
namespace
{

using json = daemon_client::json;

std::string reason(int error)
{
    return std::generic_category().message(error);
}

[[noreturn]] void fail_to_connect(const settings& config, int error)
{
    const auto where = "odmrd at " + config.control_socket + ": " + reason(error);
    if (error == EACCES || error == EPERM)
        throw no_permission(where + "; besides root and the account of odmrd, " +
                            (config.control_group.empty()
                                 ? "nobody may ask it, because control_group is empty"
                                 : "the members of control_group (" + config.control_group + ") may ask it"));
    if (error == ENOENT || error == ECONNREFUSED)
        throw std::runtime_error(where + "; odmrd does not run, or with another control_socket");
    throw std::runtime_error(where);
}

sockaddr_un address_of(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw config_error("control_socket: the path " + path + " is too long for a socket");
    path.copy(static_cast<char*>(address.sun_path), path.size());
    return address;
}

/// When odmrd does not read or write for so long, the call fails.
void limit(int socket, seconds patience)
{
    const timeval time{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

/// Throws what the error line of an answer says.
[[noreturn]] void fail_as_told(const json& error)
{
    const auto text = error.at("text").get<std::string>();
    const auto kind = error.at("kind").get<std::string>();
    if (kind == "refused")
        throw bad_data(text);
    throw std::runtime_error("odmrd: " + text);
}

}  // namespace

daemon_client::daemon_client(const settings& config) : socket_(-1)
{
    if (config.control_socket.empty())
        throw config_error("control_socket is empty, so odmrd cannot be asked anything");
    const auto address = address_of(config.control_socket);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0)
        throw std::runtime_error("no socket: " + reason(errno));
    limit(socket_, quick);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int error = errno;
        ::close(socket_);
        fail_to_connect(config, error);
    }
}

daemon_client::~daemon_client()
{
    ::close(socket_);
}

json daemon_client::ask(std::string_view command, const std::vector<std::string>& words,
                        const row_handler& row, seconds patience)
{
    limit(socket_, patience);
    const json request{{"command", command}, {"words", words}};
    send(request.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
    for (;;) {
        const auto line = read_line();
        const auto answer = json::parse(line, nullptr, false);
        if (!answer.is_object())
            throw std::runtime_error("odmrd: the answer cannot be understood");
        if (answer.contains("error"))
            fail_as_told(answer.at("error"));
        if (answer.contains("done"))
            return answer.at("done");
        if (row)
            row(answer);
    }
}

void daemon_client::send(std::string_view octets) const
{
    while (!octets.empty()) {
        const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return;  // odmrd may have said why before it closed the line
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string daemon_client::read_line()
{
    for (;;) {
        if (const auto end = received_.find('\n', searched_); end != std::string::npos) {
            auto line = received_.substr(begin_, end - begin_);
            begin_ = searched_ = end + 1;
            return line;
        }
        received_.erase(0, begin_);
        begin_ = 0;
        searched_ = received_.size();
        std::array<char, 65536> buffer;
        const auto n = ::recv(socket_, buffer.data(), buffer.size(), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            throw std::runtime_error("odmrd does not answer in time");
        if (n <= 0)
            throw std::runtime_error("odmrd broke off its answer" + (n < 0 ? ": " + reason(errno) : ""));
        received_.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

}  // namespace odmr::ctl

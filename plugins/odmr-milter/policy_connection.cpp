#include "milter/policy_connection.hpp"

#include "core/units.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

namespace odmr::milter
{

namespace
{

struct socket_address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

/// parse_policy_address has seen to it that the parts fit.
socket_address address_of(const policy_address& where)
{
    socket_address result;
    if (!where.path.empty()) {
        auto* const local = reinterpret_cast<sockaddr_un*>(&result.storage);
        local->sun_family = AF_UNIX;
        where.path.copy(static_cast<char*>(local->sun_path), sizeof local->sun_path - 1);
        result.size = sizeof *local;
        return result;
    }
    auto* const v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
    if (::inet_pton(AF_INET, where.endpoint.address.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(where.endpoint.port);
        result.size = sizeof *v4;
    } else if (::inet_pton(AF_INET6, where.endpoint.address.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(where.endpoint.port);
        result.size = sizeof *v6;
    }
    return result;
}

}  // namespace

std::optional<policy_address> parse_policy_address(std::string_view text)
{
    constexpr std::string_view local = "unix:";
    constexpr std::string_view tcp = "inet:";
    if (text.starts_with(local)) {
        const std::string_view path = text.substr(local.size());
        if (!path.starts_with('/') || path.size() >= sizeof(sockaddr_un::sun_path))
            return std::nullopt;
        return policy_address{.path = std::string(path)};
    }
    if (!text.starts_with(tcp))
        return std::nullopt;
    const auto endpoint = parse_endpoint(text.substr(tcp.size()));
    if (!endpoint || endpoint->port == 0)
        return std::nullopt;
    policy_address where{.endpoint = *endpoint};
    if (address_of(where).size == 0)
        return std::nullopt;
    return where;
}

policy_connection::~policy_connection()
{
    if (socket_ >= 0)
        ::close(socket_);
}

outcome policy_connection::ask(const std::string& question, duration limit, policy_verdict& answer)
{
    const time_point end = std::chrono::steady_clock::now() + limit;
    outcome how = socket_ >= 0 ? outcome::answered : connect(end);
    if (how == outcome::answered)
        how = write(question, end);
    if (how == outcome::answered)
        how = read(end, answer);
    return how;
}

outcome policy_connection::connect(time_point end)
{
    const socket_address to = address_of(where_);
    socket_ = ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0)
        return outcome::broken;
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to.storage), to.size) == 0)
        return outcome::answered;
    if (errno == EAGAIN)  // of a UNIX socket: more connections wait there than it takes
        return outcome::timed_out;
    if (errno != EINPROGRESS)
        return outcome::broken;
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    int error = 0;
    socklen_t size = sizeof error;
    const outcome how = wait_for(POLLOUT, end);
    if (how == outcome::answered &&
        (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0))
        return outcome::broken;
    return how;
}

outcome policy_connection::write(std::string_view octets, time_point end) const
{
    while (!octets.empty()) {
        const ssize_t sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            octets.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return outcome::broken;
        if (const outcome how = wait_for(POLLOUT, end); how != outcome::answered)
            return how;
    }
    return outcome::answered;
}

outcome policy_connection::read(time_point end, policy_verdict& answer)
{
    using status = policy_answer_reader::status;
    for (;;) {
        if (const outcome how = wait_for(POLLIN, end); how != outcome::answered)
            return how;
        std::array<char, 1024> block;
        const ssize_t n = ::recv(socket_, block.data(), block.size(), 0);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return outcome::broken;
        switch (reader_.append({block.data(), static_cast<std::size_t>(n)})) {
            case status::incomplete:
                break;
            case status::malformed:
                return outcome::broken;
            case status::answer:
                answer = reader_.take();
                return outcome::answered;
        }
    }
}

outcome policy_connection::wait_for(short events, time_point end) const
{
    using std::chrono::milliseconds;
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
        if (left <= milliseconds::zero())
            return outcome::timed_out;
        pollfd one{.fd = socket_, .events = events, .revents = 0};
        const int ready =
            ::poll(&one, 1, static_cast<int>(std::min(left, milliseconds(std::chrono::hours(1))).count()));
        if (ready > 0)
            return outcome::answered;
        if (ready < 0 && errno != EINTR)
            return outcome::broken;
    }
}

}  // namespace odmr::milter

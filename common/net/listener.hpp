// listener - accepts connections on one address and hands each to a function.
#pragma once

#include "core/settings.hpp"
#include "net/asio.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <functional>
#include <memory>
#include <string>

namespace odmr
{

using accept_handler = std::function<void(stream_socket)>;

/// A TCP listener. Destroying it closes the port.
class tcp_listener
{
public:
    /// Binds at once: throws std::runtime_error naming address, port and reason.
    tcp_listener(const asio::any_io_executor& executor, const endpoint_setting& where,
                 accept_handler handler);
    ~tcp_listener();
    tcp_listener(const tcp_listener&) = delete;
    tcp_listener& operator=(const tcp_listener&) = delete;

    /// Where it listens; the real port when 0 was asked for.
    [[nodiscard]] endpoint_setting where() const;

private:
    std::shared_ptr<asio::ip::tcp::acceptor> acceptor_;
};

/// A listener on a UNIX socket. Destroying it removes the socket.
class local_listener
{
public:
    /// Binds at once, over whatever a dead predecessor left there. mode: permissions of the socket file.
    /// Throws std::runtime_error naming path and reason.
    local_listener(const asio::any_io_executor& executor, const std::string& path, unsigned mode,
                   accept_handler handler);
    ~local_listener();
    local_listener(const local_listener&) = delete;
    local_listener& operator=(const local_listener&) = delete;

private:
    std::shared_ptr<asio::local::stream_protocol::acceptor> acceptor_;
    std::string path_;
};

}  // namespace odmr

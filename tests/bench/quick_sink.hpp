// quick_sink - quick_servers on a socket, on a thread of their own: the rest of the Internet, or whatever
// else takes mail from Postfix.
#pragma once

#include "bench/quick_server.hpp"
#include "support/file_descriptor.hpp"
#include "support/listener.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <thread>

namespace odmr::bench
{

class quick_sink
{
public:
    /// Makes the server for a new connection; called on the sink's thread, like what the servers call.
    using maker = std::function<quick_server()>;

    /// On a port of loopback, with servers that report each message.
    explicit quick_sink(std::function<void(const std::string& recipient)> taken);
    /// On that socket of the UNIX domain.
    quick_sink(const std::filesystem::path& where, maker make);

    /// Of loopback, where it listens on one.
    [[nodiscard]] std::uint16_t port() const { return tcp_->port(); }

private:
    void run(const std::stop_token& stop);

    maker make_;
    std::optional<test::listener> tcp_;
    test::file_descriptor unix_;
    std::jthread thread_;
};

}  // namespace odmr::bench

// quick_sink - quick_servers on a port of loopback, on a thread of their own: the rest of the Internet.
#pragma once

#include "bench/quick_server.hpp"
#include "support/listener.hpp"

#include <cstdint>
#include <thread>

namespace odmr::bench
{

class quick_sink
{
public:
    /// taken: called on the sink's thread.
    explicit quick_sink(quick_server::message_handler taken);

    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

private:
    void run(const std::stop_token& stop);

    quick_server::message_handler taken_;
    test::listener listener_;
    std::jthread thread_;
};

}  // namespace odmr::bench

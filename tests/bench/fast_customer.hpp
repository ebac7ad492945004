// fast_customer - a customer who authenticates, says ATRN, and takes its mail as fast as it is brought.
#pragma once

#include "bench/quick_server.hpp"
#include "bench/site.hpp"
#include "support/mailbox.hpp"
#include "support/scripted_customer.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace odmr::bench
{

class fast_customer
{
public:
    struct manner {
        std::uint16_t port = 0;  ///< where the line to odmrd begins; 0: at odmrd itself
        bool tls = false;
        quick_server::behaviour server = {};
    };

    /// Connects and authenticates. Throws std::runtime_error when odmrd refuses.
    fast_customer(const site& provider, std::size_t customer, manner how, quick_server::handlers mail);

    /// Says ATRN. Throws std::runtime_error when odmrd refuses.
    void turn();
    /// Plays the server until odmrd says QUIT, or until cut(). Throws std::runtime_error when odmrd ends the
    /// session in another way.
    void serve();
    /// Another thread may call this: the line is lost.
    void cut();

private:
    void must(const std::string& reply, const char* code) const;

    manner how_;
    test::mailbox unused_;
    test::scripted_customer client_;
    quick_server server_;
    std::atomic<bool> cut_ = false;
};

}  // namespace odmr::bench

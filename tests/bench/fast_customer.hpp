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
#include <thread>
#include <utility>

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
    fast_customer(const test::provider& provider, const std::string& customer, manner how,
                  quick_server::handlers mail);
    fast_customer(const site& provider, std::size_t customer, manner how, quick_server::handlers mail)
        : fast_customer(provider.provider(), customer_name(customer), how, std::move(mail))
    {
    }

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

/// A fast_customer on a thread of his own, whose line is lost with this.
class attended_customer
{
public:
    attended_customer(const site& provider, std::size_t customer, fast_customer::manner how,
                      quick_server::handlers mail)
        : customer_(provider, customer, how, std::move(mail))
    {
    }
    ~attended_customer() { customer_.cut(); }
    attended_customer(const attended_customer&) = delete;
    attended_customer& operator=(const attended_customer&) = delete;

    /// Says ATRN. Throws std::runtime_error when odmrd refuses. What goes wrong after that is printed: its
    /// mail will be missed.
    void begin();
    /// Until odmrd says QUIT.
    void wait_for_end() { thread_ = {}; }

private:
    fast_customer customer_;
    std::jthread thread_;
};

}  // namespace odmr::bench

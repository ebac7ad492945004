// crowd - customers that stay: each connects, authenticates, says ATRN, and from then on is a quick_server
// that is mostly idle (RFC 2645 5).
#pragma once

#include "bench/quick_server.hpp"
#include "bench/site.hpp"
#include "support/connection.hpp"
#include "support/file_descriptor.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace odmr::bench
{

class crowd
{
public:
    /// Connects that many customers of the site, the first ones, one after the other; returns when all their
    /// domains are online. tls: by STARTTLS. Throws std::runtime_error when one is refused.
    crowd(const site& provider, std::size_t customers, bool tls);
    ~crowd();
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    /// Messages that came, for all of them.
    [[nodiscard]] std::size_t messages() const { return messages_; }
    /// Lines that the provider has closed.
    [[nodiscard]] std::size_t lost() const { return lost_; }

private:
    struct member {
        test::connection line;
        quick_server server;
    };
    void log_in(const site& provider, std::size_t customer, bool tls);
    void serve(const std::stop_token& stop);
    void answer(member& one);

    std::atomic<std::size_t> messages_ = 0;
    std::atomic<std::size_t> lost_ = 0;
    test::file_descriptor ready_;                   ///< epoll: whose line is readable
    std::vector<std::unique_ptr<member>> members_;  ///< used by the thread from the moment they are in ready_
    std::jthread thread_;
};

}  // namespace odmr::bench

// other_mail - mail that has nothing to do with odmr, one message every 100 ms through the same Postfix, and
// how long each takes to arrive.
#pragma once

#include "bench/quick_sink.hpp"
#include "support/wait.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace odmr::bench
{

class other_mail
{
public:
    static constexpr test::milliseconds interval{100};

    other_mail() : sink_([this](const std::string& recipient) { arrived(recipient); }) {}

    /// Where Postfix is to bring it.
    [[nodiscard]] std::uint16_t port() const { return sink_.port(); }

    void begin(std::uint16_t postfix_port);
    /// Sends no more. Milliseconds from when each message was due to be sent to its arrival: a sender that is
    /// made to wait counts, too. Throws std::runtime_error when one does not arrive.
    std::vector<double> end();

private:
    void run(const std::stop_token& stop, std::uint16_t postfix_port);
    void arrived(const std::string& recipient);

    std::mutex mutex_;
    std::map<std::string, test::clock::time_point> sent_;  ///< and not arrived
    std::vector<double> latencies_;
    std::size_t next_ = 0;
    std::jthread thread_;
    quick_sink sink_;  // ends first: it calls arrived()
};

}  // namespace odmr::bench

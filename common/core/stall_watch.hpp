// stall_watch - whether a customer's session makes no progress while it holds many messages.
//
// Each open message occupies one of the mail system's delivery processes, which all customers share, until
// the customer's server has answered. A server may take its time over a message or two: RFC 5321 4.5.3.2 sets
// those limits, ten minutes for the last of them. But a session that holds more than a few, and for a while
// neither gets a reply nor gets rid of an octet, takes from its neighbours what it cannot use.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace odmr
{

class stall_watch
{
public:
    using clock_point =
        std::chrono::steady_clock::time_point;  ///< given by the caller; nothing here reads a clock

    /// What there is to see of a session.
    struct sight {
        std::size_t open = 0;            ///< messages without an outcome
        bool customers_turn = false;     ///< it is the customer who has to answer, or to take octets
        std::uint64_t steps = 0;         ///< changes with each reply and each piece written
        std::uint64_t acknowledged = 0;  ///< octets that have reached the customer's machine
    };

    /// limit: without progress; 0 = for ever.
    explicit stall_watch(std::chrono::seconds limit) : limit_(limit) {}

    /// Whether a session with so many open messages has to be looked at, and how often.
    [[nodiscard]] bool concerned(std::size_t open) const;
    [[nodiscard]] std::chrono::milliseconds interval() const { return limit_ / looks; }

    /// Looks. True when there has been no progress since looks that are the limit or more ago.
    bool stalled(const sight& seen, clock_point now);

private:
    static constexpr int looks = 4;  ///< within the limit

    std::chrono::milliseconds limit_;
    std::optional<sight> last_;
    clock_point since_{};  ///< last_ was seen first
};

}  // namespace odmr

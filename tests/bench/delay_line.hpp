// delay_line - a long line to a port of loopback: whatever comes in at one end comes out at the other half a
// round trip later, and as much of it as both ends can take.
//
// Each direction is a queue of blocks with the times when they are due. The ends' own TCP connections have no
// delay, so no window of theirs limits what is on the line; only memory does.
#pragma once

#include "support/listener.hpp"
#include "support/wait.hpp"

#include <cstddef>
#include <cstdint>
#include <thread>

namespace odmr::bench
{

class delay_line
{
public:
    static constexpr std::size_t most_octets = 512UL * 1024 * 1024;  ///< on the line in one direction

    /// Leads to that port of 127.0.0.1.
    delay_line(std::uint16_t far_end, test::milliseconds round_trip);

    /// Where it begins; every connection there gets one of its own at the far end.
    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

private:
    void run(const std::stop_token& stop);

    std::uint16_t far_end_;
    test::clock::duration one_way_;
    test::listener listener_;
    std::jthread thread_;
};

}  // namespace odmr::bench

#include "bench/delay_line.hpp"

#include "support/connection.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace odmr::bench
{
namespace
{

using namespace std::chrono_literals;
using test::clock;
using test::connection;

constexpr test::milliseconds round_trip{200};

/// A line with somebody at each end.
class DelayLine : public testing::Test
{
protected:
    connection accepted()
    {
        auto socket = far_end_.accept(test::patience);
        if (!socket)
            throw std::runtime_error("nobody comes");
        return connection(std::move(*socket));
    }

    test::listener far_end_;
    delay_line line_{far_end_.port(), round_trip};
    connection here_{line_.port()};
    connection there_ = accepted();
};

TEST_F(DelayLine, AddsHalfARoundTripEachWay)
{
    const auto begin = clock::now();
    here_.write("there");
    EXPECT_EQ(there_.read_some(), "there");
    EXPECT_GE(clock::now() - begin, round_trip / 2);
    there_.write("and back");
    EXPECT_EQ(here_.read_some(), "and back");
    EXPECT_GE(clock::now() - begin, round_trip);
    EXPECT_LT(clock::now() - begin, round_trip + 5s);
}

TEST_F(DelayLine, WhatIsOnTheLineAtTheSameTimeIsNotDelayedTwice)
{
    const auto begin = clock::now();
    constexpr int words = 20;
    std::string received;
    for (int i = 0; i < words; ++i) {
        here_.write("x");
        std::this_thread::yield();
    }
    while (received.size() < words)
        received += there_.read_some();
    EXPECT_LT(clock::now() - begin, words * round_trip / 2);
}

TEST_F(DelayLine, HoldsAsMuchAsIsSentWithoutWaiting)
{
    constexpr std::size_t much = 64UL * 1024 * 1024;
    const std::string octets(much, 'x');
    const auto begin = clock::now();
    std::jthread writer([&] { here_.write(octets); });
    std::size_t received = 0;
    while (received < much)
        received += there_.read_some().size();
    // A line that waited for the other end before it took more would need a round trip for each few
    // megabytes.
    EXPECT_LT(clock::now() - begin, 5s);
    EXPECT_EQ(received, much);
}

TEST_F(DelayLine, PassesTheEndOn)
{
    here_.write("goodbye");
    here_.cancel();
    EXPECT_EQ(there_.read_until_closed(), "goodbye");
}

}  // namespace
}  // namespace odmr::bench

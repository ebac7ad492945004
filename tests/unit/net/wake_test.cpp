// wake_event: nobody sleeps through it, whichever came first.
#include "net/wake.hpp"

#include "on_loop.hpp"

#include <gtest/gtest.h>

namespace odmr
{
namespace
{

using namespace std::chrono_literals;

TEST(wake_event, set_before_waiting_is_not_lost_and_counts_once)
{
    asio::io_context io(1);
    wake_event event(io.get_executor());
    event.set();
    const auto work = [&]() -> awaitable<void> {
        const bool first = co_await event.wait(5s);
        EXPECT_TRUE(first);
        const bool second = co_await event.wait(1ms);
        EXPECT_FALSE(second);
    };
    test::on_loop(io, work());
}

TEST(wake_event, wakes_who_waits)
{
    asio::io_context io(1);
    wake_event event(io.get_executor());
    asio::steady_timer soon(io, 1ms);
    soon.async_wait([&](error_code) { event.set(); });
    const auto work = [&]() -> awaitable<void> {
        const bool woken = co_await event.wait();
        EXPECT_TRUE(woken);
    };
    test::on_loop(io, work());
}

}  // namespace
}  // namespace odmr

// wake - lets one coroutine wait until another part of the same thread has something for it.
#pragma once

#include "net/asio.hpp"

#include <utility>

namespace odmr
{

class wake_event
{
public:
    explicit wake_event(const asio::any_io_executor& executor) : timer_(executor) {}

    /// Wakes the waiter, now or as soon as it waits.
    void set()
    {
        set_ = true;
        timer_.cancel();
    }

    /// Until set() or the limit; true when it was set(). For one waiter.
    awaitable<bool> wait(time_limit limit = std::nullopt)
    {
        if (!set_) {
            if (limit)
                timer_.expires_after(*limit);
            else
                timer_.expires_at(asio::steady_timer::time_point::max());
            co_await timer_.async_wait(nothrow);
        }
        co_return std::exchange(set_, false);
    }

private:
    asio::steady_timer timer_;
    bool set_ = false;
};

}  // namespace odmr

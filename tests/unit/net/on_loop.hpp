// on_loop - runs one coroutine on an event loop of its own to its end and hands its exception, if any, to the
// test.
#pragma once

#include "net/asio.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <utility>

namespace odmr::test
{

inline void on_loop(asio::io_context& io, awaitable<void> work)
{
    std::exception_ptr thrown;
    asio::co_spawn(io, std::move(work), [&](const std::exception_ptr& problem) {
        thrown = problem;
        io.stop();
    });
    io.run();
    if (thrown)
        std::rethrow_exception(thrown);
}

}  // namespace odmr::test

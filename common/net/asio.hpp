// asio - the names the rest of net/ and its users take from Boost.Asio, and the one completion token they
// use.
//
// docs/decisions/coroutines.md says which forms of co_await are allowed, and why.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>

namespace odmr
{

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;

/// TCP and UNIX sockets alike.
using stream_socket = asio::generic::stream_protocol::socket;
using time_limit = std::optional<std::chrono::steady_clock::duration>;

/// Errors come as values, never as exceptions.
inline constexpr auto nothrow = asio::as_tuple(asio::use_awaitable);

}  // namespace odmr

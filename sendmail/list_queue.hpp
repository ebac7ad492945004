// list_queue - runs `sendmail -bp`, which needs no privileges, and hands on what it shows.
#pragma once

#include "core/settings.hpp"
#include "net/asio.hpp"
#include "sendmail/queue_listing.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace odmr::sendmail
{

/// Lists the queue of customers' mail; domains: only messages with such a text in a recipient's address as
/// "@example.org" (so "@example.org.uk" is shown, too), or all when there are none. False when it failed
/// (which is logged), or was not over within the limit.
awaitable<bool> list_queue(const settings& s, std::vector<std::string> domains,
                           std::chrono::steady_clock::duration limit,
                           std::function<void(const queued_message&)> found);

}  // namespace odmr::sendmail

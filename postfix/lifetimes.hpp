// lifetimes - how long Postfix keeps mail it cannot deliver, as it is configured now.
//
// Mail that was let go from hold and fails is returned to its sender when it is older than that. So nothing
// may stay on hold for longer than the shorter lifetime less a day: then there is always a day to deliver it.
#pragma once

#include "core/settings.hpp"
#include "net/asio.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace odmr::postfix
{

/// A time as postconf(5) writes it: a number and s, m, h, d or w; without a unit it is days, as for the queue
/// lifetimes. nullopt when it is none.
std::optional<seconds> parse_lifetime(std::string_view text);

/// The longest time mail may be on hold with these lifetimes; 0 when there is no day to spare.
seconds longest_hold(seconds maximal_queue_lifetime, seconds bounce_queue_lifetime);

/// Asks postconf; nullopt when it does not say (which is logged).
awaitable<std::optional<seconds>> read_longest_hold(std::function<const settings&()> current);

}  // namespace odmr::postfix

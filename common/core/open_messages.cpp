#include "core/open_messages.hpp"

#include "core/release_window.hpp"

#include <algorithm>

namespace odmr
{

open_messages::place open_messages::take(const std::string& customer, std::size_t most)
{
    const std::size_t limit =
        stalled_.contains(customer) ? std::min<std::size_t>(most, release_window::few) : most;
    if (of(customer) >= limit)
        return nullptr;
    auto& known = open_[customer];
    place taken = known.lock();
    if (!taken) {
        taken = std::make_shared<char>();
        known = taken;
    }
    return taken;
}

std::size_t open_messages::of(std::string_view customer) const
{
    const auto found = open_.find(customer);
    return found == open_.end() ? 0 : static_cast<std::size_t>(found->second.use_count());
}

}  // namespace odmr

#include "odmrd/session_registry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace odmr
{

std::string session_registry::next_id()
{
    if (next_ == 0)  // two runs of the daemon do not name their sessions alike in one log
        next_ = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch() /
                                           std::chrono::seconds(1))
                << 12U;
    std::array<char, 16> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), ++next_, 36).ptr;
    return {text.data(), end};
}

void session_registry::add(const std::shared_ptr<session>& s)
{
    sessions_.push_back(s);
}

void session_registry::remove(const session& s)
{
    std::erase_if(sessions_, [&](const auto& other) { return other.get() == &s; });
}

std::size_t session_registry::count_address(std::string_view address) const
{
    return static_cast<std::size_t>(std::count_if(
        sessions_.begin(), sessions_.end(), [&](const auto& s) { return s->peer_address() == address; }));
}

std::size_t session_registry::count_customer(std::string_view customer) const
{
    return static_cast<std::size_t>(std::count_if(sessions_.begin(), sessions_.end(),
                                                  [&](const auto& s) { return s->customer() == customer; }));
}

}  // namespace odmr

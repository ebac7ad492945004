#include "core/auth_throttle.hpp"

#include <algorithm>

namespace odmr
{

namespace
{

/// A client chooses its account name, and it chooses it long when it wants our memory.
std::string account_key(std::string_view account)
{
    constexpr std::size_t longest = 255;  // octets
    return "a " + std::string(account.substr(0, longest));
}

}  // namespace

auth_throttle::auth_throttle(std::chrono::milliseconds first, std::chrono::milliseconds most,
                             std::chrono::milliseconds forget, std::size_t keys)
    : first_(first), most_(most), forget_(forget), keys_(keys)
{
}

std::chrono::milliseconds auth_throttle::failed(std::string_view account, std::string_view address,
                                                clock_point now)
{
    const auto by_account = account.empty() ? std::chrono::milliseconds{} : count(account_key(account), now);
    const auto by_address = count("i " + std::string(address), now);
    return std::max(by_account, by_address);
}

void auth_throttle::succeeded(std::string_view account)
{
    records_.erase(account_key(account));
}

std::chrono::milliseconds auth_throttle::count(const std::string& key, clock_point now)
{
    if (records_.size() >= keys_ && !records_.contains(key)) {
        std::erase_if(records_, [&](const auto& entry) { return now - entry.second.last > forget_; });
        if (records_.size() >= keys_)
            records_.erase(
                std::min_element(records_.begin(), records_.end(),
                                 [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
    }
    record& r = records_[key];
    if (now - r.last > forget_)
        r.failures = 0;
    r.last = now;
    std::chrono::milliseconds delay = first_;
    for (unsigned i = 0; i < r.failures && delay < most_; ++i)
        delay *= 2;
    ++r.failures;
    return std::min(delay, most_);
}

}  // namespace odmr

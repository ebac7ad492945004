#include "core/auth_throttle.hpp"

#include <algorithm>

namespace odmr
{

auth_throttle::auth_throttle(std::chrono::milliseconds first, std::chrono::milliseconds most,
                             std::chrono::milliseconds forget, std::size_t keys)
    : first_(first), most_(most), forget_(forget), keys_(keys)
{
}

std::chrono::milliseconds auth_throttle::failed(std::string_view account, std::string_view address,
                                                clock_point now)
{
    const auto by_account =
        account.empty() ? std::chrono::milliseconds{} : count("a " + std::string(account), now);
    const auto by_address = count("i " + std::string(address), now);
    return std::max(by_account, by_address);
}

void auth_throttle::succeeded(std::string_view account)
{
    records_.erase("a " + std::string(account));
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

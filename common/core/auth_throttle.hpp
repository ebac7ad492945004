// auth_throttle - how long to wait before a failed AUTH is answered: longer with each failure of the same
// account and of the same address, so that guessing passwords is slow however the guesses are spread.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace odmr
{

class auth_throttle
{
public:
    using clock_point =
        std::chrono::steady_clock::time_point;  ///< given by the caller; nothing here reads a clock

    /// first: the delay after one failure, doubled with each further one up to `most`. A key that has been
    /// quiet for `forget` starts anew. At most `keys` keys are kept; the oldest goes first.
    auth_throttle(std::chrono::milliseconds first, std::chrono::milliseconds most,
                  std::chrono::milliseconds forget = std::chrono::minutes(15), std::size_t keys = 10000);

    /// Counts a failure and says how long its answer has to wait.
    std::chrono::milliseconds failed(std::string_view account, std::string_view address, clock_point now);
    /// The right password clears the account, not the address.
    void succeeded(std::string_view account);

private:
    struct record {
        unsigned failures = 0;
        clock_point last{};
    };
    std::chrono::milliseconds count(const std::string& key, clock_point now);

    std::chrono::milliseconds first_, most_, forget_;
    std::size_t keys_;
    std::map<std::string, record, std::less<>> records_;
};

}  // namespace odmr

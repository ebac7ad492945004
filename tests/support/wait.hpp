// wait - how a test waits: for a condition, up to a limit; never for a fixed time.
#pragma once

#include <chrono>
#include <thread>

namespace odmr::test
{

using milliseconds = std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

/// How long anything that must happen may take before it counts as not happening. Far more than it takes on
/// an idle machine, because tests run in parallel and under sanitizers.
inline constexpr milliseconds patience{30'000};

/// Looks at the condition until it holds; false when it still does not after limit.
template <class Condition>
[[nodiscard]] bool wait_until(Condition condition, milliseconds limit = patience)
{
    const auto end = clock::now() + limit;
    for (;;) {
        if (condition())
            return true;
        if (clock::now() >= end)
            return false;
        std::this_thread::sleep_for(milliseconds(10));
    }
}

}  // namespace odmr::test

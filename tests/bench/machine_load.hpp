// machine_load - how much of the processors other programs take while something is measured: those that this
// one has not started.
#pragma once

#include <cstdint>

namespace odmr::bench
{

class machine_load
{
public:
    /// Begins to measure.
    machine_load() : begin_(now()) {}

    /// The part of all processors' time (0 to 1) that other programs have had since then.
    [[nodiscard]] double others() const;

private:
    /// In the kernel's ticks.
    struct reading {
        std::uint64_t all = 0;   ///< of all processors, idle or not
        std::uint64_t busy = 0;  ///< of them
        std::uint64_t ours = 0;  ///< of this program and all it has started
    };
    static reading now();

    reading begin_;
};

}  // namespace odmr::bench

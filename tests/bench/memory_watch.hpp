// memory_watch - looks at the resident memory of a process again and again.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace odmr::bench
{

class memory_watch
{
public:
    /// From now on, on a thread of its own.
    explicit memory_watch(pid_t process);

    /// By how many octets it was larger than at the beginning, at most.
    [[nodiscard]] std::uint64_t growth() const { return most_ - begin_; }

private:
    std::uint64_t begin_;
    std::atomic<std::uint64_t> most_;
    std::jthread thread_;
};

}  // namespace odmr::bench

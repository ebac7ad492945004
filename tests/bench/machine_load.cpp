#include "bench/machine_load.hpp"

#include "support/temp_dir.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>
#include <string>

namespace odmr::bench
{
namespace
{

namespace fs = std::filesystem;

/// What a process has had, with its children that have ended and, told apart, those that have not.
std::uint64_t ticks_of(pid_t process)
{
    const fs::path directory = "/proc/" + std::to_string(process);
    const std::string stat = test::read_file(directory / "stat");
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos)
        return 0;                      // it has ended
    constexpr int fields_before = 11;  // proc(5): from "state" up to "cmajflt"
    std::istringstream fields(stat.substr(name_end + 1));
    std::string skipped;
    for (int i = 0; i < fields_before; ++i)
        fields >> skipped;
    std::uint64_t sum = 0;
    for (int i = 0; i < 4; ++i) {  // utime, stime, cutime, cstime
        std::uint64_t ticks = 0;
        fields >> ticks;
        sum += ticks;
    }
    std::error_code gone;
    for (const fs::directory_entry& thread : fs::directory_iterator(directory / "task", gone)) {
        std::istringstream children(test::read_file(thread.path() / "children"));
        for (pid_t child = 0; children >> child;)
            sum += ticks_of(child);
    }
    return sum;
}

}  // namespace

machine_load::reading machine_load::now()
{
    reading result;
    std::istringstream line(test::read_file("/proc/stat"));
    std::string cpu;
    std::array<std::uint64_t, 8> ticks{};  // user, nice, system, idle, iowait, irq, softirq, steal
    line >> cpu;
    for (std::uint64_t& each : ticks) {
        line >> each;
        result.all += each;
    }
    result.busy = result.all - ticks[3] - ticks[4];
    result.ours = ticks_of(::getpid());
    return result;
}

double machine_load::others() const
{
    const reading end = now();
    const auto all = static_cast<double>(end.all - begin_.all);
    const auto busy = static_cast<double>(end.busy - begin_.busy);
    const auto ours = static_cast<double>(end.ours) - static_cast<double>(begin_.ours);
    return all > 0 ? std::clamp((busy - ours) / all, 0.0, 1.0) : 0;
}

}  // namespace odmr::bench

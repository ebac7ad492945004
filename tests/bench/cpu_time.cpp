#include "bench/cpu_time.hpp"

#include "support/temp_dir.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <time.h>

namespace odmr::bench
{
namespace
{

namespace fs = std::filesystem;

}  // namespace

void add_cpu_time(cpu_time& times, pid_t process, bool with_children)
{
    const fs::path directory = "/proc/" + std::to_string(process);
    process_time& time = times[process];
    std::getline(std::istringstream(test::read_file(directory / "comm")), time.program);
    std::error_code gone;
    for (const fs::directory_entry& thread : fs::directory_iterator(directory / "task", gone)) {
        std::int64_t nanoseconds = 0;
        std::istringstream(test::read_file(thread.path() / "schedstat")) >> nanoseconds;
        time.nanoseconds += nanoseconds;
        std::istringstream children(test::read_file(thread.path() / "children"));
        for (pid_t child = 0; with_children && children >> child;)
            add_cpu_time(times, child, true);
    }
}

std::int64_t used_between(const cpu_time& before, const cpu_time& after, const std::string& program)
{
    std::int64_t sum = 0;
    for (const auto& [process, time] : before)
        if (!after.contains(process))
            throw std::runtime_error("a process of " + time.program + " has ended while it was measured");
    for (const auto& [process, time] : after) {
        if (!program.empty() && time.program != program)
            continue;
        const auto earlier = before.find(process);
        sum += time.nanoseconds - (earlier == before.end() ? 0 : earlier->second.nanoseconds);
    }
    return sum;
}

double microseconds_of(pid_t process)
{
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        throw std::runtime_error("process " + std::to_string(process) + " is not there");
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double microseconds_of_all(pid_t process)
{
    // proc(5): the name, which may hold anything, stands in brackets; cutime and cstime are fields 16 and 17.
    constexpr int before = 13;
    std::string fields = test::read_file("/proc/" + std::to_string(process) + "/stat");
    std::istringstream rest(fields.substr(std::min(fields.rfind(')') + 2, fields.size())));
    std::string skipped;
    for (int i = 0; i < before; ++i)
        rest >> skipped;
    double user = 0;
    double system = 0;
    rest >> user >> system;
    return microseconds_of(process) + (user + system) * 1e6 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace odmr::bench

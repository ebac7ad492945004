// cpu_time - how long the processes of a Postfix and an odmrd have run, by the kernel's scheduler, in
// nanoseconds.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

namespace odmr::bench
{

struct process_time {
    std::string program;
    std::int64_t nanoseconds = 0;
};
using cpu_time = std::map<pid_t, process_time>;

/// Of these processes, and of their children when with_children.
void add_cpu_time(cpu_time& times, pid_t process, bool with_children);

/// What was used between two readings by programs of that name, or, without a name, by all. Throws
/// std::runtime_error when a process has ended meanwhile, for then its part is not known.
std::int64_t used_between(const cpu_time& before, const cpu_time& after, const std::string& program = {});

}  // namespace odmr::bench

// cpu_time - how long the processes of a mail system and an odmrd have run.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

namespace odmr::bench
{

// Postfix: its processes stay, and the kernel's scheduler says of each how long it has run.

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

// Sendmail: a process for each connection, which is gone after it.

/// What all threads of the process have used, those that have ended, too. Throws std::runtime_error when it
/// is not there.
double microseconds_of(pid_t process);
/// The same with all its children that have ended, and theirs; of these the kernel counts whole hundredths of
/// a second only.
double microseconds_of_all(pid_t process);

}  // namespace odmr::bench

#include "queue/blocking_command.hpp"

#include "queue/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace odmr
{

namespace
{

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// True when the process has ended by then; it is still there to be reaped.
bool ends_before(pid_t pid, clock::time_point deadline)
{
    const descriptor process = end_of(pid);
    if (!process)
        return false;  // its time is up at once, rather than never
    int ready = 0;
    do {
        const auto left = std::chrono::ceil<milliseconds>(deadline - clock::now());
        pollfd wanted{process.get(), POLLIN, 0};
        ready = ::poll(&wanted, 1, static_cast<int>(std::max(left, milliseconds(0)).count()));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

std::string problem_of(int status)
{
    if (WIFSIGNALED(status))
        return "was ended by signal " + std::to_string(WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ? "" : "exited with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

blocking_result run_to_end(const std::vector<std::string>& argv, std::string_view input, milliseconds limit)
{
    const auto deadline = clock::now() + limit;
    const descriptor given = memory_file(input);
    const descriptor errors = memory_file();
    const descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    pid_t pid = -1;
    try {
        // SIGPIPE stays as it is here: where it is ignored, a program that writes to a peer in a hurry ends
        // in its own way.
        pid = spawn(argv, {given.get(), nowhere.get(), errors.get()}, {SIGINT, SIGTERM, SIGHUP});
    } catch (const std::system_error& problem) {
        return {"", "could not be started: " + problem.code().message()};
    }
    const bool in_time = ends_before(pid, deadline);
    if (!in_time)
        ::kill(pid, SIGKILL);
    const int status = reap(pid);
    return {beginning_of(errors, max_command_errors), in_time ? problem_of(status) : "did not end in time"};
}

}  // namespace odmr

#include "queue/blocking_command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace odmr
{

namespace
{

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// A file in memory: a program that reads or writes it waits for nobody.
class memory_file
{
public:
    memory_file() : fd_(::memfd_create("command", MFD_CLOEXEC))
    {
        if (fd_ < 0)
            throw std::runtime_error(std::string("memfd_create: ") + std::strerror(errno));
    }
    memory_file(const memory_file&) = delete;
    memory_file& operator=(const memory_file&) = delete;
    ~memory_file() { ::close(fd_); }

    [[nodiscard]] int get() const { return fd_; }

    /// What a program that gets the file reads from its beginning.
    void fill(std::string_view text)
    {
        for (std::size_t done = 0; done < text.size();) {
            const ssize_t n = ::pwrite(fd_, text.data() + done, text.size() - done, static_cast<off_t>(done));
            if (n < 0)
                throw std::runtime_error(std::string("memfd: ") + std::strerror(errno));
            done += static_cast<std::size_t>(n);
        }
    }

    [[nodiscard]] std::string text(std::size_t limit) const
    {
        std::string read(std::min(limit, size()), '\0');
        const ssize_t n = ::pread(fd_, read.data(), read.size(), 0);
        read.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return read;
    }

private:
    [[nodiscard]] std::size_t size() const
    {
        const off_t end = ::lseek(fd_, 0, SEEK_END);
        return end > 0 ? static_cast<std::size_t>(end) : 0;
    }
    int fd_;
};

/// The number of the error, 0 when it runs.
int spawn(const std::vector<std::string>& argv, const memory_file& input, const memory_file& errors,
          pid_t& pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, errors.get(), STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

    // What the agent ignores, a program must not. SIGPIPE alone stays as it is here: where it is ignored, a
    // program that writes to a peer in a hurry ends in its own way.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&defaults, number);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

    std::vector<char*> arguments;
    for (const std::string& argument : argv)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    std::array<char*, 2> environment{const_cast<char*>("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nullptr};

    const int error = ::posix_spawn(&pid, argv.front().c_str(), &actions, &attributes, arguments.data(),
                                    environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/// True when the process has ended by then; it is still there to be reaped.
bool ends_before(pid_t pid, clock::time_point deadline)
{
    const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (process < 0)
        return false;  // not on Linux 5.3 or later: its time is up at once, rather than never
    int ready = 0;
    do {
        const auto left = std::chrono::ceil<milliseconds>(deadline - clock::now());
        pollfd wanted{process, POLLIN, 0};
        ready = ::poll(&wanted, 1, static_cast<int>(std::max(left, milliseconds(0)).count()));
    } while (ready < 0 && errno == EINTR);
    ::close(process);
    return ready > 0;
}

int reap(pid_t pid)
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
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
    memory_file given;
    const memory_file errors;
    given.fill(input);
    pid_t pid = -1;
    if (const int error = spawn(argv, given, errors, pid); error != 0)
        return {"", std::string("could not be started: ") + std::strerror(error)};
    const bool in_time = ends_before(pid, deadline);
    if (!in_time)
        ::kill(pid, SIGKILL);
    const int status = reap(pid);
    return {errors.text(max_command_errors), in_time ? problem_of(status) : "did not end in time"};
}

}  // namespace odmr

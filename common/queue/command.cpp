#include "queue/command.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace odmr
{

namespace
{

constexpr std::size_t max_errors = 2048;  // octets of stderr kept

/// A file descriptor that is closed in the end.
class descriptor
{
public:
    explicit descriptor(int fd = -1) : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~descriptor()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_;
};

struct child {
    pid_t pid = -1;
    descriptor process;  ///< becomes readable when it has ended
    descriptor output;
    descriptor errors;  ///< a file in memory: cannot fill up and block anybody
};

/// A file in memory with this text, to be read from its beginning: unlike a pipe it never waits for a reader.
descriptor file_with(const std::string& text)
{
    descriptor file(::memfd_create("stdin", MFD_CLOEXEC));
    for (std::size_t done = 0; file && done < text.size();) {
        const ssize_t n =
            ::pwrite(file.get(), text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (n <= 0)
            return descriptor();
        done += static_cast<std::size_t>(n);
    }
    return file;
}

/// Starts it; on failure errno-like code in `error`.
child spawn(const std::vector<std::string>& argv, const std::string& input, int& error)
{
    child started;
    const descriptor given = file_with(input);
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        error = errno;
        return started;
    }
    started.output = descriptor(pipe[0]);
    const descriptor write_end(pipe[1]);
    started.errors = descriptor(::memfd_create("stderr", MFD_CLOEXEC));
    if (!given || !started.errors) {
        error = errno;
        return started;
    }

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, given.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, started.errors.get(), STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);  // we ignore it; programs expect it
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

    std::vector<char*> arguments;
    for (const std::string& argument : argv)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    std::array<char*, 2> environment{const_cast<char*>("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nullptr};

    error = ::posix_spawn(&started.pid, argv.front().c_str(), &actions, &attributes, arguments.data(),
                          environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error == 0)
        started.process = descriptor(static_cast<int>(::syscall(SYS_pidfd_open, started.pid, 0)));
    return started;
}

std::string beginning_of(const descriptor& file)
{
    std::string text(max_errors, '\0');
    const ssize_t n = ::pread(file.get(), text.data(), text.size(), 0);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

/// Kills the process if it is still there and reaps it, whatever way run_command ends.
class reaper
{
public:
    explicit reaper(pid_t pid) : pid_(pid) {}
    reaper(const reaper&) = delete;
    reaper& operator=(const reaper&) = delete;
    ~reaper()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            reap();
        }
    }
    int reap()
    {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return status;
    }

private:
    pid_t pid_;
};

struct watchdog {
    pid_t pid = -1;  ///< -1 when there is nothing to kill any more
    bool expired = false;
};

}  // namespace

std::string command_result::text() const
{
    std::string said = errors.empty() ? "" : ": " + errors;
    switch (what) {
        case kind::exited:
            return "exited with status " + std::to_string(status) + said;
        case kind::killed:
            return "was ended by signal " + std::to_string(status) + said;
        case kind::timed_out:
            return "did not end in time" + said;
        case kind::not_started:
            return "could not be started" + said;
    }
    return said;
}

awaitable<command_result> run_command(std::vector<std::string> argv,
                                      std::chrono::steady_clock::duration limit,
                                      std::function<void(std::string_view)> on_output, std::string input)
{
    auto executor = co_await asio::this_coro::executor;
    command_result result;
    int error = 0;
    child started = spawn(argv, input, error);
    if (error != 0) {
        result.errors = std::strerror(error);
        co_return result;
    }
    reaper process(started.pid);
    const descriptor errors = std::move(started.errors);
    asio::posix::stream_descriptor output(executor, started.output.release());
    asio::posix::stream_descriptor ended(executor, started.process.release());

    // Shared, for the handler may already be queued when we are done.
    auto watch = std::make_shared<watchdog>(watchdog{started.pid});
    asio::steady_timer timer(executor, limit);
    timer.async_wait([watch](error_code stopped) {
        if (!stopped && watch->pid > 0) {
            watch->expired = true;
            ::kill(watch->pid, SIGKILL);  // ends the output and makes `ended` readable
        }
    });

    std::array<char, 16384> buffer{};
    for (;;) {
        auto [failed, n] = co_await output.async_read_some(asio::buffer(buffer), nothrow);
        if (failed || watch->expired)
            break;
        if (on_output)
            on_output(std::string_view(buffer.data(), n));
    }
    co_await ended.async_wait(asio::posix::stream_descriptor::wait_read, nothrow);
    timer.cancel();
    watch->pid = -1;
    const int status = process.reap();
    result.errors = beginning_of(errors);
    if (watch->expired) {
        result.what = command_result::kind::timed_out;
    } else if (WIFSIGNALED(status)) {
        result.what = command_result::kind::killed;
        result.status = WTERMSIG(status);
    } else {
        result.what = command_result::kind::exited;
        result.status = WEXITSTATUS(status);
    }
    co_return result;
}

}  // namespace odmr

#include "queue/command.hpp"

#include "queue/spawn.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace odmr
{

namespace
{

constexpr std::size_t max_errors = 2048;  // octets of stderr kept

struct child {
    pid_t pid = -1;
    descriptor process;  ///< becomes readable when it has ended
    descriptor output;
    descriptor errors;  ///< a file in memory: cannot fill up and block anybody
};

/// Throws std::system_error.
child start(const std::vector<std::string>& argv, const std::string& input)
{
    child started;
    const descriptor given = memory_file(input);
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    started.output = descriptor(pipe[0]);
    const descriptor write_end(pipe[1]);
    started.errors = memory_file();
    // We ignore SIGPIPE; programs expect it.
    started.pid = spawn(argv, {given.get(), write_end.get(), started.errors.get()}, {SIGPIPE});
    started.process = end_of(started.pid);
    return started;
}

std::string without_line_end(std::string text)
{
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
    int reap() { return odmr::reap(std::exchange(pid_, -1)); }

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
    child started;
    try {
        started = start(argv, input);
    } catch (const std::system_error& problem) {
        result.errors = problem.code().message();
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
    result.errors = without_line_end(beginning_of(errors, max_errors));
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

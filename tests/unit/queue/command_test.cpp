// run_command: a program of the MTA is run with its arguments as they are, watched, and always reaped.
#include "queue/command.hpp"

#include "on_loop.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>

#include <cerrno>

namespace odmr
{
namespace
{

using namespace std::chrono_literals;
using kind = command_result::kind;

struct run {
    command_result result;
    std::string output;
};

run run_to_end(std::vector<std::string> argv, std::chrono::steady_clock::duration limit = 20s,
               std::string input = {})
{
    asio::io_context io(1);
    run done;
    const auto work = [&]() -> awaitable<void> {
        std::function<void(std::string_view)> sink = [&](std::string_view octets) { done.output += octets; };
        done.result = co_await run_command(std::move(argv), limit, std::move(sink), std::move(input));
    };
    test::on_loop(io, work());
    // Nothing is left behind: no child, running or dead.
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
    return done;
}

TEST(run_command, gives_output_and_success)
{
    const run done = run_to_end({"/bin/echo", "a  b", "$HOME;`id`"});
    EXPECT_TRUE(done.result.ok());
    EXPECT_EQ(done.output, "a  b $HOME;`id`\n");  // no shell has looked at it
}

TEST(run_command, gives_the_program_something_to_read)
{
    EXPECT_EQ(run_to_end({"/bin/cat"}).output, "");
    // More than a pipe would take, to a program that writes before it has read everything.
    std::string much;
    for (int i = 0; i < 50'000; ++i)
        much += std::to_string(i) + "\n";
    EXPECT_EQ(run_to_end({"/bin/cat"}, 20s, much).output, much);
    EXPECT_TRUE(run_to_end({"/bin/true"}, 20s, much).result.ok());  // it need not read
}

TEST(run_command, gives_status_and_errors)
{
    const run done = run_to_end({"/bin/ls", "/nonexistent"});
    EXPECT_EQ(done.result.what, kind::exited);
    EXPECT_EQ(done.result.status, 2);
    EXPECT_NE(done.result.text().find("/nonexistent"), std::string::npos);
    EXPECT_EQ(done.output, "");
}

TEST(run_command, says_why_it_could_not_start)
{
    const run done = run_to_end({"/nonexistent/postqueue"});
    EXPECT_EQ(done.result.what, kind::not_started);
    EXPECT_NE(done.result.text().find("No such file"), std::string::npos);
}

TEST(run_command, ends_what_takes_too_long)
{
    const auto begun = std::chrono::steady_clock::now();
    const run done = run_to_end({"/bin/sleep", "100"}, 20ms);
    EXPECT_EQ(done.result.what, kind::timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
}

TEST(run_command, tells_a_signal_from_an_exit)
{
    const run done = run_to_end({"/bin/sh", "-c", "kill -9 $$"});
    EXPECT_EQ(done.result.what, kind::killed);
    EXPECT_EQ(done.result.status, 9);
}

TEST(run_command, reads_much_output_and_much_noise_without_a_stop)
{
    const run done =
        run_to_end({"/bin/sh", "-c", "head -c 1000000 /dev/zero >&2; head -c 3000000 /dev/zero"});
    EXPECT_TRUE(done.result.ok());
    EXPECT_EQ(done.output.size(), 3'000'000U);
    EXPECT_LE(done.result.errors.size(), 2048U);
}

TEST(run_command, gives_the_program_no_descriptor_of_ours)
{
    asio::io_context holder(1);
    const run done = run_to_end({"/bin/ls", "/proc/self/fd"});
    EXPECT_EQ(done.output, "0\n1\n2\n3\n");  // 3 is what ls opened to look
}

}  // namespace
}  // namespace odmr

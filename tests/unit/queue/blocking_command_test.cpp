// run_to_end: a program of the MTA is run as it is, by root, and nothing it does can keep its caller waiting.
#include "queue/blocking_command.hpp"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>

#include <cerrno>

namespace odmr
{
namespace
{

using namespace std::chrono_literals;

blocking_result run(const std::vector<std::string>& argv, std::string_view input = {},
                    std::chrono::milliseconds limit = 20s)
{
    const auto result = run_to_end(argv, input, limit);
    // Nothing is left behind: no child, running or dead.
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
    return result;
}

TEST(run_to_end, passes_arguments_and_input_as_they_are)
{
    const auto result = run({"/bin/sh", "-c", "echo \"$1\" >&2; cat >&2", "sh", "a  b $HOME;`id`"}, "c\nd");
    EXPECT_EQ(result.errors, "a  b $HOME;`id`\nc\nd");
    EXPECT_EQ(result.problem, "");
}

TEST(run_to_end, tells_how_it_ended)
{
    EXPECT_EQ(run({"/bin/sh", "-c", "exit 3"}).problem, "exited with status 3");
    EXPECT_EQ(run({"/bin/sh", "-c", "kill -9 $$"}).problem, "was ended by signal 9");
    EXPECT_EQ(run({"/nonexistent/postsuper"}).problem, "could not be started: No such file or directory");
}

TEST(run_to_end, kills_what_takes_too_long_and_keeps_what_it_said)
{
    const auto begun = std::chrono::steady_clock::now();
    const auto result = run({"/bin/sh", "-c", "echo begun >&2; exec sleep 100"}, {}, 300ms);
    EXPECT_EQ(result.problem, "did not end in time");
    EXPECT_EQ(result.errors, "begun\n");
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
}

TEST(run_to_end, is_not_held_up_by_a_child_that_keeps_the_output_open)
{
    const auto begun = std::chrono::steady_clock::now();
    const auto result = run({"/bin/sh", "-c", "sleep 5 & echo done >&2"});
    EXPECT_EQ(result.errors, "done\n");
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s);
}

TEST(run_to_end, takes_much_input_much_output_and_much_noise)
{
    const std::string input(3'000'000, 'x');
    EXPECT_EQ(run({"/bin/sh", "-c", "wc -c >&2"}, input).errors, "3000000\n");
    EXPECT_EQ(run({"/bin/sh", "-c", "exit 0"}, input).problem, "");  // it need not be read
    const auto noisy = run({"/bin/sh", "-c", "head -c 9000000 /dev/zero; head -c 900000 /dev/zero >&2"});
    EXPECT_EQ(noisy.problem, "");
    EXPECT_EQ(noisy.errors.size(), max_command_errors);
}

TEST(run_to_end, gives_the_program_nothing_of_ours)
{
    ::setenv("MAIL_CONFIG", "/tmp", 1);
    EXPECT_EQ(run({"/bin/sh", "-c", "/usr/bin/env >&2"}).errors.find("MAIL_CONFIG"), std::string::npos);
    EXPECT_EQ(run({"/bin/sh", "-c", "ls /proc/self/fd >&2"}).errors, "0\n1\n2\n3\n");  // 3 is ls's own
    ::signal(SIGTERM, SIG_IGN);
    EXPECT_EQ(run({"/bin/sh", "-c", "kill $$; echo ignored >&2"}).errors, "");
    ::signal(SIGTERM, SIG_DFL);
}

}  // namespace
}  // namespace odmr

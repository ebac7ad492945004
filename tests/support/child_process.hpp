// child_process - runs programs for tests: daemons that are stopped with the test, and commands run to their
// end.
//
// A child never outlives its test, even one that is killed: the kernel sends it SIGTERM when the thread that
// started it ends. So start children from the test's main thread.
#pragma once

#include "support/file_descriptor.hpp"
#include "support/wait.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace odmr::test
{

struct program {
    std::vector<std::string> arguments = {};    ///< the program first; found in PATH when it has no slash
    std::string input = {};                     ///< what it reads on standard input
    std::vector<std::string> environment = {};  ///< "NAME=value", added to the test's own
};

class child_process
{
public:
    /// Starts it, in a process group of its own. Throws std::system_error when it cannot be started.
    explicit child_process(const program& what);
    /// SIGTERM, and SIGKILL when it does not end within a few seconds.
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    void signal(int number) const;

    /// Its exit status, 128 + signal number when a signal ended it; nullopt when it still runs after limit.
    std::optional<int> wait(milliseconds limit = patience);
    [[nodiscard]] bool running() { return !wait(milliseconds(0)).has_value(); }

    /// What it has written so far.
    [[nodiscard]] std::string standard_output() const;
    [[nodiscard]] std::string standard_error() const;

private:
    file_descriptor output_;
    file_descriptor error_;
    pid_t pid_ = -1;
    std::optional<int> status_;
};

struct command_result {
    int status = -1;  ///< as child_process::wait
    std::string output;
    std::string error;
};

/// Runs a command to its end. Throws std::runtime_error when it takes longer than limit.
command_result run_command(const program& what, milliseconds limit = patience);

/// The same, and throws std::runtime_error, with what it wrote, when its exit status is not 0.
std::string run_or_throw(const program& what);

/// The program of that name to be tested: the one beside the running test, or in the directory that the
/// environment variable ODMR_BIN names (another build's).
std::string built_program(const std::string& name);

}  // namespace odmr::test

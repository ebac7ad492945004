// blocking_command - runs a program to its end and waits for it: for the queue agent, which has no event
// loop.
//
// No shell, nothing of our environment, no descriptor but the standard three. run_command() in command.hpp is
// for everybody else.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

inline constexpr std::size_t max_command_errors = 256 * 1024;  ///< octets of standard error that are kept

struct blocking_result {
    std::string errors;   ///< the beginning of what it wrote to standard error
    std::string problem;  ///< "exited with status 1", "did not end in time"; empty when it exited with 0
};

/// argv[0] is an absolute path. input is what the program reads on standard input; its standard output is
/// dropped. It is killed when the limit runs out, and always reaped.
blocking_result run_to_end(const std::vector<std::string>& argv, std::string_view input,
                           std::chrono::milliseconds limit);

}  // namespace odmr

// run_program - runs a program to its end and waits for it, with its output: for odmrctl, which has nothing
// else to do meanwhile. run_command() in command.hpp is for odmrd.
#pragma once

#include "queue/command.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace odmr
{

struct program_output {
    command_result result;
    std::string text;  ///< what it wrote to standard output
};

/// argv[0] is an absolute path. input: what it reads on standard input. It is killed when the limit runs out.
program_output run_program(std::vector<std::string> argv, std::chrono::steady_clock::duration limit,
                           std::string input = {});

}  // namespace odmr

// run_postfix - runs one of Postfix's commands to its end and waits for it: for odmrctl, which has nothing
// else to do meanwhile.
#pragma once

#include "core/settings.hpp"
#include "queue/run_program.hpp"

#include <string>
#include <vector>

namespace odmr::postfix
{

/// arguments: the bare name of the command and what follows it; -c with the configuration directory is put
/// between. input: what it reads on standard input.
program_output try_postfix(const settings& s, std::vector<std::string> arguments, std::string input = {});

/// The same, for its output. Throws std::runtime_error when it fails.
std::string run_postfix(const settings& s, std::vector<std::string> arguments);

}  // namespace odmr::postfix

#include "postfix/run_postfix.hpp"

#include <stdexcept>
#include <utility>

namespace odmr::postfix
{

program_output try_postfix(const settings& s, std::vector<std::string> arguments, std::string input)
{
    arguments.front() = s.postfix_command_dir + "/" + arguments.front();
    arguments.insert(arguments.begin() + 1, {"-c", s.postfix_config_dir});
    return run_program(std::move(arguments), s.queue_command_timeout, std::move(input));
}

std::string run_postfix(const settings& s, std::vector<std::string> arguments)
{
    const std::string name = arguments.front();
    program_output output = try_postfix(s, std::move(arguments));
    if (!output.result.ok())
        throw std::runtime_error(name + " " + output.result.text());
    return std::move(output.text);
}

}  // namespace odmr::postfix

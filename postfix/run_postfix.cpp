#include "postfix/run_postfix.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace odmr::postfix
{

postfix_output try_postfix(const settings& s, std::vector<std::string> arguments, std::string input)
{
    arguments.front() = s.postfix_command_dir + "/" + arguments.front();
    arguments.insert(arguments.begin() + 1, {"-c", s.postfix_config_dir});
    asio::io_context io(1);
    postfix_output output;
    std::function<void(std::string_view)> sink = [&](std::string_view octets) { output.text += octets; };
    auto work = run_command(std::move(arguments), s.queue_command_timeout, std::move(sink), std::move(input));
    asio::co_spawn(io, std::move(work),
                   [&](const std::exception_ptr&, command_result r) { output.result = std::move(r); });
    io.run();
    return output;
}

std::string run_postfix(const settings& s, std::vector<std::string> arguments)
{
    const std::string name = arguments.front();
    postfix_output output = try_postfix(s, std::move(arguments));
    if (!output.result.ok())
        throw std::runtime_error(name + " " + output.result.text());
    return std::move(output.text);
}

}  // namespace odmr::postfix

#include "queue/run_program.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <string_view>
#include <utility>

namespace odmr
{

program_output run_program(std::vector<std::string> argv, std::chrono::steady_clock::duration limit,
                           std::string input)
{
    asio::io_context io(1);
    program_output output;
    std::function<void(std::string_view)> sink = [&](std::string_view octets) { output.text += octets; };
    auto work = run_command(std::move(argv), limit, std::move(sink), std::move(input));
    asio::co_spawn(io, std::move(work),
                   [&](const std::exception_ptr&, command_result r) { output.result = std::move(r); });
    io.run();
    return output;
}

}  // namespace odmr

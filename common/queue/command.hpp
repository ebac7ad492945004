// command - runs one of the MTA's own programs: fixed arguments, no shell, a time limit, output as it comes.
#pragma once

#include "net/asio.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

struct command_result {
    enum class kind {
        exited,       ///< by itself, with `status`
        killed,       ///< by signal number `status`
        timed_out,    ///< by us, when the limit ran out
        not_started,  ///< `errors` says why
    };
    kind what = kind::not_started;
    int status = 0;
    std::string errors;  ///< the beginning of what it wrote to stderr

    [[nodiscard]] bool ok() const { return what == kind::exited && status == 0; }
    /// "exited with status 69: postqueue: fatal: ..." for the log.
    [[nodiscard]] std::string text() const;
};

/// argv[0] is an absolute path. Standard output goes to on_output piece by piece; standard input is `input`.
/// The process has no descriptor of ours but these, and is always reaped.
awaitable<command_result> run_command(std::vector<std::string> argv,
                                      std::chrono::steady_clock::duration limit,
                                      std::function<void(std::string_view)> on_output,
                                      std::string input = {});

}  // namespace odmr

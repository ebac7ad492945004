// odmr_milter_process - the odmr-milter of this build, running, between a mail system and odmrd.
#pragma once

#include "support/child_process.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace odmr::test
{

class odmr_milter_process
{
public:
    /// Starts it and waits until it listens. socket: its own, in the file system, for any user's mail
    /// system; policy: odmrd's policy_socket, which need not be there; options: more of the command line.
    /// Throws std::runtime_error, with its log, when it does not listen.
    odmr_milter_process(const std::filesystem::path& socket, const std::filesystem::path& policy,
                        const std::vector<std::string>& options = {});

    /// SIGTERM, and its exit status once it has ended. Throws std::runtime_error when it does not end.
    int stop();
    /// SIGKILL, and waits until it is dead. Its socket stays.
    void kill_9();

    [[nodiscard]] pid_t pid() const { return process_.pid(); }
    [[nodiscard]] bool running() { return process_.running(); }
    [[nodiscard]] std::string log() const { return process_.standard_error(); }

private:
    child_process process_;
};

}  // namespace odmr::test

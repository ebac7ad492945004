// postfix_commands - what the queue agent runs, as root, when the host MTA is Postfix: postsuper to release
// mail, postkick to wake the queue manager.
//
// Listings and flushes (postqueue -j, postqueue -s) need no root and are not here.
#pragma once

#include "queue/queue_commands.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::postfix
{

/// What postsuper's standard error tells about a release: "postsuper: ID: released from hold" for each
/// message, and "postsuper: Released from hold: 2 messages" in the end. ids: what was asked for. A problem
/// when the two do not agree, for then we do not understand this postsuper.
command_outcome read_release_report(std::string_view errors, const std::vector<std::string>& ids);

class postfix_commands final : public queue_commands
{
public:
    /// command_dir: where Postfix's commands are; config_dir: where its main.cf is; absolute paths. limit:
    /// for each run of a command. Throws std::runtime_error when a command is not there.
    postfix_commands(const std::string& command_dir, const std::string& config_dir,
                     std::chrono::milliseconds limit);

    [[nodiscard]] bool valid_id(std::string_view id) const override;
    command_outcome release(const std::vector<std::string>& ids) override;
    command_outcome wake(bool flush_dead) override;

private:
    std::vector<std::string> release_command_;
    std::vector<std::string> wake_command_;  ///< without the request
    std::chrono::milliseconds limit_;
};

}  // namespace odmr::postfix

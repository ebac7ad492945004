// sendmail_daemon - one Sendmail that runs: the process that listens, and the children that deliver mail.
#pragma once

#include "support/child_process.hpp"
#include "support/keeper.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace odmr::test
{

class sendmail_daemon
{
public:
    /// Starts sendmail(8) with that sendmail.cf, and returns when it listens on all these ports of loopback.
    /// Throws std::runtime_error when it does not.
    sendmail_daemon(const std::filesystem::path& command, const std::filesystem::path& config,
                    const std::vector<std::uint16_t>& ports);
    /// Ends it as an administrator does, and its children with it.
    ~sendmail_daemon();
    sendmail_daemon(const sendmail_daemon&) = delete;
    sendmail_daemon& operator=(const sendmail_daemon&) = delete;

private:
    child_process daemon_;
    std::optional<keeper> keeper_;  ///< of the daemon's children
};

}  // namespace odmr::test

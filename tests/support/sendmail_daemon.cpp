#include "support/sendmail_daemon.hpp"

#include "support/listener.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <stdexcept>

namespace odmr::test
{
namespace
{

program daemon(const std::filesystem::path& command, const std::filesystem::path& config)
{
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // the daemon's children become ours when it ends
    return {{command.string(), "-C", config.string(), "-bD", "-q1h"}};
}

}  // namespace

sendmail_daemon::sendmail_daemon(const std::filesystem::path& command, const std::filesystem::path& config,
                                 const std::vector<std::uint16_t>& ports)
    : daemon_(daemon(command, config)), keeper_(-daemon_.pid())
{
    const auto ready = [&] { return std::ranges::all_of(ports, listens); };
    if (!wait_until([&] { return ready() || !daemon_.running(); }) || !daemon_.running())
        throw std::runtime_error("Sendmail does not start: " + daemon_.standard_error());
}

sendmail_daemon::~sendmail_daemon()
{
    const pid_t group = -daemon_.pid();
    daemon_.signal(SIGTERM);
    daemon_.wait();
    // Children that deliver mail outlive it, and die without a trace when they are told to.
    ::kill(group, SIGKILL);
    const bool gone = wait_until([&] { return ::waitpid(group, nullptr, WNOHANG) < 0; });
    keeper_.reset();
    if (!gone)
        std::terminate();
}

}  // namespace odmr::test

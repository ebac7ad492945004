#include "support/odmr_milter_process.hpp"

#include <csignal>
#include <optional>
#include <stdexcept>

namespace odmr::test
{
namespace
{

program odmr_milter(const std::filesystem::path& socket, const std::filesystem::path& policy,
                    const std::vector<std::string>& options)
{
    program what{{built_program("odmr-milter"), "-p", "local:" + socket.string(), "--policy",
                  "unix:" + policy.string(), "--socket-mode", "666"}};
    what.arguments.insert(what.arguments.end(), options.begin(), options.end());
    return what;
}

}  // namespace

odmr_milter_process::odmr_milter_process(const std::filesystem::path& socket,
                                         const std::filesystem::path& policy,
                                         const std::vector<std::string>& options)
    : process_(odmr_milter(socket, policy, options))
{
    const auto ready = [&] { return log().find(" ready: ") != std::string::npos; };
    if (!wait_until([&] { return ready() || !running(); }) || !ready())
        throw std::runtime_error("odmr-milter does not listen:\n" + log());
}

int odmr_milter_process::stop()
{
    process_.signal(SIGTERM);
    const std::optional<int> status = process_.wait();
    if (!status)
        throw std::runtime_error("odmr-milter does not stop:\n" + log());
    return *status;
}

void odmr_milter_process::kill_9()
{
    process_.signal(SIGKILL);
    process_.wait();
}

}  // namespace odmr::test

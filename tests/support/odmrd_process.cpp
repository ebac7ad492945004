#include "support/odmrd_process.hpp"

#include "support/temp_dir.hpp"

#include <csignal>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace odmr::test
{
namespace
{

std::vector<std::uint16_t> listening_ports(const std::string& log)
{
    static const std::regex line(R"([^-]listening: [^\n]*port=([0-9]+))");
    std::vector<std::uint16_t> ports;
    for (std::sregex_iterator found(log.begin(), log.end(), line), end; found != end; ++found)
        ports.push_back(static_cast<std::uint16_t>(std::stoul((*found)[1])));
    return ports;
}

program odmrd(std::vector<std::string> launcher, const std::filesystem::path& config_file)
{
    for (const std::string& word : {built_program("odmrd"), std::string("--config"), config_file.string()})
        launcher.push_back(word);
    return {std::move(launcher)};
}

}  // namespace

odmrd_process::odmrd_process(const std::filesystem::path& config_file, std::size_t listeners,
                             std::vector<std::string> launcher)
    : process_(odmrd(std::move(launcher), config_file))
{
    const bool ready = wait_until([&] { return log().find(" ready: ") != std::string::npos || !running(); });
    ports_ = listening_ports(log());
    if (!ready || ports_.size() < listeners)
        throw std::runtime_error("odmrd does not listen:\n" + log());
}

void odmrd_process::begin_stop() const
{
    process_.signal(SIGTERM);
}

int odmrd_process::stop()
{
    begin_stop();
    const std::optional<int> status = process_.wait();
    if (!status)
        throw std::runtime_error("odmrd does not stop:\n" + log());
    return *status;
}

void odmrd_process::kill_9()
{
    process_.signal(SIGKILL);
    process_.wait();
}

void odmrd_process::pause() const
{
    process_.signal(SIGSTOP);
}

void odmrd_process::resume() const
{
    process_.signal(SIGCONT);
}

std::size_t odmrd_process::memory() const
{
    constexpr std::string_view name = "RssAnon:";
    const std::string status = read_file("/proc/" + std::to_string(process_.pid()) + "/status");
    const std::size_t line = status.find(name);
    if (line == std::string::npos)
        throw std::runtime_error("odmrd is not there:\n" + log());
    return std::stoul(status.substr(line + name.size())) * 1024;
}

void odmrd_process::reread_configuration() const
{
    process_.signal(SIGHUP);
}

}  // namespace odmr::test

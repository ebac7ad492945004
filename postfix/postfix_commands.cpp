#include "postfix/postfix_commands.hpp"

#include "postfix/queue_id.hpp"
#include "queue/blocking_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace odmr::postfix
{

namespace
{

constexpr std::string_view said_by = "postsuper: ";
constexpr std::string_view released = ": released from hold";
constexpr std::string_view summary = "Released from hold: ";

// Requests to the queue manager, qmgr(8). It obeys F before D.
constexpr const char* scan_deferred = "D";
constexpr const char* flush_dead_and_scan_deferred = "FD";

std::string absolute(const std::string& path)
{
    if (!path.starts_with('/'))
        throw std::runtime_error(path + " is not an absolute path");
    return path;
}

std::string command_path(const std::string& dir, const char* name)
{
    std::string path = absolute(dir) + '/' + name;
    if (::access(path.c_str(), X_OK) != 0)
        throw std::runtime_error(path + " cannot be run: " + std::strerror(errno));
    return path;
}

std::string joined(const std::vector<std::string>& ids)
{
    std::string lines;
    for (const std::string& id : ids)
        lines.append(id).push_back('\n');
    return lines;
}

/// "exited with status 1: fatal: ..." with the last that was said.
std::string problem_text(const char* command, const blocking_result& result)
{
    if (result.problem.empty())
        return {};
    std::string_view said = result.errors;
    while (said.ends_with('\n'))
        said.remove_suffix(1);
    said.remove_prefix(said.rfind('\n') + 1);  // npos + 1 is 0
    return std::string(command) + ' ' + result.problem + (said.empty() ? "" : ": ") + std::string(said);
}

struct release_report {
    std::size_t named = 0;
    std::optional<std::size_t> counted;
    std::vector<std::string> released;
};

void read_line(std::string_view line, const std::set<std::string_view>& ids, release_report& report)
{
    if (!line.starts_with(said_by))
        return;
    line.remove_prefix(said_by.size());
    if (line.starts_with(summary)) {
        std::size_t count = 0;
        const char* const end = line.data() + line.size();
        if (std::from_chars(line.data() + summary.size(), end, count).ec == std::errc())
            report.counted = count;
    } else if (line.ends_with(released)) {
        line.remove_suffix(released.size());
        ++report.named;
        if (ids.contains(line))
            report.released.emplace_back(line);
    }
}

}  // namespace

command_outcome read_release_report(std::string_view errors, const std::vector<std::string>& ids)
{
    const std::set<std::string_view> wanted(ids.begin(), ids.end());
    release_report report;
    while (!errors.empty()) {
        const std::size_t end = std::min(errors.find('\n'), errors.size());
        read_line(errors.substr(0, end), wanted, report);
        errors.remove_prefix(std::min(end + 1, errors.size()));
    }
    command_outcome outcome;
    outcome.released = std::move(report.released);
    if (!report.counted)
        outcome.problem = "postsuper did not say how many messages it released";
    else if (*report.counted != report.named || report.named != outcome.released.size())
        outcome.problem = "postsuper counts " + std::to_string(*report.counted) +
                          " released messages, names " + std::to_string(report.named) + ", and " +
                          std::to_string(outcome.released.size()) + " of them were asked for";
    return outcome;
}

postfix_commands::postfix_commands(const std::string& command_dir, const std::string& config_dir,
                                   std::chrono::milliseconds limit)
    : release_command_{command_path(command_dir, "postsuper"), "-c", absolute(config_dir), "-H", "-"},
      wake_command_{command_path(command_dir, "postkick"), "-c", absolute(config_dir), "public", "qmgr"},
      limit_(limit)
{
}

bool postfix_commands::valid_id(std::string_view id) const
{
    return is_queue_id(id);
}

command_outcome postfix_commands::release(const std::vector<std::string>& ids)
{
    const auto result = run_to_end(release_command_, joined(ids), limit_);
    auto outcome = read_release_report(result.errors, ids);
    // Its exit status says nothing about the ids, but when it failed the reason is worth more than our count.
    if (auto problem = problem_text("postsuper", result); !problem.empty())
        outcome.problem = std::move(problem);
    return outcome;
}

command_outcome postfix_commands::wake(bool flush_dead)
{
    // postkick writes the request and then a NUL. The queue manager may have read the request, obeyed and
    // closed before the NUL: postkick is then ended by SIGPIPE, unless that is ignored, as the agent does.
    auto command = wake_command_;
    command.emplace_back(flush_dead ? flush_dead_and_scan_deferred : scan_deferred);
    command_outcome outcome;
    outcome.problem = problem_text("postkick", run_to_end(command, {}, limit_));
    return outcome;
}

}  // namespace odmr::postfix

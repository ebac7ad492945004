#include "sendmail/list_queue.hpp"

#include "log/log.hpp"
#include "queue/command.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace odmr::sendmail
{

namespace
{

constexpr std::size_t most_domains = 32;  // of one command; for more, everything is listed

std::vector<std::string> command_line(const settings& s, const std::vector<std::string>& domains)
{
    std::vector<std::string> argv{s.sendmail_command};
    if (!s.sendmail_config.empty())
        argv.insert(argv.end(), {"-C", s.sendmail_config});
    argv.insert(argv.end(), {"-bp", "-v"});  // -v: the priorities, and more of each address
    if (!s.sendmail_queue_group.empty())
        argv.push_back("-qG" + s.sendmail_queue_group);
    if (domains.size() <= most_domains)
        for (const std::string& domain : domains)
            argv.push_back("-qR@" + domain);
    return argv;
}

}  // namespace

awaitable<bool> list_queue(const settings& s, std::vector<std::string> domains,
                           std::chrono::steady_clock::duration limit,
                           std::function<void(const queued_message&)> found)
{
    auto reader = std::make_shared<listing_reader>(std::move(found));
    std::function<void(std::string_view)> sink = [reader](std::string_view octets) { reader->take(octets); };
    std::vector<std::string> argv = command_line(s, domains);
    const auto result = co_await run_command(std::move(argv), limit, std::move(sink));
    const bool understood = reader->finish();
    if (!result.ok())
        log::warning("queue-listing-failed", {{"command", "sendmail -bp"}, {"reason", result.text()}});
    else if (!understood)
        log::warning("queue-listing-failed",
                     {{"command", "sendmail -bp"}, {"reason", "what it printed is no whole listing"}});
    co_return result.ok() && understood;
}

}  // namespace odmr::sendmail

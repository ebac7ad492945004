#include "sendmail/etrn_caller.hpp"

#include "log/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <utility>

namespace odmr::sendmail
{

namespace
{

constexpr auto patience = std::chrono::seconds(10);  // for a connection's whole dialogue, over loopback
constexpr auto try_again = std::chrono::seconds(1);

}  // namespace

etrn_caller::etrn_caller(const asio::any_io_executor& executor, std::function<const settings&()> current)
    : executor_(executor), current_(std::move(current)), changed_(executor)
{
}

void etrn_caller::start()
{
    asio::co_spawn(executor_, call_when_due(), asio::detached);
}

void etrn_caller::want(const std::string& domain, clock::time_point when)
{
    const auto [entry, is_new] = wanted_.try_emplace(domain, when);
    entry->second = std::min(entry->second, when);
    changed_.set();
}

void etrn_caller::forget(const std::string& domain)
{
    wanted_.erase(domain);
    std::erase(under_way_, domain);
}

std::vector<std::string> etrn_caller::due(clock::time_point now) const
{
    std::vector<std::string> domains;
    for (const auto& [domain, when] : wanted_)
        if (when <= now && domains.size() < etrn_dialogue::most_domains)
            domains.push_back(domain);
    return domains;
}

awaitable<void> etrn_caller::call_when_due()
{
    for (;;) {
        std::vector<std::string> domains = due(clock::now());
        if (domains.empty()) {
            const auto earliest =
                std::min_element(wanted_.begin(), wanted_.end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; });
            time_limit pause;
            if (earliest != wanted_.end())
                pause = earliest->second - clock::now();
            co_await changed_.wait(pause);
            continue;
        }
        for (const std::string& domain : domains)
            wanted_.erase(domain);
        under_way_ = domains;
        const settings& s = current_();
        const auto result = co_await say_etrn(s.sendmail_control.front(), s.hostname, domains, patience);
        conclude(domains, result);
    }
}

void etrn_caller::conclude(const std::vector<std::string>& domains, const etrn_result& result)
{
    std::string trouble = result.problem;
    for (const std::string& domain : domains) {
        const auto answer = std::find_if(result.answers.begin(), result.answers.end(),
                                         [&](const etrn_answer& a) { return a.domain == domain; });
        if (answer != result.answers.end() && answer->started) {
            log::debug("asked-for", {{"domain", domain}});
            continue;
        }
        if (answer != result.answers.end())
            trouble = answer->text;
        // Unless it went offline meanwhile.
        if (std::find(under_way_.begin(), under_way_.end(), domain) != under_way_.end())
            want(domain, clock::now() + try_again);
    }
    if (!trouble.empty() && !fails_)
        log::warning("etrn-failed", {{"domain", domains.front()}, {"reason", trouble}});
    else if (trouble.empty() && fails_)
        log::info("etrn-works-again");
    fails_ = !trouble.empty();
}

}  // namespace odmr::sendmail

#include "sendmail/sendmail_mta.hpp"

#include "sendmail/list_queue.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <utility>

namespace odmr::sendmail
{

namespace
{

// From the moment odmr-milter hears of mail until it is in the queue.
constexpr auto until_queued = std::chrono::milliseconds(30);
constexpr auto etrn_takes_effect_in = std::chrono::milliseconds(1000);
// After its last message a queue run is over, if no process has a message locked.
constexpr auto run_ends_in = std::chrono::milliseconds(300);
// Each ETRN is a queue run with processes of its own, that lasts until the mail is through.
constexpr auto shortest_spacing = std::chrono::milliseconds(100);
constexpr auto longest_spacing = std::chrono::minutes(5);
constexpr std::size_t backlog = 20;  // messages

// Sendmail refuses a socket that lies in a folder others may write to. As root it connects whatever the mode
// is; with RunAsUser it must be in the socket's group, which a setgid folder can give it.
constexpr unsigned socket_mode = 0660;
constexpr unsigned socket_dir_mode = 0755;

}  // namespace

sendmail_mta::sendmail_mta(const asio::any_io_executor& executor, surroundings with,
                           std::function<void(stream_socket, const std::string&)> connected)
    : executor_(executor),
      current_(with.current),
      connected_(std::move(connected)),
      caller_(executor, current_),
      scanner_(executor, std::move(with),
               [this](const std::string& domain, const sightings& seen) { listed(domain, seen); })
{
}

awaitable<void> sendmail_mta::begin()
{
    accept_handler accepted = [this](stream_socket socket) { connected_(std::move(socket), {}); };
    try {
        socket_ = std::make_unique<local_listener>(executor_, current_().lmtp_socket, socket_mode,
                                                   std::move(accepted));
    } catch (const std::runtime_error& problem) {
        throw std::runtime_error(std::string("lmtp_socket: ") + problem.what());
    }
    caller_.start();
    scanner_.start();
    co_return;
}

// ---- who is online, and what comes

void sendmail_mta::domain_online(const std::string& domain, const std::string& /*customer*/)
{
    const auto now = clock::now();
    auto& state =
        online_.insert_or_assign(domain, online_domain{{now, current_().reconcile_interval}}).first->second;
    ask_for(domain, state, clock::duration(0));
    scanner_.watch(domain);
}

void sendmail_mta::domain_offline(const std::string& domain)
{
    online_.erase(domain);
    caller_.forget(domain);
    scanner_.unwatch(domain);
}

void sendmail_mta::arrives(const arrival& message)
{
    for (const envelope::share& s : message.recipients.shares()) {
        const auto found = online_.find(s.domain);
        if (found == online_.end())
            continue;
        ask_for(s.domain, found->second, until_queued);
        scanner_.expect_news();
    }
}

void sendmail_mta::attempted(const std::string& domain, const std::string& /*queue_id*/)
{
    if (const auto found = online_.find(domain); found != online_.end())
        found->second.last_came = clock::now();
}

void sendmail_mta::settled(const std::string& domain, const transaction& message)
{
    attempted(domain, message.queue_id);
}

/// While a backlog comes, new mail comes behind it: more queue runs would only get into each other's way.
void sendmail_mta::ask_for(const std::string& domain, online_domain& state, clock::duration delay)
{
    const auto now = clock::now();
    if (state.asked > now)
        return;  // that will do
    const bool comes = now - state.last_came < etrn_takes_effect_in;
    if (comes && state.mail.still_to_come() > backlog)
        state.spacing = std::min<clock::duration>(2 * state.spacing, longest_spacing);
    else
        state.spacing = shortest_spacing;
    state.asked = std::max(now + delay, state.asked + state.spacing);
    caller_.want(domain, state.asked);
}

void sendmail_mta::ask_if_due(const std::string& domain, online_domain& state)
{
    const auto now = clock::now();
    const clock::duration pause = state.mail.any_locked() ? etrn_takes_effect_in : run_ends_in;
    const bool nothing_moves = now - state.last_came >= pause && now - state.asked >= etrn_takes_effect_in;
    if (state.mail.ask(now, nothing_moves))
        ask_for(domain, state, clock::duration(0));
}

// ---- listings

void sendmail_mta::listed(const std::string& domain, const sightings& seen)
{
    const auto found = online_.find(domain);
    if (found == online_.end())
        return;
    found->second.mail.listed(seen, clock::now());
    ask_if_due(domain, found->second);
}

awaitable<bool> sendmail_mta::reconcile()
{
    co_return co_await scanner_.scan();
}

awaitable<std::optional<std::map<std::string, sendmail_mta::sightings>>> sendmail_mta::list_domains(
    std::vector<std::string> domains, clock::duration limit)
{
    std::map<std::string, sightings> shown;
    std::function<void(const queued_message&)> found = [&](const queued_message& message) {
        for (const std::string& domain : domains)
            if (const auto seen = sight(message, domain))
                shown[domain].push_back(*seen);
    };
    const settings& s = current_();
    limit = std::min<clock::duration>(limit, s.queue_command_timeout);
    const bool ok = co_await list_queue(s, domains, limit, std::move(found));
    std::optional<std::map<std::string, sightings>> result;
    if (ok)
        result = std::move(shown);
    co_return result;
}

awaitable<std::optional<std::size_t>> sendmail_mta::waiting(std::vector<std::string> domains,
                                                            time_limit limit)
{
    const auto listed = co_await list_domains(domains, limit.value_or(clock::duration::max()));
    std::optional<std::size_t> count;
    if (!listed)
        co_return count;
    std::set<std::string_view> ids;
    for (const auto& [domain, messages] : *listed)
        for (const sighting& seen : messages)
            ids.insert(seen.queue_id);
    count = ids.size();
    co_return count;
}

awaitable<std::optional<std::size_t>> sendmail_mta::still_to_come(std::vector<std::string> domains,
                                                                  bool thorough)
{
    std::optional<std::map<std::string, sightings>> listed;
    if (thorough)
        listed = co_await list_domains(domains, clock::duration::max());
    std::size_t all = 0;
    std::optional<std::size_t> count;
    for (const std::string& domain : domains) {
        const auto found = online_.find(domain);
        if (found == online_.end())
            continue;
        online_domain& state = found->second;
        if (listed)
            state.mail.listed((*listed)[domain], clock::now());
        if ((thorough && !listed) || !state.mail.known())
            co_return count;
        ask_if_due(domain, state);
        all += state.mail.still_to_come();
    }
    count = all;
    co_return count;
}

// ---- holding

bool sendmail_mta::can_hold(const std::string& /*customer*/) const
{
    return false;
}

std::string sendmail_mta::holding_trouble() const
{
    return "Sendmail keeps the mail of customers who are offline in its own queue";
}

void sendmail_mta::held_mail_changed(const std::string& /*customer*/)
{
    // There is none.
}

awaitable<std::size_t> sendmail_mta::let_go(std::vector<std::string> /*queue_ids*/)
{
    co_return 0;
}

void sendmail_mta::prepare_socket_dir(const settings& s)
{
    const std::string dir = std::filesystem::path(s.lmtp_socket).parent_path();
    if (::mkdir(dir.c_str(), socket_dir_mode) != 0) {
        if (errno == EEXIST)
            return;  // whose it is, and who may enter it, is the administrator's business
        throw std::runtime_error("lmtp_socket: cannot make the directory " + dir + ": " +
                                 std::strerror(errno));
    }
    const passwd* user = s.user.empty() ? nullptr : ::getpwnam(s.user.c_str());
    const uid_t owner = user ? user->pw_uid : static_cast<uid_t>(-1);
    // The umask may have taken some of it away.
    if (::chmod(dir.c_str(), socket_dir_mode) != 0 ||
        ::chown(dir.c_str(), owner, static_cast<gid_t>(-1)) != 0)
        throw std::runtime_error("lmtp_socket: cannot give away the directory " + dir + ": " +
                                 std::strerror(errno));
}

}  // namespace odmr::sendmail

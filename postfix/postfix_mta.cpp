#include "postfix/postfix_mta.hpp"

#include "log/log.hpp"
#include "protocol/address.hpp"
#include "queue/command.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace odmr::postfix
{

namespace
{

constexpr auto second_flush_after = std::chrono::seconds(2);
constexpr auto flush_takes_effect_in = std::chrono::seconds(1);
constexpr std::size_t most_flushed_by_id = 100;  // at a time: each is a command of its own
// How old the listing made for ATRN may be when the domain comes online: the customer's greeting lies in
// between.
constexpr auto still_fresh = std::chrono::seconds(10);
constexpr auto cheap_listing = std::chrono::milliseconds(200);
// The folder decides who may connect: Postfix's lmtp client runs as user postfix, and nobody else has
// business there.
constexpr unsigned socket_mode = 0666;
constexpr unsigned socket_dir_mode = 0750;
constexpr const char* postfix_group = "postfix";

/// Nobody listens there any more, and no domain is online yet.
void remove_stale_sockets(const std::string& dir)
{
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(dir, error))
        if (entry.is_socket(error) && valid_domain(entry.path().filename().string()))
            std::filesystem::remove(entry.path(), error);
}

}  // namespace

postfix_mta::postfix_mta(const asio::any_io_executor& executor, const held_mail::surroundings& with,
                         std::function<void(stream_socket, const std::string&)> connected)
    : executor_(executor),
      current_(with.current),
      connected_(std::move(connected)),
      books_(with.books),
      held_(executor, with),
      listing_(executor, with.current, held_)
{
}

awaitable<void> postfix_mta::begin()
{
    co_await held_.begin();
    asio::co_spawn(executor_, reconcile_now_and_then(), asio::detached);
}

awaitable<void> postfix_mta::reconcile_now_and_then()
{
    asio::steady_timer pause(executor_);
    for (;;) {
        co_await reconcile();
        pause.expires_after(current_().reconcile_interval);
        co_await pause.async_wait(nothrow);
    }
}

void postfix_mta::domain_online(const std::string& domain, const std::string& customer)
{
    auto state = std::make_shared<online_domain>();
    state->customer = customer;
    const std::string path = current_().socket_dir + "/" + domain;
    try {
        accept_handler accepted = [this, domain](stream_socket socket) {
            connected_(std::move(socket), domain);
        };
        state->socket = std::make_unique<local_listener>(executor_, path, socket_mode, std::move(accepted));
    } catch (const std::exception& problem) {
        // The domain looks offline to Postfix: its mail waits on, which is the safe side.
        log::error("socket-failed", {{"domain", domain}, {"reason", problem.what()}});
        return;
    }
    if (before_ && clock::now() - before_read_ < still_fresh)
        if (const auto found = before_->find(domain); found != before_->end())
            state->mail.listed(found->second, clock::now());
    online_[domain] = state;
    held_.domain_online(customer, domain);
    asio::co_spawn(executor_, flush_when_bound(domain, state), asio::detached);
}

void postfix_mta::domain_offline(const std::string& domain)
{
    const auto found = online_.find(domain);
    if (found == online_.end())
        return;
    const auto gone = std::move(found->second);
    online_.erase(found);
    gone->socket.reset();  // first of all: what fails now is not to be tried again here
    held_.domain_offline(gone->customer, domain);
}

void postfix_mta::arrives(const arrival& /*message*/)
{
    // Postfix delivers what is not on hold without being asked.
}

void postfix_mta::attempted(const std::string& domain, const std::string& queue_id)
{
    const auto found = online_.find(domain);
    if (found != online_.end() && !queue_id.empty()) {
        found->second->mail.came(queue_id);
        found->second->last_came = clock::now();
    }
    held_.came(queue_id);
}

void postfix_mta::settled(const std::string& domain, const transaction& message)
{
    const bool more = held_.settled(domain, message);
    if (const auto found = online_.find(domain); more && found != online_.end())
        found->second->mail.comes_again(message.queue_id);
}

bool postfix_mta::can_hold(const std::string& customer) const
{
    return held_.can_hold(customer);
}

std::string postfix_mta::holding_trouble() const
{
    return held_.trouble();
}

void postfix_mta::held_mail_changed(const std::string& /*customer*/)
{
    held_.adopted();
}

awaitable<bool> postfix_mta::reconcile()
{
    const auto listed = co_await listing_.read(std::nullopt);
    co_await held_.expire();
    co_return listed != nullptr;
}

awaitable<std::size_t> postfix_mta::let_go(std::vector<std::string> queue_ids)
{
    co_return co_await held_.let_go(std::move(queue_ids));
}

std::size_t postfix_mta::known_to_wait(const std::vector<std::string>& domains) const
{
    std::size_t count = 0;
    for (const std::string& domain : domains)
        count += books_.of_domain(domain).all.messages;
    return count;
}

awaitable<std::optional<std::size_t>> postfix_mta::waiting(std::vector<std::string> domains, time_limit limit)
{
    const auto deadline = clock::now() + limit.value_or(std::chrono::hours(1));
    std::optional<std::size_t> count = known_to_wait(domains);
    // That nothing waits has to be sure. A listing finds mail, too, that came by ways nobody here sees; but
    // of a long queue it takes longer than a customer should wait, and the ledger's word has to do.
    if (*count > 0 || (books_.complete() && listing_.cost() > cheap_listing))
        co_return count;
    // One listing without the mail is no proof that there is none; two in a row are.
    for (int look = 0; look < 2 && count.value_or(0) == 0; ++look) {
        count.reset();
        const auto listed =
            co_await listing_.read(std::max<clock::duration>(deadline - clock::now(), clock::duration(0)));
        if (!listed)
            break;
        before_ = listed;
        before_read_ = clock::now();
        std::size_t shown = 0;
        for (const std::string& domain : domains)
            if (const auto found = listed->find(domain); found != listed->end())
                shown += found->second.size();
        count = std::max(shown, known_to_wait(domains));  // held mail, too, whose recipients are known now
    }
    if (count == 0U && !books_.complete())
        count.reset();
    co_return count;
}

awaitable<std::optional<std::size_t>> postfix_mta::still_to_come(std::vector<std::string> domains,
                                                                 bool thorough)
{
    std::optional<std::size_t> count;
    const auto held = held_.still_to_come(domains);
    if (held.coming + held.overdue > 0 && (held.overdue == 0 || mail_comes(domains))) {
        count = held.coming + held.overdue;  // by itself: nothing has to be found out, or flushed
        co_return count;
    }
    // A customer who stays for hours costs no listings while nothing waits.
    if (!thorough && books_.complete() && known_to_wait(domains) == 0) {
        count = 0;
        co_return count;
    }
    const auto listed = co_await listing_.read(std::nullopt);
    if (!listed)
        co_return count;
    count = 0;
    for (const std::string& domain : domains) {
        const auto state = online_.find(domain);
        if (state == online_.end())
            continue;
        const auto found = listed->find(domain);
        const std::vector<listed_message> none;
        auto& mail = state->second->mail;
        mail.listed(found == listed->end() ? none : found->second, clock::now());
        const std::size_t missing = mail.missing();
        if (!mail.ids_at_rest(1).empty())
            flush_again(domain, *state->second);
        *count += std::max(missing, not_seen(domain, mail));
    }
    *count = std::max(*count, held.coming + held.overdue);
    co_return count;
}

awaitable<void> postfix_mta::flush_when_bound(std::string domain, std::weak_ptr<online_domain> while_online)
{
    co_await flush(domain);
    asio::steady_timer pause(executor_, second_flush_after);
    co_await pause.async_wait(nothrow);
    const bool still_online = !while_online.expired();
    if (still_online)
        co_await flush(domain);
}

/// Mail in Postfix's hands, as far as the ledger knows, that the listings of this session have not shown: it
/// was on its way from one queue to the next, or it is gone, and the ledger knows after the next listing.
std::size_t postfix_mta::not_seen(const std::string& domain, const expected_mail& mail) const
{
    const auto in_its_hands = [](mail_state state) {
        return state == mail_state::deferred || state == mail_state::released;
    };
    const std::size_t seen = mail.count([&](const std::string& id) {
        const waiting_message* m = books_.find(id);
        return m != nullptr && in_its_hands(m->state);
    });
    const waiting_mail known = books_.of_domain(domain);
    const std::size_t all = known.all.messages - known.held.messages;
    return all - std::min(all, seen);
}

bool postfix_mta::mail_comes(const std::vector<std::string>& domains) const
{
    return std::any_of(domains.begin(), domains.end(), [this](const std::string& domain) {
        const auto found = online_.find(domain);
        return found != online_.end() && clock::now() - found->second->last_came < flush_takes_effect_in;
    });
}

/// Not while an earlier flush may still bring the mail: what it brings would be tried twice.
void postfix_mta::flush_again(const std::string& domain, online_domain& state)
{
    const auto now = clock::now();
    if (now - std::max(state.last_flush, state.last_came) < flush_takes_effect_in)
        return;
    // A flush of the domain knows only mail that was deferred while its domain was among fast_flush_domains.
    // What it has not brought is asked for by queue id.
    if (now - state.last_flush_by_id >= flush_takes_effect_in) {
        state.last_flush_by_id = now;
        asio::co_spawn(executor_, flush_ids(state.mail.ids_at_rest(most_flushed_by_id)), asio::detached);
    }
    asio::co_spawn(executor_, flush(domain), asio::detached);
}

awaitable<void> postfix_mta::flush(std::string domain)
{
    if (const auto state = online_.find(domain); state != online_.end())
        state->second->last_flush = clock::now();
    std::vector<std::string> request{"-s", domain};
    co_await run_postqueue(std::move(request));
    log::debug("flushed", {{"domain", domain}});
}

awaitable<void> postfix_mta::flush_ids(std::vector<std::string> queue_ids)
{
    for (const std::string& id : queue_ids) {
        std::vector<std::string> request{"-i", id};
        co_await run_postqueue(std::move(request));
        log::debug("flushed", {{"queue_id", id}});
    }
}

awaitable<void> postfix_mta::run_postqueue(std::vector<std::string> request)
{
    const settings& s = current_();
    std::vector<std::string> argv{s.postfix_command_dir + "/postqueue", "-c", s.postfix_config_dir};
    argv.insert(argv.end(), request.begin(), request.end());
    const auto result = co_await run_command(std::move(argv), s.queue_command_timeout, nullptr);
    if (!result.ok())
        log::warning("flush-failed", {{"command", "postqueue " + request.front()},
                                      {"argument", request.back()},
                                      {"reason", result.text()}});
}

void postfix_mta::prepare_socket_dir(const settings& s)
{
    if (::mkdir(s.socket_dir.c_str(), socket_dir_mode) != 0) {
        if (errno == EEXIST)
            return remove_stale_sockets(s.socket_dir);
        throw std::runtime_error("socket_dir " + s.socket_dir + " cannot be made: " + std::strerror(errno));
    }
    // A new folder: it belongs to the user we are going to be, and Postfix's group may enter. Without that
    // group its owner has to see to it.
    const group* found = ::getgrnam(postfix_group);
    const passwd* user = s.user.empty() ? nullptr : ::getpwnam(s.user.c_str());
    const uid_t owner = user ? user->pw_uid : static_cast<uid_t>(-1);
    if (!found || ::chown(s.socket_dir.c_str(), owner, found->gr_gid) != 0)
        log::warning("socket-dir",
                     {{"path", s.socket_dir},
                      {"reason", "not given to group postfix; Postfix may be unable to connect"}});
}

}  // namespace odmr::postfix

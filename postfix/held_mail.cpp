#include "postfix/held_mail.hpp"

#include "log/log.hpp"
#include "postfix/lifetimes.hpp"
#include "store/customer_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace odmr::postfix
{

namespace
{

// A wake makes the queue manager read its whole deferred queue: little when that is nearly empty, and about
// wake_cost for each message there otherwise, of which it is to do no more than a small part of its time
// (docs/decisions/waking-the-queue-manager.md).
constexpr auto shortest_pause = std::chrono::milliseconds(100);
constexpr auto usual_pause = std::chrono::seconds(1);
constexpr auto for_each_deferred = std::chrono::milliseconds(1);
constexpr auto wake_cost = std::chrono::microseconds(50);
constexpr auto between_looks = std::chrono::milliseconds(50);
constexpr auto try_again = std::chrono::seconds(1);
constexpr std::size_t records_at_once = 500;  // each batch is one change of the database
constexpr std::size_t expired_at_once = 1000;

wall_time wall_now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

mail_amount window_of(const settings& s)
{
    return {s.window_messages, s.window_size};
}

}  // namespace

held_mail::held_mail(const asio::any_io_executor& executor, surroundings with)
    : executor_(executor),
      with_(std::move(with)),
      plan_(with_.books, window_of(with_.current()), with_.current().reconcile_interval),
      changed_(executor)
{
}

awaitable<void> held_mail::begin()
{
    for (const hold& record : with_.records.holds())
        with_.books.arrived({record.queue_id, {}, 0}, mail_state::held, record.arrived);
    if (with_.agent)
        asio::co_spawn(executor_, release_loop(), asio::detached);
    else
        log::warning("no-hold", {{"reason",
                                  "odmrd was not started as root, so nothing could be let go again: "
                                  "mail waits in the deferred queue"}});
    co_await read_lifetimes();
}

release_plan::time held_mail::time() const
{
    return {clock::now(), wall_now()};
}

// ---- what the relay tells

void held_mail::domain_online(const std::string& customer, const std::string& domain)
{
    const settings& s = with_.current();
    plan_.set_limits(window_of(s), s.reconcile_interval);
    plan_.domain_online(customer, domain);
    somebody_came_ = true;
    changed_.set();
}

void held_mail::domain_offline(const std::string& customer, const std::string& domain)
{
    plan_.domain_offline(customer, domain);
}

bool held_mail::settled(const std::string& domain, const transaction& message)
{
    if (message.queue_id.empty())
        return false;
    const auto final = std::count_if(message.recipients.begin(), message.recipients.end(), [](const auto& r) {
        return r.outcome && (r.outcome->positive() || r.outcome->permanent());
    });
    const auto count = static_cast<std::size_t>(final);
    changed_.set();
    return plan_.settled(message.queue_id, domain, count, count < message.recipients.size(), clock::now());
}

release_plan::outlook held_mail::still_to_come(const std::vector<std::string>& domains) const
{
    return plan_.still_to_come(domains, time());
}

// ---- letting go

awaitable<void> held_mail::release_loop()
{
    for (;;) {
        time_limit pause;
        if (plan_.anything_held())
            pause = try_again;
        co_await changed_.wait(pause);
        if (!plan_.anything_held())
            continue;
        co_await wait_for_turn();
        auto ids = plan_.take(time());
        if (ids.empty()) {
            asio::steady_timer breath(executor_, between_looks);
            co_await breath.async_wait(nothrow);
        } else {
            co_await release_now(std::move(ids));
        }
    }
}

awaitable<void> held_mail::wait_for_turn()
{
    asio::steady_timer timer(executor_, last_wake_ + pause_between_wakes());
    co_await timer.async_wait(nothrow);
}

held_mail::clock::duration held_mail::pause_between_wakes() const
{
    const clock::duration small =
        std::clamp<clock::duration>(deferred_ * for_each_deferred, shortest_pause, usual_pause);
    return std::max<clock::duration>(small, deferred_ * wake_cost);
}

awaitable<void> held_mail::release_now(std::vector<std::string> queue_ids)
{
    auto done = co_await with_.agent->release(queue_ids);
    if (!done.problem.empty())
        log::error("release-failed", {{"messages", queue_ids.size()}, {"reason", done.problem}});
    plan_.let_go(queue_ids, done.released, time());
    log::debug("released", {{"messages", done.released.size()}, {"of", queue_ids.size()}});
    const bool any = !done.released.empty();
    co_await forget(std::move(done.released));  // first: if we are killed, nobody else's later hold is ours
    if (any)
        co_await wake_queue_manager();
}

/// What is let go is deferred mail then, and would be looked at only by the next queue run.
awaitable<void> held_mail::wake_queue_manager()
{
    co_await wait_for_turn();
    last_wake_ = clock::now();
    const bool flush_dead = std::exchange(somebody_came_, false);
    const auto woken = co_await with_.agent->wake(flush_dead);
    if (!woken.problem.empty())
        log::warning("wake-failed", {{"reason", woken.problem}});
}

awaitable<std::size_t> held_mail::let_go(std::vector<std::string> queue_ids)
{
    std::erase_if(queue_ids, [this](const std::string& id) {
        const waiting_message* m = with_.books.find(id);
        return !m || m->state != mail_state::held;
    });
    if (queue_ids.empty() || !with_.agent)
        co_return 0;
    auto done = co_await with_.agent->release(queue_ids);
    if (!done.problem.empty())
        log::error("release-failed", {{"messages", queue_ids.size()}, {"reason", done.problem}});
    for (const std::string& id : done.released)
        with_.books.deferred(id);
    const std::size_t count = done.released.size();
    co_await forget(std::move(done.released));
    if (count > 0)
        co_await wake_queue_manager();
    co_return count;
}

awaitable<std::size_t> held_mail::let_go_for_good(std::vector<std::string> queue_ids, std::string why)
{
    if (queue_ids.empty())
        co_return 0;
    const std::size_t asked = queue_ids.size();
    const std::size_t count = co_await let_go(std::move(queue_ids));
    log::info("let-go", {{"messages", count}, {"of", asked}, {"reason", why}});
    co_return count;
}

/// The database is changed in small steps, with a look at everything else in between.
awaitable<void> held_mail::forget(std::vector<std::string> queue_ids)
{
    for (std::size_t i = 0; i < queue_ids.size(); i += records_at_once) {
        const auto begin = queue_ids.begin() + static_cast<std::ptrdiff_t>(i);
        const auto end =
            queue_ids.begin() + static_cast<std::ptrdiff_t>(std::min(i + records_at_once, queue_ids.size()));
        try {
            with_.records.remove_holds({begin, end});
        } catch (const database_failure& problem) {
            // The next listing shows that they are not on hold any more, and they are forgotten then.
            log::warning("record-failed", {{"reason", problem.what()}});
        }
        co_await asio::post(executor_, asio::use_awaitable);
    }
}

// ---- listings

void held_mail::listing_begins()
{
    all_known_ = true;
    counted_ = 0;
    with_.books.begin_listing(wall_now());
}

void held_mail::listed(const queue_entry& entry)
{
    if (entry.queue_name == "deferred")
        ++counted_;
    auto recipients = sort_recipients(with_.directory, entry.recipients);
    if (!recipients) {
        all_known_ = false;
        return;
    }
    with_.books.listed({.queue_id = entry.queue_id,
                        .on_hold = entry.held(),
                        .arrival = wall_time(std::chrono::seconds(entry.arrival)),
                        .octets = entry.size,
                        .recipients = std::move(*recipients)});
}

void held_mail::listing_ends(bool ok)
{
    deferred_ = counted_;
    auto found = with_.books.end_listing(ok && all_known_);
    changed_.set();
    if (found != ledger::findings{})
        asio::co_spawn(executor_, act_on(std::move(found)), asio::detached);
}

awaitable<void> held_mail::act_on(ledger::findings found)
{
    co_await let_go_for_good(std::move(found.finished), "nobody is left to get it");
    co_await let_go_for_good(std::move(found.mixed), "it is not one customer's alone");
    if (!found.not_held.empty())
        log::debug("not-on-hold", {{"messages", found.not_held.size()}});
    co_await forget(std::move(found.not_held));
}

// ---- how long

bool held_mail::can_hold(std::string_view customer) const
{
    return with_.agent && with_.agent->alive() && hold_time(customer) > seconds(0);
}

std::string held_mail::trouble() const
{
    if (!with_.agent)
        return "odmrd was not started as root";
    if (!with_.agent->alive())
        return "the queue agent has ended";
    if (!longest_hold_)
        return "Postfix has not said how long it keeps mail";
    if (*longest_hold_ == seconds(0))
        return "Postfix's queue lifetimes are not longer than a day";
    return with_.current().hold_time == seconds(0) ? "hold_time is 0" : "";
}

seconds held_mail::hold_time(std::string_view customer) const
{
    const seconds wanted = with_.own_hold_time(customer).value_or(with_.current().hold_time);
    return std::min(wanted, longest_hold_.value_or(seconds(0)));
}

awaitable<void> held_mail::read_lifetimes()
{
    const auto longest = co_await read_longest_hold(with_.current);
    if (!longest)
        co_return;
    if (longest != longest_hold_ && *longest < with_.current().hold_time)
        log::warning("hold-time-clipped",
                     {{"hold_time", with_.current().hold_time.count()},
                      {"to", longest->count()},
                      {"reason", "maximal_queue_lifetime and bounce_queue_lifetime, less a day"}});
    longest_hold_ = longest;
}

awaitable<void> held_mail::expire()
{
    co_await read_lifetimes();
    if (!longest_hold_)
        co_return;
    const auto time_of = [this](std::string_view customer) { return hold_time(customer); };
    auto ids = with_.books.expired(wall_now(), time_of, expired_at_once);
    const std::size_t count =
        co_await let_go_for_good(std::move(ids), "it was on hold for its customer's hold time");
    expired_ += count;
}

}  // namespace odmr::postfix

#include "sendmail/queue_scanner.hpp"

#include "sendmail/list_queue.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace odmr::sendmail
{

namespace
{

// A listing of a long queue costs time that Sendmail could deliver mail in, so there are pauses of many times
// its cost in between. Of a short one the time says more about what else the machine does.
constexpr auto usual_pause = std::chrono::seconds(1);
constexpr std::size_t short_queue = 1000;  // messages
constexpr int pause_per_cost = 20;
// With news it may cost more, once.
constexpr auto short_pause = std::chrono::milliseconds(300);
constexpr int short_pause_per_cost = 5;
// After the last customer has gone: what two listings do not show is forgotten, and one more shows what was
// on its way when he went.
constexpr unsigned scans_afterwards = 3;

wall_time wall_now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

queue_scanner::queue_scanner(const asio::any_io_executor& executor, surroundings with,
                             std::function<void(const std::string&, const sightings&)> seen)
    : executor_(executor),
      with_(std::move(with)),
      seen_(std::move(seen)),
      changed_(executor),
      finished_(executor, clock::time_point::max())
{
}

void queue_scanner::start()
{
    asio::co_spawn(executor_, scan_now_and_then(), asio::detached);
}

void queue_scanner::watch(const std::string& domain)
{
    watched_.insert_or_assign(domain, std::nullopt);
    expect_news();
}

void queue_scanner::unwatch(const std::string& domain)
{
    watched_.erase(domain);
    scans_left_ = scans_afterwards;
    changed_.set();
}

void queue_scanner::expect_news()
{
    news_ = true;
    changed_.set();
}

awaitable<void> queue_scanner::scan_now_and_then()
{
    for (;;) {
        const time_limit pause = next_scan() - clock::now();
        if (*pause > clock::duration(0)) {
            co_await changed_.wait(pause);
            continue;
        }
        news_ = false;
        if (watched_.empty() && scans_left_ > 0)
            --scans_left_;
        co_await scan();
    }
}

queue_scanner::clock::time_point queue_scanner::next_scan() const
{
    if (done_ == 0)
        return {};  // at once
    if (news_)
        return last_ + std::max<clock::duration>(short_pause, short_pause_per_cost * cost_);
    if (!watched_.empty() || scans_left_ > 0) {
        const bool cheap = last_ok_ && length_ <= short_queue;  // what fails may have taken its time
        return last_ + (cheap ? usual_pause : std::max<clock::duration>(usual_pause, pause_per_cost * cost_));
    }
    return last_ + with_.current().reconcile_interval;
}

awaitable<bool> queue_scanner::scan()
{
    const std::uint64_t wanted = started_ + 1;  // one that runs now may have passed what is looked for
    while (done_ < wanted) {
        if (started_ == done_)
            co_await list_all();
        else
            co_await finished_.async_wait(nothrow);
    }
    co_return last_ok_;
}

awaitable<void> queue_scanner::list_all()
{
    ++started_;
    all_known_ = true;
    std::size_t length = 0;
    with_.books.begin_listing(wall_now());
    for (auto& [domain, shown] : watched_)
        shown.emplace();
    const settings& s = with_.current();
    const auto began = clock::now();
    std::function<void(const queued_message&)> found = [&](const queued_message& m) {
        ++length;
        enter(m);
        note(m);
    };
    std::vector<std::string> everything;
    const bool ok = co_await list_queue(s, std::move(everything), s.queue_command_timeout, std::move(found));
    last_ = clock::now();
    cost_ = last_ - began;
    length_ = length;
    conclude(ok);
    last_ok_ = ok;
    ++done_;
    finished_.cancel();
}

/// Into the ledger.
void queue_scanner::enter(const queued_message& message)
{
    auto recipients = recipients_of(message);
    if (!recipients) {
        all_known_ = false;
        return;
    }
    with_.books.listed({.queue_id = message.queue_id,
                        .arrival = arrival_of(message),
                        .octets = message.size,
                        .recipients = std::move(*recipients)});
}

/// What comes together stands together: most have the minute of the one before.
wall_time queue_scanner::arrival_of(const queued_message& message)
{
    if (message.arrival != minute_.first) {
        const wall_time now = wall_now();
        minute_ = {message.arrival, time_of(message.arrival, now).value_or(now)};
    }
    return minute_.second;
}

/// For those who watch.
void queue_scanner::note(const queued_message& message)
{
    std::set<std::string, std::less<>> concerned;
    for (const queued_recipient& to : message.recipients) {
        const shown_domain at = domain_of(to);
        if (!at.cut)
            concerned.insert(at.name);
        else
            for (const auto& [domain, shown] : watched_)
                if (at.may_be(domain))
                    concerned.insert(domain);
    }
    for (const std::string& domain : concerned)
        if (const auto found = watched_.find(domain); found != watched_.end() && found->second)
            if (const auto seen = sight(message, domain))
                found->second->push_back(*seen);
}

/// Whose a recipient is whose domain cannot be seen, and not be guessed, is left open.
std::optional<envelope> queue_scanner::recipients_of(const queued_message& message) const
{
    envelope sorted;
    for (const queued_recipient& to : message.recipients) {
        shown_domain at = domain_of(to);
        if (at.cut)
            at.name = with_.sole_domain(at.name).value_or("");
        const customer_directory::owner owner = with_.directory.owner_of(at.name);
        if (owner.found == known::cannot_say)
            return std::nullopt;
        if (owner.found == known::yes)
            sorted.add(owner.customer.name, at.name);
        else
            sorted.add_other();
    }
    return sorted;
}

void queue_scanner::conclude(bool ok)
{
    // Sendmail holds nothing on our order, so nothing can be found that would have to be done about it.
    with_.books.end_listing(ok && all_known_);
    for (auto& [domain, shown] : watched_) {
        const auto all = std::exchange(shown, std::nullopt);
        if (ok && all)
            seen_(domain, *all);
    }
}

}  // namespace odmr::sendmail

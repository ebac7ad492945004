// ledger - what waits for customers in the mail system's queue, in memory.
#include "core/ledger.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace odmr
{

namespace
{

bool same_recipients(const std::vector<waiting_message::part>& parts,
                     const std::vector<envelope::share>& shares)
{
    return std::equal(parts.begin(), parts.end(), shares.begin(), shares.end(),
                      [](const waiting_message::part& p, const envelope::share& s) {
                          return p.recipients == s.recipients && *p.domain == s.domain &&
                                 *p.customer == s.customer;
                      });
}

/// A message is recorded as held when it has arrived, so what arrived later than its record is another one.
constexpr std::chrono::seconds clock_slack{60};

bool on_anybodys_hold(mail_state state)
{
    return state == mail_state::held || state == mail_state::kept;
}

}  // namespace

// ---- what happens to messages

void ledger::arrived(const arrival& message, mail_state state, wall_time now)
{
    assert(state == mail_state::held || state == mail_state::deferred);
    // Queue ids are used again: what was known under this one is no more.
    if (const auto old = by_id_.find(message.queue_id); old != by_id_.end()) {
        not_held(old->second->mail);
        remove(old->second);
    }
    if (state == mail_state::deferred && message.recipients.shares().empty())
        return;
    add({.queue_id = message.queue_id,
         .state = state,
         .arrival = now,
         .octets = message.octets,
         .parts = books_.parts_of(message.recipients),
         .others = message.recipients.others()});
}

bool ledger::delivered(std::string_view queue_id, std::string_view domain, std::size_t recipients)
{
    const std::optional<position> at = touch(queue_id);
    if (!at)
        return false;
    waiting_message& m = (*at)->mail;
    not_held(m);  // what is being delivered is on nobody's hold
    books_.take_out(m);
    if (on_anybodys_hold(m.state))
        m.state = mail_state::deferred;
    for (waiting_message::part& p : m.parts)
        if (*p.domain == domain)
            p.recipients -= std::min(p.recipients, recipients);
    std::erase_if(m.parts, [](const waiting_message::part& p) { return p.recipients == 0; });
    books_.enter(m);
    if (!m.parts.empty())
        return false;
    if (listing_runs_)
        ended_.insert(m.queue_id);
    remove(*at);
    return true;
}

void ledger::released(std::string_view queue_id)
{
    const std::optional<position> at = touch(queue_id);
    if (!at || (*at)->mail.state != mail_state::held)
        return;
    if ((*at)->mail.parts.empty())
        remove(*at);
    else
        set_state((*at)->mail, mail_state::released);
}

void ledger::put_back(std::string_view queue_id, wall_time not_before)
{
    const std::optional<position> at = touch(queue_id);
    if (!at || ((*at)->mail.state != mail_state::released && (*at)->mail.state != mail_state::deferred))
        return;
    (*at)->mail.not_before = not_before;
    set_state((*at)->mail, mail_state::held);
}

void ledger::deferred(std::string_view queue_id)
{
    const std::optional<position> at = touch(queue_id);
    if (!at)
        return;
    not_held((*at)->mail);
    if ((*at)->mail.parts.empty())
        remove(*at);
    else
        set_state((*at)->mail, mail_state::deferred);
}

void ledger::line_lost(std::string_view customer)
{
    const waiting_accounts::queue released = books_.released_for(customer);  // a copy: that one changes
    for (const waiting_message* m : released)
        deferred(m->queue_id);
}

void ledger::adopted(std::string_view queue_id)
{
    const std::optional<position> at = touch(queue_id);
    if (at && (*at)->mail.state == mail_state::kept)
        set_state((*at)->mail, mail_state::held);
}

ledger::position ledger::add(waiting_message m)
{
    rows_.push_back({std::move(m), doubt::none, listing_});
    const position at = std::prev(rows_.end());
    by_id_.emplace(at->mail.queue_id, at);
    books_.enter(at->mail);
    return at;
}

void ledger::remove(position at)
{
    books_.take_out(at->mail);
    by_id_.erase(at->mail.queue_id);
    rows_.erase(at);
}

void ledger::mark_seen(position at)
{
    at->seen = listing_;
    rows_.splice(rows_.end(), rows_, at);
}

std::optional<ledger::position> ledger::touch(std::string_view queue_id)
{
    const auto found = by_id_.find(queue_id);
    if (found == by_id_.end())
        return std::nullopt;
    found->second->said = doubt::none;
    if (listing_runs_) {
        mark_seen(found->second);  // whatever the listing says of it is of no use any more
        quiet_ = false;
    }
    return found->second;
}

void ledger::set_state(waiting_message& m, mail_state state)
{
    books_.take_out(m);
    m.state = state;
    books_.enter(m);
}

void ledger::not_held(const waiting_message& m)
{
    if (m.state == mail_state::held)
        findings_.not_held.push_back(m.queue_id);
}

// ---- listings

void ledger::begin_listing(wall_time now)
{
    ++listing_;
    listing_runs_ = true;
    listing_began_ = now;
    quiet_ = books_.released() == 0;
    ended_.clear();
}

void ledger::listed(const listed_message& seen)
{
    assert(listing_runs_);
    const auto found = by_id_.find(seen.queue_id);
    if (found == by_id_.end()) {
        std::string id(seen.queue_id);
        if (!seen.recipients.shares().empty() && !ended_.contains(id))
            add({.queue_id = std::move(id),
                 .state = seen.on_hold ? mail_state::kept : mail_state::deferred,
                 .arrival = seen.arrival,
                 .octets = seen.octets,
                 .parts = books_.parts_of(seen.recipients),
                 .others = seen.recipients.others()});
        return;
    }
    const position at = found->second;
    waiting_message& m = at->mail;
    if (at->seen == listing_)
        return;  // it was listed before, in another queue, or something has happened to it since
    mark_seen(at);
    if (m.state == mail_state::held && seen.on_hold && seen.arrival > m.arrival + clock_slack) {
        // Our record is of an older message with the same queue id; this one somebody else holds.
        not_held(m);
        set_state(m, mail_state::kept);
    }
    if (!judge_place(*at, seen.on_hold))
        return;  // on its way: what is shown of it may not be all
    set_contents(m, seen);
    if (m.state != mail_state::held) {
        if (m.parts.empty())
            remove(at);
    } else if (seen.recipients.empty()) {
        findings_.finished.push_back(m.queue_id);
    } else if (seen.recipients.sole_customer().empty()) {
        findings_.mixed.push_back(m.queue_id);
    }
}

bool ledger::judge_place(row& r, bool on_hold)
{
    if (on_hold == on_anybodys_hold(r.mail.state)) {
        r.said = doubt::none;
        return true;
    }
    if (r.said != doubt::misplaced) {
        r.said = doubt::misplaced;
        return false;
    }
    r.said = doubt::none;
    not_held(r.mail);
    // On hold, and we did not put it there, or have let it go since: somebody else did.
    set_state(r.mail, on_hold ? mail_state::kept : mail_state::deferred);
    return true;
}

void ledger::set_contents(waiting_message& m, const listed_message& seen)
{
    m.others = seen.recipients.others();
    if (m.arrival == seen.arrival && m.octets == seen.octets &&
        same_recipients(m.parts, seen.recipients.shares()))
        return;
    books_.take_out(m);
    m.arrival = seen.arrival;
    m.octets = seen.octets;
    m.parts = books_.parts_of(seen.recipients);
    books_.enter(m);
}

ledger::findings ledger::end_listing(bool ok)
{
    assert(listing_runs_);
    listing_runs_ = false;
    complete_ = ok && (complete_ || quiet_);
    if (ok) {
        listed_at_ = listing_began_;
        std::size_t dropped = 0;
        for (position next = rows_.begin();
             next != rows_.end() && next->seen != listing_ && dropped < max_dropped;) {
            const position at = next++;
            if (std::exchange(at->said, doubt::absent) != doubt::absent)
                continue;
            ++dropped;
            not_held(at->mail);
            remove(at);
        }
    }
    // A queue id may have come back since, to be held anew.
    std::erase_if(findings_.not_held, [&](const std::string& id) {
        const waiting_message* m = find(id);
        return m != nullptr && m->state == mail_state::held;
    });
    return std::exchange(findings_, {});
}

// ---- questions

const waiting_message* ledger::find(std::string_view queue_id) const
{
    const auto found = by_id_.find(queue_id);
    return found == by_id_.end() ? nullptr : &found->second->mail;
}

void ledger::each_held(std::string_view customer, wall_time now, const visitor& visit) const
{
    for (const waiting_message* m : books_.held_for(customer))
        if (m->not_before <= now && !visit(*m))
            return;
}

void ledger::each(const visitor& visit) const
{
    for (const row& r : rows_)
        if (!visit(r.mail))
            return;
}

std::vector<std::string> ledger::expired(
    wall_time now, const std::function<std::chrono::seconds(std::string_view customer)>& hold_time,
    std::size_t most) const
{
    std::vector<std::string> ids;
    for (const std::string_view customer : books_.customers_with_held_mail()) {
        const wall_time limit = now - hold_time(customer);
        each_held(customer, now, [&](const waiting_message& m) {
            const bool wanted = m.arrival < limit && ids.size() < most;
            if (wanted)
                ids.push_back(m.queue_id);
            return wanted;
        });
    }
    return ids;
}

}  // namespace odmr

#include "sendmail/parked_mail.hpp"

#include <algorithm>
#include <utility>

namespace odmr::sendmail
{

namespace
{

/// RFC 3463 3.5, 3.6: congestion, or too many recipients at once: what odmrd says about mail that it could
/// take a moment later.
bool says_busy(std::string_view status)
{
    return status.find("450 4.4.5 ") != std::string_view::npos ||
           status.find("450 4.5.3 ") != std::string_view::npos;
}

}  // namespace

std::optional<sighting> sight(const queued_message& message, std::string_view domain)
{
    bool is_there = false;
    sighting seen{message.queue_id, message.locked, message.priority.value_or(0), !message.status.empty()};
    for (const queued_recipient& to : message.recipients) {
        seen.failed = seen.failed || !to.status.empty();
        if (!domain_of(to).may_be(domain))
            continue;
        is_there = true;
        seen.busy = seen.busy || says_busy(to.status);
    }
    std::optional<sighting> result;
    if (is_there)
        result = std::move(seen);
    return result;
}

void parked_mail::listed(const std::vector<sighting>& messages, clock_point now)
{
    ++listing_;
    for (const sighting& s : messages) {
        const auto [entry, is_new] = messages_.try_emplace(s.queue_id);
        message& m = entry->second;
        m.seen = listing_;
        if (is_new && !known_) {
            // What waited when the domain came online was asked for at that time.
            m.asked = true;
            m.again = online_since_ + m.pause;
        }
        look(m, s, now);
    }
    known_ = true;
    std::erase_if(messages_, [this](const auto& entry) { return entry.second.seen != listing_; });
    still_to_come_ = static_cast<std::size_t>(std::count_if(
        messages_.begin(), messages_.end(), [](const auto& entry) { return !entry.second.attempted; }));
}

void parked_mail::look(message& m, const sighting& s, clock_point now) const
{
    m.locked = s.locked;
    if (s.locked)
        return;
    const bool tried = m.priority && s.priority != *m.priority && s.failed;
    if (tried && !s.busy && !m.attempted) {
        m.attempted = true;
        m.asked = true;
        m.again = now + rarely_;
    }
    if (!m.priority || (tried && s.busy))
        m.priority = s.priority;
}

bool parked_mail::ask(clock_point now, bool nothing_moves)
{
    const auto is_due = [&](const message& m) {
        return !m.locked && (!m.asked || (nothing_moves && m.again <= now));
    };
    if (std::none_of(messages_.begin(), messages_.end(), [&](const auto& e) { return is_due(e.second); }))
        return false;
    // ETRN takes a whole domain, so this was asked for as well.
    for (auto& [id, m] : messages_) {
        if (m.asked && !is_due(m))
            continue;
        const bool again = m.asked;
        m.asked = !m.locked;
        if (again)
            m.pause = std::min(2 * m.pause, std::max<duration>(rarely_, first_retry));
        m.again = now + (m.attempted ? rarely_ : m.pause);
    }
    return true;
}

}  // namespace odmr::sendmail

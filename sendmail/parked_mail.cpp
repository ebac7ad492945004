#include "sendmail/parked_mail.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace odmr::sendmail
{

namespace
{

/// Not the customer's server has deferred it, but odmrd, which could take it a moment later (RFC 3463 3.4 to
/// 3.6: another of his sessions ended, congestion, too many recipients at once), or Sendmail itself, which
/// had no connection, or does not even say why.
bool says_busy(std::string_view status)
{
    constexpr std::string_view deferred = "Deferred: ";
    if (!status.starts_with(deferred))
        return status == "Deferred";
    const std::string_view reason = status.substr(deferred.size());
    const bool is_reply = reason.size() >= 3 && std::all_of(reason.begin(), reason.begin() + 3, is_digit);
    constexpr std::string_view our_words[] = {"450 4.4.1 ", "450 4.4.5 ", "450 4.5.3 ",
                                              "451 4.3.3 ", "451 4.4.1 ", "451 4.4.2 "};
    return !is_reply || std::any_of(std::begin(our_words), std::end(our_words),
                                    [&](std::string_view words) { return reason.starts_with(words); });
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
    any_locked_ = std::any_of(messages.begin(), messages.end(), [](const sighting& s) { return s.locked; });
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

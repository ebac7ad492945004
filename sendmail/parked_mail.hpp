// parked_mail - which of a domain's mail in Sendmail's queue is still to come since the domain is online, and
// when Sendmail is to be asked for it. It does no I/O.
//
// What comes by LMTP does not say its queue id, so all is concluded from listings. Each reading of a message
// from the queue raises its priority; an attempt that failed leaves its reason, too, where the hourly look
// for expired mail leaves none. So a message whose priority has grown since it was first seen here, and that
// has a reason, has been attempted and deferred: by the customer's server, or as no session took it. While
// somebody has it locked nothing is known, and Sendmail, too, would pass it by.
#pragma once

#include "sendmail/queue_listing.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::sendmail
{

/// A message in a listing of a domain's mail.
struct sighting {
    std::string queue_id;
    bool locked = false;
    std::int64_t priority = 0;
    bool failed = false;  ///< it says why it was deferred
    bool busy = false;    ///< and that was no fault of anybody: it may be tried again at once

    friend bool operator==(const sighting&, const sighting&) = default;
};

/// The message as the domain sees it; nullopt when it has no recipient there.
std::optional<sighting> sight(const queued_message& message, std::string_view domain);

class parked_mail
{
public:
    using clock_point = std::chrono::steady_clock::time_point;  ///< given by the caller
    using duration = std::chrono::steady_clock::duration;

    /// What was asked for and has not come is asked for again after this time, and then at twice the time,
    /// and so on, up to `rarely`.
    static constexpr std::chrono::seconds first_retry{1};

    /// The domain is online, and its mail was asked for. rarely: how often mail is tried again that was
    /// attempted.
    parked_mail(clock_point now, duration rarely) : online_since_(now), rarely_(rarely) {}

    /// All of the domain's mail, as it is listed now.
    void listed(const std::vector<sighting>& messages, clock_point now);

    /// Messages that have not been attempted.
    [[nodiscard]] std::size_t still_to_come() const { return still_to_come_; }
    /// Somebody has one of them in his hands, as far as the last listing shows.
    [[nodiscard]] bool any_locked() const { return any_locked_; }
    /// A listing has been seen.
    [[nodiscard]] bool known() const { return known_; }

    /// True when Sendmail is to be asked for the domain's mail: for what it was not asked for yet, and, while
    /// nothing moves, for what it was asked for in vain. It counts as asked for, then.
    [[nodiscard]] bool ask(clock_point now, bool nothing_moves);

private:
    struct message {
        std::optional<std::int64_t> priority;  ///< when it was first seen unlocked
        bool attempted = false;
        bool locked = false;
        bool asked = false;
        duration pause = first_retry;
        clock_point again{};
        std::uint64_t seen = 0;  ///< number of the last listing that had it
    };
    void look(message& m, const sighting& s, clock_point now) const;

    clock_point online_since_;
    duration rarely_;
    std::map<std::string, message, std::less<>> messages_;
    std::size_t still_to_come_ = 0;
    bool any_locked_ = false;
    bool known_ = false;
    std::uint64_t listing_ = 0;
};

}  // namespace odmr::sendmail

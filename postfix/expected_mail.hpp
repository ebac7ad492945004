// expected_mail - which of a domain's waiting mail has not come since the domain is online, by queue id. It
// does no I/O.
//
// `postqueue -j` is no snapshot: mail on its way from one queue to the next may be in none that it reads. So
// what was listed once counts as waiting until listings have missed it for a while.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace odmr::postfix
{

/// A message in a listing of a domain's mail.
struct listed_message {
    std::string queue_id;
    /// Not on its way: deferred, or in incoming, where the queue manager leaves mail that a delivery process
    /// still had open when it was asked for, and does not look for minutes.
    bool at_rest = true;
};

class expected_mail
{
public:
    using clock_point =
        std::chrono::steady_clock::time_point;  ///< given by the caller; nothing here reads a clock

    /// What listings miss for this long is gone.
    static constexpr std::chrono::milliseconds missed_for_good{300};

    /// A message has reached us. What becomes of it does not matter here: it is not waited for any more.
    void came(const std::string& queue_id);
    /// Not all of it: more of its recipients are to come.
    void comes_again(const std::string& queue_id);
    /// A listing of the domain's mail.
    void listed(const std::vector<listed_message>& messages, clock_point now);
    /// Messages that were listed and have not come.
    [[nodiscard]] std::size_t missing() const;
    /// How many of all that was listed or came, and is not gone, are such that this is true of their id.
    [[nodiscard]] std::size_t count(const std::function<bool(const std::string&)>& is_so) const;
    /// Up to that many of the missing that do not move: they were at rest when they were listed last.
    [[nodiscard]] std::vector<std::string> ids_at_rest(std::size_t most) const;

private:
    struct message {
        bool came = false;
        bool at_rest = true;
        std::optional<clock_point> missed_since;  ///< absent from every listing since then
    };
    std::map<std::string, message, std::less<>> messages_;
};

}  // namespace odmr::postfix

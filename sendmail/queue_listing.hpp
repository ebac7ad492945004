// queue_listing - what `sendmail -bp` prints, with or without -v, taken apart. It does no I/O.
//
// The text is made for people: it has no form that is promised anywhere, shows only the first 71 octets of a
// recipient (38 without -v), and times to the minute, without the year. So lines nobody here knows are passed
// over, and whether the whole was a listing at all shows by the number of messages it announces.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::sendmail
{

/// Somebody who has not got the message yet.
struct queued_recipient {
    std::string address;      ///< without angle brackets
    bool cut = false;         ///< there may be more of it than is shown
    std::string status = {};  ///< "Deferred: 450 4.4.1 ..." after an attempt, with -v only; may be cut

    friend bool operator==(const queued_recipient&, const queued_recipient&) = default;
};

struct queued_message {
    std::string queue_id;
    bool locked = false;                        ///< somebody works on it: it is being delivered, or looked at
    std::uint64_t size = 0;                     ///< octets of the body
    std::optional<std::int64_t> priority = {};  ///< with -v only
    std::string arrival = {};                   ///< "Nov 22 13:45", local time
    std::string sender = {};                    ///< without angle brackets; may be cut
    std::string status = {};
    std::vector<queued_recipient> recipients = {};

    friend bool operator==(const queued_message&, const queued_message&) = default;
};

class listing_reader
{
public:
    static constexpr std::size_t max_line = 1024;           ///< octets; the rest of a longer one is dropped
    static constexpr std::size_t max_recipients = 100'000;  ///< of one message; the rest is dropped

    /// found: called for each message when it has been read wholly.
    explicit listing_reader(std::function<void(const queued_message&)> found) : found_(std::move(found)) {}

    /// The text, in pieces of any size.
    void take(std::string_view octets);
    /// There is no more of it. True when that was a listing, has shown as many messages as it announced, and
    /// all of them could be read.
    bool finish();

private:
    void line(std::string_view text);
    void headline(std::string_view text);
    bool message_begins(std::string_view text);
    void recipient(std::string_view text);
    void status(std::string_view text);
    void deliver();

    std::function<void(const queued_message&)> found_;
    std::string partial_;
    bool listing_ = false;  ///< a headline was seen
    std::size_t announced_ = 0;
    std::size_t shown_ = 0;
    bool unreadable_ = false;  ///< a folder, or a message
    std::optional<queued_message> present_;
};

/// The time that is shown as "Nov 22 13:45": the latest that is not after now, give or take a day. nullopt
/// when it is none.
std::optional<std::chrono::sys_seconds> time_of(const std::string& arrival, std::chrono::sys_seconds now);

/// The domain of a recipient, or as much of it as is shown, in lower case.
struct shown_domain {
    std::string name;
    bool cut = false;

    /// It is this domain, as far as can be seen.
    [[nodiscard]] bool may_be(std::string_view domain) const
    {
        return cut ? domain.starts_with(name) : domain == name;
    }
};

shown_domain domain_of(const queued_recipient& recipient);

}  // namespace odmr::sendmail

// transaction - one mail transaction on its way from the host MTA to the customer: envelope, content, and
// what became of each recipient (RFC 5321 3.3, RFC 2033 4.2).
//
// An LMTP connection fills it, an SMTP client empties it and settles its recipients. Content passes through a
// bounded buffer; nothing is stored.
#pragma once

#include "protocol/address.hpp"
#include "protocol/parameters.hpp"
#include "protocol/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

/// Octets in, octets out, in order. The filler keeps it bounded by looking at size().
class content_buffer
{
public:
    /// Where a decoder appends its octets.
    std::string& tail() { return octets_; }
    void append(std::string_view octets) { octets_ += octets; }
    /// Nothing more will come.
    void finish() { finished_ = true; }

    [[nodiscard]] bool finished() const { return finished_; }
    [[nodiscard]] std::size_t size() const { return octets_.size() - begin_; }
    [[nodiscard]] bool empty() const { return size() == 0; }

    /// All octets that wait.
    [[nodiscard]] std::string_view front() const { return std::string_view(octets_).substr(begin_); }
    /// Takes the first n of them away.
    void consume(std::size_t n);
    /// Gives back the memory that nothing is in.
    void rest() { octets_.shrink_to_fit(); }

private:
    std::string octets_;
    std::size_t begin_ = 0;
    bool finished_ = false;
};

struct recipient {
    address path;
    esmtp_parameters parameters;
    std::optional<reply>
        outcome;  ///< set once: 2xx only when the customer's server answered 2xx to recipient and content
};

class transaction
{
public:
    std::string queue_id;  ///< the host MTA's, or empty when it did not say
    address sender;
    esmtp_parameters parameters;
    std::vector<recipient> recipients;
    content_buffer content;

    /// Set by who empties it; called by who fills it when there is more content, or when it was abandoned.
    std::function<void()> grown;

    /// Set by who fills it; called after the last recipient was settled or content was taken: whoever waits
    /// may look again. Must only wake, not act: it is called from inside an engine.
    std::function<void()> changed;

    /// Fixes the fate of one recipient, or of all that have none yet. What is settled stays.
    void settle(std::size_t index, const reply& outcome);
    void settle_open(const reply& outcome);
    [[nodiscard]] bool settled() const { return open_ == 0 && !recipients.empty(); }

    /// Said by who empties it: what is left of the content, and what may still come, is not wanted any more.
    void release()
    {
        released_ = true;
        notify();
    }
    [[nodiscard]] bool released() const { return released_; }

    /// Adds a recipient without outcome.
    void add_recipient(address path, esmtp_parameters given);

    /// The filler is gone before content was complete: nobody may pass the message off as whole.
    void abandon();
    [[nodiscard]] bool abandoned() const { return abandoned_; }

    void notify() const
    {
        if (changed)
            changed();
    }

private:
    std::size_t open_ = 0;  ///< recipients without outcome
    bool abandoned_ = false;
    bool released_ = false;
};

/// The size of the message in octets (RFC 1870 5), as far as it is known: what was declared, or what has come
/// of it when that is more (6.3). Right as long as nothing of the content has been taken away.
std::uint64_t known_size(const transaction& message);

}  // namespace odmr

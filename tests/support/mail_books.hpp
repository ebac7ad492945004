// mail_books - where every copy of every message is, at one moment: in the mail system's queue, at the
// customers, elsewhere, or returned to its sender.
//
// A message is known by its Message-ID, and a copy counts only when its content is the one that was handed
// in, to the last octet, behind what mail systems put in front of it.
#pragma once

#include "support/mailbox.hpp"
#include "support/queued_message.hpp"
#include "support/smtp_sender.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace odmr::test
{

struct sent_message {
    std::string queue_id;
    outgoing_message message;  ///< its recipients are those who must get it in the end
};

/// Where a recipient's copy of a message is.
struct whereabouts {
    int queued = 0;
    int at_customer = 0;
    int elsewhere = 0;
    int bounced = 0;

    [[nodiscard]] int copies() const { return queued + at_customer + elsewhere + bounced; }
    [[nodiscard]] std::string text() const;
};

class mail_books
{
public:
    /// queue: a listing made before the mailboxes were read, so that what moves meanwhile is seen twice and
    /// never missed.
    mail_books(std::vector<queued_message> queue, std::vector<received_message> customers,
               std::vector<received_message> elsewhere);

    [[nodiscard]] whereabouts find(const sent_message& message, const std::string& recipient) const;
    /// What is left of a message in the queue: Sendmail splits a message that goes several ways.
    [[nodiscard]] std::vector<queued_message> parts_of(const sent_message& message) const;
    /// The queue a message is in ("hold", "deferred", ...); empty when it is in none.
    [[nodiscard]] std::string queue_of(const sent_message& message) const;

private:
    using by_id = std::unordered_multimap<std::string, const received_message*>;

    static by_id sort(const std::vector<received_message>& messages);

    std::vector<queued_message> queue_;
    std::vector<received_message> customers_;
    std::vector<received_message> elsewhere_;
    std::unordered_multimap<std::string, const queued_message*> queued_;  ///< by accepted_as
    by_id at_customers_;
    by_id at_elsewhere_;
};

}  // namespace odmr::test

// ledger - what waits for customers in the mail system's queue, in memory.
//
// The queue is the truth, and this is what is known of it: from the interceptor when a message arrives, from
// the relay when it is delivered, and from listings of the queue, which find what came by other ways (local
// mail, forwards, bounces) and what was lost here with a restart. A listing takes time and is no snapshot: a
// message on its way from one queue to the next may be missing from it. So nothing is believed that
// contradicts the ledger until two listings in a row have said it of a message to which nothing happened
// since the first began.
#pragma once

#include "core/envelope.hpp"
#include "core/waiting_mail.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace odmr
{

/// A message as a listing of the queue shows it.
struct listed_message {
    std::string_view queue_id;
    bool on_hold = false;
    wall_time arrival{};
    std::uint64_t octets = 0;
    envelope recipients = {};  ///< who have not got it yet
};

class ledger
{
public:
    /// Messages one listing can make us drop, so that nothing waits for long when a whole queue has gone;
    /// what is left over goes with the next ones.
    static constexpr std::size_t max_dropped = 10'000;

    /// What has to be done about messages we held, by queue id.
    struct findings {
        std::vector<std::string> finished;  ///< nobody is left to get it: release it, and forget the record
        std::vector<std::string> mixed;     ///< not one customer's alone: release it to ordinary deferral
        std::vector<std::string> not_held;  ///< not on hold any more, or gone: forget the record

        friend bool operator==(const findings&, const findings&) = default;
    };

    // ---- what happens to messages; of one that is not known nothing is noted

    /// A message came and was held (or, after a restart, is recorded as held: its recipients may be unknown
    /// until a listing shows it), or it went its ordinary way: state is held or deferred.
    void arrived(const arrival& message, mail_state state, wall_time now);
    /// So many of its recipients at the domain have got their final answer, 2xx or 5xx. True when they were
    /// the last ones.
    bool delivered(std::string_view queue_id, std::string_view domain, std::size_t recipients);
    /// We let it go to be delivered now. (To be said before the command runs, so that it is let go only
    /// once.)
    void released(std::string_view queue_id);
    /// It could not be let go: it is still held, and not to be tried again before that time. (The line may
    /// have been lost since.)
    void put_back(std::string_view queue_id, wall_time not_before);
    /// It is back in the mail system's own hands, not delivered; or we let it go to ordinary deferral.
    void deferred(std::string_view queue_id);
    /// All that was released for the customer is deferred now.
    void line_lost(std::string_view customer);
    /// Somebody else's hold has become ours.
    void adopted(std::string_view queue_id);

    // ---- listings

    void begin_listing(wall_time now);
    void listed(const listed_message& seen);
    /// ok: the listing is complete, and the owner of every recipient was known; otherwise nothing is taken
    /// for absent. What was found holds either way.
    findings end_listing(bool ok);

    /// A listing has ended while no mail moved that it could have missed, and none has failed since: what is
    /// not known here does not wait, but for what came after listed_at() by ways nobody here sees.
    [[nodiscard]] bool complete() const { return complete_; }
    /// When the last good listing began.
    [[nodiscard]] std::optional<wall_time> listed_at() const { return listed_at_; }

    // ---- questions

    [[nodiscard]] waiting_mail of_customer(std::string_view customer) const
    {
        return books_.of_customer(customer);
    }
    [[nodiscard]] waiting_mail of_domain(std::string_view domain) const { return books_.of_domain(domain); }
    /// Every customer for whom there is mail here, in the order of their names.
    [[nodiscard]] std::vector<std::string_view> customers() const { return books_.customers(); }
    [[nodiscard]] const waiting_message* find(std::string_view queue_id) const;
    [[nodiscard]] std::size_t size() const { return rows_.size(); }

    /// Says whether to go on. It must not change the ledger.
    using visitor = std::function<bool(const waiting_message&)>;
    /// What is held for a customer and may be let go now, oldest first.
    void each_held(std::string_view customer, wall_time now, const visitor& visit) const;
    /// All messages, in no order.
    void each(const visitor& visit) const;
    /// Up to so many messages that are held for longer than their customer's hold time, and may be let go
    /// now.
    [[nodiscard]] std::vector<std::string> expired(
        wall_time now, const std::function<std::chrono::seconds(std::string_view customer)>& hold_time,
        std::size_t most) const;

private:
    /// What the last listing said that is not so here.
    enum class doubt { none, absent, misplaced };
    struct row {
        waiting_message mail;
        doubt said = doubt::none;
        std::uint64_t seen = 0;  ///< the last listing that had it, or during which something happened to it
    };
    using position = std::list<row>::iterator;

    position add(waiting_message m);
    void remove(position at);
    void mark_seen(position at);
    /// The message, if it is known; from now on, something has happened to it.
    std::optional<position> touch(std::string_view queue_id);
    void set_state(waiting_message& m, mail_state state);
    void set_contents(waiting_message& m, const listed_message& seen);
    /// True when the message is where it should be, as far as is known now.
    bool judge_place(row& r, bool on_hold);
    void not_held(const waiting_message& m);

    /// In the order of `seen`: what a listing did not have is in front, and nothing else has to be looked at.
    std::list<row> rows_;
    std::unordered_map<std::string_view, position> by_id_;
    waiting_accounts books_;

    std::uint64_t listing_ = 0;  ///< number of the present listing, or the last one
    bool listing_runs_ = false;
    bool quiet_ = false;  ///< no mail we know of moved during the present listing
    wall_time listing_began_{};
    /// Messages whose end came during the present listing, which may still show them.
    std::unordered_set<std::string> ended_;
    findings findings_;
    bool complete_ = false;
    std::optional<wall_time> listed_at_;
};

}  // namespace odmr

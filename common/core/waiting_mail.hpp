// waiting_mail - messages that wait for customers, and how much it is: for whom, at which domain, since when,
// and in which order it is to be let go.
#pragma once

#include "core/envelope.hpp"
#include "core/mail_amount.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

using wall_time = std::chrono::sys_seconds;  ///< given by the caller; nothing here reads a clock

enum class mail_state {
    held,      ///< on hold on our order
    released,  ///< we have let it go to be delivered now, and do not know yet what became of it
    deferred,  ///< in the mail system's own hands: it is tried, and tried again, by its rules
    kept,      ///< on hold on somebody else's order: shown, and never touched
};

struct waiting_message {
    /// Its recipients at one domain of a customer.
    struct part {
        const std::string* customer;
        const std::string* domain;
        std::size_t recipients;  ///< who have not got it yet
    };

    std::string queue_id;
    mail_state state{};
    wall_time arrival{};
    std::uint64_t octets = 0;
    std::vector<part> parts;
    wall_time not_before{};  ///< it is not handed out for release sooner
    std::size_t others = 0;  ///< recipients of no customer, as far as they are known
};

/// What waits for a customer, or at a domain. A message to several domains counts in full at each of them,
/// and once for their customer.
struct waiting_mail {
    mail_amount all = {};  ///< but what somebody else keeps
    mail_amount held = {};
    mail_amount released = {};
    std::uint64_t kept = 0;                ///< messages
    std::optional<wall_time> oldest = {};  ///< arrival of the oldest of `all`

    friend bool operator==(const waiting_mail&, const waiting_mail&) = default;
};

/// The ledger's account books. A message is entered as it is, and taken out before any of it changes.
class waiting_accounts
{
public:
    struct older {
        bool operator()(const waiting_message* a, const waiting_message* b) const;
    };
    using queue = std::set<const waiting_message*, older>;  ///< oldest first

    /// Parts that name customers and domains as they are known here, for as long as the accounts live.
    std::vector<waiting_message::part> parts_of(const envelope& recipients);

    /// m stays where it is until it is taken out.
    void enter(const waiting_message& m);
    void take_out(const waiting_message& m);

    [[nodiscard]] waiting_mail of_customer(std::string_view customer) const;
    [[nodiscard]] waiting_mail of_domain(std::string_view domain) const;
    [[nodiscard]] const queue& held_for(std::string_view customer) const;
    [[nodiscard]] const queue& released_for(std::string_view customer) const;
    /// Every customer for whom something waits or is kept, in the order of their names.
    [[nodiscard]] std::vector<std::string_view> customers() const;
    /// Every customer for whom something is held, in the order of their names.
    [[nodiscard]] std::vector<std::string_view> customers_with_held_mail() const;
    /// Messages in the state released, for whomever.
    [[nodiscard]] std::size_t released() const { return released_; }

private:
    struct tally {
        waiting_mail count;  ///< but for `oldest`
        std::map<wall_time, std::size_t> arrivals;
    };
    struct account {
        tally waits;
        queue held;
        queue released;
    };

    static void add(tally& t, const waiting_message& m);
    static void subtract(tally& t, const waiting_message& m);
    static waiting_mail total(const tally& t);

    /// Names stay for good: there are no more of them than customers have domains.
    std::map<std::string, account, std::less<>> customers_;
    std::map<std::string, tally, std::less<>> domains_;
    std::size_t released_ = 0;
};

}  // namespace odmr

// host_mta - what the relay needs from the mail server that keeps the queue. postfix/ and sendmail/
// implement it.
//
// The relay says which domains are online and what has come; how the MTA is made to hand its mail over is the
// adapter's business.
#pragma once

#include "core/envelope.hpp"
#include "net/asio.hpp"
#include "protocol/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace odmr
{

class host_mta
{
public:
    virtual ~host_mta() = default;

    /// Begins whatever goes on by itself; it is over when what holding depends on is known.
    virtual awaitable<void> begin() = 0;

    /// A session of that customer serves the domain from now on: its mail may come.
    virtual void domain_online(const std::string& domain, const std::string& customer) = 0;
    /// Nobody serves it any more: nothing may come.
    virtual void domain_offline(const std::string& domain) = 0;

    /// The mail system accepts such a message now, for customers among others: it is in its queue in a
    /// moment.
    virtual void arrives(const arrival& message) = 0;

    /// A transaction for that domain has reached us by LMTP. queue_id is empty when the MTA does not tell.
    virtual void attempted(const std::string& domain, const std::string& queue_id) = 0;

    /// It is over. A recipient without an outcome is one that stays in the queue.
    virtual void settled(const std::string& domain, const transaction& message) = 0;

    /// How many messages the MTA could deliver for these domains; nullopt when it did not say within the
    /// limit.
    virtual awaitable<std::optional<std::size_t>> waiting(std::vector<std::string> domains,
                                                          time_limit limit) = 0;

    /// How many of them have not been attempted since their domain came online, and are thus still to come.
    /// When there are any, the MTA is asked again to hand them over. nullopt when that cannot be known.
    /// thorough: the session may end on the answer, so what is known here does not do.
    virtual awaitable<std::optional<std::size_t>> still_to_come(std::vector<std::string> domains,
                                                                bool thorough) = 0;

    // ---- mail on hold

    /// Mail for that customer may be put on hold as it arrives: it can be let go again, and it may wait.
    [[nodiscard]] virtual bool can_hold(const std::string& customer) const = 0;

    /// Why nothing is put on hold for anybody, in a few words; empty when it can be.
    [[nodiscard]] virtual std::string holding_trouble() const = 0;

    /// Messages we let go since the start because their customer had not come within its hold time.
    [[nodiscard]] virtual std::uint64_t expired() const { return 0; }

    /// There is more held mail for that customer than was known: somebody else's holds have become ours.
    virtual void held_mail_changed(const std::string& customer) = 0;

    /// Compares the ledger with the queue now; false when the queue could not be listed.
    virtual awaitable<bool> reconcile() = 0;

    /// Lets go of messages that we hold, to be delivered as ordinary mail: how many are on hold no more.
    virtual awaitable<std::size_t> let_go(std::vector<std::string> queue_ids) = 0;
};

}  // namespace odmr

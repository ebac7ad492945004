// held_mail - what odmrd has Postfix keep on hold, and how it is let go.
//
// While customers are online a loop lets go of what release_plan says, through the queue agent (postsuper -H)
// and wakes the queue manager (postkick), the more rarely the longer its deferred queue is. Every listing of
// the queue is compared with the ledger: what is finished or was not one customer's alone is let go to
// ordinary deferral, and what is not on hold any more is forgotten. Nothing is ever put on hold here: that is
// done by Postfix, as mail arrives.
#pragma once

#include "core/customer_directory.hpp"
#include "core/ledger.hpp"
#include "core/release_plan.hpp"
#include "core/settings.hpp"
#include "net/wake.hpp"
#include "postfix/queue_listing.hpp"
#include "protocol/transaction.hpp"
#include "queue/agent_client.hpp"
#include "store/hold_store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::postfix
{

class held_mail final : public listing_watcher
{
public:
    /// What it works with. All but the agent outlive it.
    struct surroundings {
        std::function<const settings&()> current;
        ledger& books;
        hold_store& records;
        const customer_directory& directory;
        std::function<std::optional<seconds>(std::string_view customer)> own_hold_time;
        std::shared_ptr<agent_client> agent;  ///< nullptr: nothing can be let go, so nothing is held
    };

    held_mail(const asio::any_io_executor& executor, surroundings with);

    /// Takes over what is recorded as held, asks how long Postfix keeps mail, and begins to let go.
    awaitable<void> begin();

    void domain_online(const std::string& customer, const std::string& domain);
    void domain_offline(const std::string& customer, const std::string& domain);
    void came(const std::string& queue_id) { plan_.came(queue_id); }
    /// True when more of it is to come, in another transaction.
    bool settled(const std::string& domain, const transaction& message);
    /// Somebody else's hold has become ours.
    void adopted() { changed_.set(); }
    [[nodiscard]] release_plan::outlook still_to_come(const std::vector<std::string>& domains) const;

    [[nodiscard]] bool can_hold(std::string_view customer) const;
    /// Why nothing can be held; empty when it can.
    [[nodiscard]] std::string trouble() const;
    /// See host_mta::let_go().
    awaitable<std::size_t> let_go(std::vector<std::string> queue_ids);
    /// Reads Postfix's lifetimes anew, and lets go of what has been on hold for too long.
    awaitable<void> expire();
    /// How many messages that were, since the start.
    [[nodiscard]] std::uint64_t expired() const { return expired_; }

    // listing_watcher
    void listing_begins() override;
    void listed(const queue_entry& entry) override;
    void listing_ends(bool ok) override;

private:
    using clock = std::chrono::steady_clock;

    awaitable<void> read_lifetimes();
    awaitable<void> release_loop();
    awaitable<void> wait_for_turn();
    awaitable<void> wake_queue_manager();
    awaitable<void> release_now(std::vector<std::string> queue_ids);
    awaitable<void> act_on(ledger::findings found);
    awaitable<std::size_t> let_go_for_good(std::vector<std::string> queue_ids, std::string why);
    awaitable<void> forget(std::vector<std::string> queue_ids);
    [[nodiscard]] clock::duration pause_between_wakes() const;
    [[nodiscard]] seconds hold_time(std::string_view customer) const;
    [[nodiscard]] release_plan::time time() const;

    asio::any_io_executor executor_;
    surroundings with_;
    release_plan plan_;
    wake_event changed_;          ///< there may be something to let go
    bool somebody_came_ = false;  ///< since the last wake: dead marks are in the way
    clock::time_point last_wake_{};
    std::uint64_t expired_ = 0;
    std::optional<seconds> longest_hold_;  ///< unknown until Postfix has said
    bool all_known_ = true;                ///< of the present listing: whose every recipient is
    std::size_t deferred_ = 0;             ///< messages in Postfix's deferred queue, anybody's
    std::size_t counted_ = 0;              ///< the same, of the present listing
};

}  // namespace odmr::postfix

// sendmail_mta - Sendmail as the host MTA: it keeps customers' mail in a queue group of its own and hands it
// over when ETRN asks for a domain's (RFC 1985), on one LMTP socket that is there as long as odmrd runs.
//
// What comes by LMTP does not say which message of the queue it is. So what is still to come is concluded
// from listings of the queue group (parked_mail): one listing after the other while anybody is online, and
// now and then otherwise. Nobody else tells of mail that odmr-milter did not see.
#pragma once

#include "core/customer_directory.hpp"
#include "core/ledger.hpp"
#include "core/settings.hpp"
#include "net/listener.hpp"
#include "net/wake.hpp"
#include "queue/host_mta.hpp"
#include "sendmail/etrn_caller.hpp"
#include "sendmail/parked_mail.hpp"
#include "sendmail/queue_listing.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::sendmail
{

class sendmail_mta final : public host_mta
{
public:
    /// What it works with, and what outlives it.
    struct surroundings {
        std::function<const settings&()> current;
        ledger& books;
        const customer_directory& directory;
        /// The only domain of any customer that begins so; nullopt when there are several, or none.
        std::function<std::optional<std::string>(std::string_view beginning)> sole_domain;
    };

    /// connected: called for each LMTP connection, with an empty domain: it may bring mail for any.
    sendmail_mta(const asio::any_io_executor& executor, surroundings with,
                 std::function<void(stream_socket, const std::string& domain)> connected);

    /// Throws std::runtime_error when lmtp_socket cannot be used.
    awaitable<void> begin() override;

    void domain_online(const std::string& domain, const std::string& customer) override;
    void domain_offline(const std::string& domain) override;
    void arrives(const arrival& message) override;
    void attempted(const std::string& domain, const std::string& queue_id) override;
    void settled(const std::string& domain, const transaction& message) override;
    awaitable<std::optional<std::size_t>> waiting(std::vector<std::string> domains,
                                                  time_limit limit) override;
    awaitable<std::optional<std::size_t>> still_to_come(std::vector<std::string> domains,
                                                        bool thorough) override;
    [[nodiscard]] bool can_hold(const std::string& customer) const override;
    [[nodiscard]] std::string holding_trouble() const override;
    void held_mail_changed(const std::string& customer) override;
    awaitable<bool> reconcile() override;
    awaitable<std::size_t> let_go(std::vector<std::string> queue_ids) override;

    /// Makes the folder of lmtp_socket when it is missing, for its owner to write and anybody to enter.
    /// Throws std::runtime_error.
    static void prepare_socket_dir(const settings& s);

private:
    using clock = std::chrono::steady_clock;
    using sightings = std::vector<sighting>;
    struct online_domain {
        parked_mail mail;
        clock::time_point last_came{};
        clock::time_point asked{};           ///< for the last time; it may lie ahead
        clock::duration spacing{};           ///< to the next time
        std::optional<sightings> seen = {};  ///< in the listing that runs, if it began while online
    };

    awaitable<void> look_now_and_then();
    [[nodiscard]] clock::time_point next_look() const;
    awaitable<void> list_all();
    void note(const queued_message& message);
    [[nodiscard]] std::optional<envelope> recipients_of(const queued_message& message) const;
    void after_listing(bool ok);
    awaitable<std::optional<std::map<std::string, sightings>>> list_domains(std::vector<std::string> domains,
                                                                            clock::duration limit);
    void ask_if_due(const std::string& domain, online_domain& state);
    void ask_for(const std::string& domain, online_domain& state, clock::duration delay);

    asio::any_io_executor executor_;
    surroundings with_;
    std::function<void(stream_socket, const std::string&)> connected_;
    std::unique_ptr<local_listener> socket_;
    etrn_caller caller_;
    std::map<std::string, online_domain, std::less<>> online_;

    // listings of everything
    wake_event changed_;       ///< there is reason to look sooner
    bool news_ = false;        ///< mail has come, or somebody, that the last listing does not know of
    unsigned looks_left_ = 0;  ///< that are to follow soon though nobody is online
    bool all_known_ = true;    ///< of the present one: whose every recipient is
    clock::time_point last_look_{};
    clock::duration cost_{};
    asio::steady_timer finished_;  ///< cancelled to wake everybody who waits for a listing
    std::uint64_t started_ = 0;    ///< how many listings began, and how many are done
    std::uint64_t done_ = 0;
    bool last_ok_ = false;
};

}  // namespace odmr::sendmail

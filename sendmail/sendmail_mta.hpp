// sendmail_mta - Sendmail as the host MTA: it keeps customers' mail in a queue group of its own and hands it
// over when ETRN asks for a domain's (RFC 1985), on one LMTP socket that is there as long as odmrd runs.
//
// What comes by LMTP does not say which message of the queue it is. So what is still to come is concluded
// from listings of the queue group (parked_mail, queue_scanner). Nobody else tells of mail that odmr-milter
// did not see.
#pragma once

#include "core/settings.hpp"
#include "net/listener.hpp"
#include "queue/host_mta.hpp"
#include "sendmail/etrn_caller.hpp"
#include "sendmail/parked_mail.hpp"
#include "sendmail/queue_scanner.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace odmr::sendmail
{

class sendmail_mta final : public host_mta
{
public:
    using surroundings = queue_scanner::surroundings;

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
    using sightings = queue_scanner::sightings;
    struct online_domain {
        parked_mail mail;
        clock::time_point last_came{};
        clock::time_point asked{};  ///< for the last time; it may lie ahead
        clock::duration spacing{};  ///< to the next time
    };

    void listed(const std::string& domain, const sightings& seen);
    awaitable<std::optional<std::map<std::string, sightings>>> list_domains(std::vector<std::string> domains,
                                                                            clock::duration limit);
    void ask_if_due(const std::string& domain, online_domain& state);
    void ask_for(const std::string& domain, online_domain& state, clock::duration delay);

    asio::any_io_executor executor_;
    std::function<const settings&()> current_;
    std::function<void(stream_socket, const std::string&)> connected_;
    std::unique_ptr<local_listener> socket_;
    etrn_caller caller_;
    std::map<std::string, online_domain, std::less<>> online_;
    queue_scanner scanner_;
};

}  // namespace odmr::sendmail

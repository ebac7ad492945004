// postfix_mta - Postfix as the host MTA: presence is a socket, and flushes make the mail come.
//
// The transport table sends each customer's domain to <socket_dir>/<domain>. That socket exists only while a
// session serves the domain. Mail that waits in the deferred queue is asked for with `postqueue -s` when the
// socket is bound, again two seconds later (a failure the queue manager processes just after the first flush
// marks the domain dead once more), and whenever mail that is known to wait does not come. Mail on hold is
// let go by held_mail.
#pragma once

#include "core/settings.hpp"
#include "net/listener.hpp"
#include "postfix/expected_mail.hpp"
#include "postfix/held_mail.hpp"
#include "postfix/queue_listing.hpp"
#include "queue/host_mta.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace odmr::postfix
{

class postfix_mta final : public host_mta
{
public:
    /// connected: called for each LMTP connection with the domain of its socket.
    postfix_mta(const asio::any_io_executor& executor, const held_mail::surroundings& with,
                std::function<void(stream_socket, const std::string& domain)> connected);

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
    [[nodiscard]] std::uint64_t expired() const override { return held_.expired(); }
    void held_mail_changed(const std::string& customer) override;
    awaitable<bool> reconcile() override;
    awaitable<std::size_t> let_go(std::vector<std::string> queue_ids) override;

    /// Makes the socket folder when it is missing, for its owner and Postfix's group only, and removes
    /// sockets that a killed predecessor left there. Throws std::runtime_error.
    static void prepare_socket_dir(const settings& s);

private:
    using clock = std::chrono::steady_clock;
    struct online_domain {
        std::string customer;
        std::unique_ptr<local_listener> socket;
        expected_mail mail;
        clock::time_point last_came{};
        clock::time_point last_flush{};
        clock::time_point last_flush_by_id{};
    };

    [[nodiscard]] std::size_t known_to_wait(const std::vector<std::string>& domains) const;
    [[nodiscard]] std::size_t not_seen(const std::string& domain, const expected_mail& mail) const;
    [[nodiscard]] bool mail_comes(const std::vector<std::string>& domains) const;
    awaitable<void> reconcile_now_and_then();
    awaitable<void> flush_when_bound(std::string domain, std::weak_ptr<online_domain> while_online);
    awaitable<void> flush(std::string domain);
    awaitable<void> flush_ids(std::vector<std::string> queue_ids);
    awaitable<void> run_postqueue(std::vector<std::string> request);
    void flush_again(const std::string& domain, online_domain& state);

    asio::any_io_executor executor_;
    std::function<const settings&()> current_;
    std::function<void(stream_socket, const std::string&)> connected_;
    const ledger& books_;
    held_mail held_;
    queue_listing listing_;
    std::map<std::string, std::shared_ptr<online_domain>, std::less<>> online_;
    /// The last listing made for an ATRN, when its domains were not online yet and nothing moved.
    std::shared_ptr<const listing> before_;
    clock::time_point before_read_{};
};

}  // namespace odmr::postfix

// relay_session - a customer's connection after the turn: runs the engine smtp_client on it, takes the mail
// of the customer's domains while it lasts, and ends it with QUIT when nothing is left and the customer has
// lingered long enough.
#pragma once

#include "core/pipeline_caution.hpp"
#include "core/presence.hpp"
#include "core/stall_watch.hpp"
#include "net/connection.hpp"
#include "net/record_writer.hpp"
#include "net/wake.hpp"
#include "odmrd/session_registry.hpp"
#include "protocol/smtp_client.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace odmr
{

class service;

class relay_session final : public std::enable_shared_from_this<relay_session>, public mail_route
{
public:
    struct who {
        std::string session;  ///< id, for the log
        std::string customer;
        std::vector<std::string> domains;  ///< to serve, in lower case
        seconds linger{};                  ///< how long to stay when nothing is left
    };

    relay_session(service& all, std::shared_ptr<connection> line, who w);
    ~relay_session() override;

    /// Until the connection is over. Every transaction taken is settled then.
    awaitable<void> run();
    /// Fills in what there is to be seen since the turn.
    void show(session_view& v) const;
    /// Ends in good order: what is on the wire is finished, then QUIT.
    void stop(std::string_view why);
    /// Ends now.
    void abort(std::string_view reason);

    // mail_route
    [[nodiscard]] const std::string& customer() const override { return who_.customer; }
    [[nodiscard]] const capabilities& offers() const override { return client_.offers(); }
    [[nodiscard]] std::uint64_t load() const override;
    void probe() override;
    void submit(std::shared_ptr<transaction> message) override;

private:
    using clock = std::chrono::steady_clock;

    awaitable<void> write_loop();
    awaitable<void> watch_idle();
    void pump();
    void close_when_over();
    void lost(error_code error);
    void give_up(std::string_view reason);
    void blame_pipelining(const smtp_client::event& closed);
    void watch_time();
    void watch_stall();
    void look_for_stall();
    void ready();
    void log_outcomes(const transaction& message);
    /// No mail under way. (A NOOP may be.)
    [[nodiscard]] bool quiet() const { return client_.ready() && client_.open_transactions() == 0; }

    service& service_;
    std::shared_ptr<connection> connection_;
    record_writer writer_;
    who who_;
    pipeline_trust trust_;
    smtp_client client_;
    wake_event writable_;      ///< there is output, or it is over
    wake_event idle_changed_;  ///< quiet or not, or it is over
    asio::steady_timer step_deadline_;
    std::uint64_t step_watched_ = 0;
    stall_watch stall_watch_;
    asio::steady_timer stall_look_;
    bool stall_look_comes_ = false;
    bool was_quiet_ = false;
    clock::time_point idle_since_{};
    clock::time_point begun_{};
    std::string end_reason_;
    bool servers_doing_ = true;  ///< that it ended, and not the line's or ours
    std::size_t delivered_ = 0;  ///< recipients, by outcome
    std::size_t deferred_ = 0;
    std::size_t refused_ = 0;
};

}  // namespace odmr

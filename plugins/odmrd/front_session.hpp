// front_session - a customer's connection up to the turn: runs the engine odmr_server on it, answers what the
// engine asks (TLS, AUTH, ATRN), and hands the line over to a relay_session when it has turned round (RFC
// 2645 5).
#pragma once

#include "auth/sasl.hpp"
#include "core/atrn_decision.hpp"
#include "net/connection.hpp"
#include "odmrd/session_registry.hpp"
#include "protocol/odmr_server.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace odmr
{

class relay_session;
class service;

class front_session final : public std::enable_shared_from_this<front_session>, public session
{
public:
    enum class tls_mode { starttls, implicit };

    /// Begins to talk, or refuses when there are too many sessions. It keeps itself alive until the
    /// connection is over.
    static void start(service& all, stream_socket socket, tls_mode mode);
    ~front_session() override;

    [[nodiscard]] const std::string& peer_address() const override { return connection_->peer_address(); }
    [[nodiscard]] const std::string& customer() const override { return engine_.account(); }
    [[nodiscard]] session_view view() const override;
    void stop(std::string_view why) override;
    void abort() override;

private:
    front_session(service& all, stream_socket socket, tls_mode mode);

    awaitable<void> run();
    awaitable<bool> perform(odmr_server::action what);
    awaitable<bool> read();
    awaitable<bool> write(std::string octets);
    awaitable<bool> start_tls();
    awaitable<void> take_pending();
    awaitable<void> sasl_step(std::optional<std::string> response);
    awaitable<void> decide(std::vector<std::string> asked);
    awaitable<void> turn();
    void admit();
    void limit_session();
    void log_end(std::string_view reason);

    service& service_;
    std::shared_ptr<connection> connection_;
    tls_mode mode_;
    std::shared_ptr<sasl_server> sasl_;  ///< as it was when the session began: EHLO's promise holds
    std::string id_;
    std::chrono::system_clock::time_point connected_ = std::chrono::system_clock::now();
    odmr_server engine_;
    std::unique_ptr<sasl_exchange> exchange_;
    std::string mechanism_;
    atrn_decision decision_;
    seconds linger_{};
    std::shared_ptr<relay_session> relay_;
    asio::steady_timer session_deadline_;
    std::uint64_t command_watched_ = 0;
    std::chrono::steady_clock::time_point command_deadline_{};
    bool stopping_ = false;
};

}  // namespace odmr

// lmtp_session - one LMTP connection of the host MTA: runs the engine lmtp_server on it and hands each
// transaction to the customer's session (RFC 2033).
#pragma once

#include "core/open_messages.hpp"
#include "net/connection.hpp"
#include "net/wake.hpp"
#include "protocol/lmtp_server.hpp"

#include <memory>
#include <optional>
#include <string>

namespace odmr
{

class mail_route;
class service;

class lmtp_session final : public std::enable_shared_from_this<lmtp_session>,
                           private lmtp_server::recipient_check
{
public:
    /// Begins to talk. domain: whose socket it came in by; only that domain's mail is taken. The session
    /// keeps itself alive until the connection is over.
    static std::shared_ptr<lmtp_session> start(service& all, stream_socket socket, const std::string& domain);

    /// The domain went offline, or other sessions serve it now: ends between transactions.
    void shut_down();

private:
    lmtp_session(service& all, stream_socket socket, std::string domain);

    awaitable<void> run();
    awaitable<bool> relay_content();
    awaitable<bool> read();
    awaitable<bool> write();
    void submit(const std::shared_ptr<transaction>& message);
    std::optional<reply> refuse(const transaction& message, const recipient& to) override;
    [[nodiscard]] mail_route* route_for(const transaction& message) const;
    [[nodiscard]] reply no_route_for(const transaction& message) const;
    /// What LHLO said about the customer holds no more.
    [[nodiscard]] bool offers_changed() const;

    service& service_;
    std::string domain_;
    std::optional<capabilities> offered_;  ///< by the customer's sessions when this connection began
    std::shared_ptr<connection> connection_;
    wake_event progress_;  ///< the transaction was settled, or content was taken
    std::optional<lmtp_server> engine_;
    open_messages::place place_;  ///< of the transaction under way
};

}  // namespace odmr

// lmtp_session - one LMTP connection of the host MTA: runs the engine lmtp_server on it and hands each
// transaction to the customer's session (RFC 2033).
#pragma once

#include "core/lmtp_admission.hpp"
#include "net/connection.hpp"
#include "net/wake.hpp"
#include "protocol/lmtp_server.hpp"

#include <memory>
#include <optional>
#include <string>

namespace odmr
{

class service;

class lmtp_session final : public std::enable_shared_from_this<lmtp_session>,
                           private lmtp_server::recipient_check
{
public:
    /// Begins to talk. domain: whose socket it came in by, and only that domain's mail is taken; empty: any
    /// customer's. The session keeps itself alive until the connection is over.
    static std::shared_ptr<lmtp_session> start(service& all, stream_socket socket, const std::string& domain);

    /// The domain went offline, or other sessions serve it now: ends between transactions.
    void shut_down();
    /// Others are online now, or offer something else: when what was promised for all of them holds no more,
    /// ends where that costs the host MTA no message.
    void presence_changed();

private:
    lmtp_session(service& all, stream_socket socket, std::string domain);

    awaitable<void> run();
    awaitable<bool> relay_content();
    awaitable<bool> read();
    awaitable<bool> write();
    void submit(const std::shared_ptr<transaction>& message);
    std::optional<reply> refuse(const transaction& message, const recipient& to) override;
    void settled(const transaction& message);

    service& service_;
    std::string domain_;
    lmtp_admission admission_;
    std::shared_ptr<connection> connection_;
    wake_event progress_;  ///< the transaction was settled, or content was taken
    std::optional<lmtp_server> engine_;
};

}  // namespace odmr

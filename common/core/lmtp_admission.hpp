// lmtp_admission - what one LMTP connection of the mail system is promised, which recipients are taken on it,
// and which customer's session gets the message.
//
// A transaction belongs to the session that serves all of its recipients' domains, and so to one customer:
// the others' recipients are refused for now, and come in a transaction of their own.
#pragma once

#include "core/lmtp_scope.hpp"
#include "core/open_messages.hpp"
#include "core/presence.hpp"
#include "core/settings.hpp"
#include "protocol/transaction.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace odmr
{

class lmtp_admission
{
public:
    /// domain: the only one whose mail may come; empty: any. What it looks at must outlive it.
    lmtp_admission(const std::string& domain, const presence& online, open_messages& open,
                   const settings& config);

    /// What is offered in the reply to LHLO; nullopt when nothing can come.
    std::optional<capabilities> promise();
    /// What was promised holds no more: a new connection would be promised something else.
    [[nodiscard]] bool promise_broken() const;

    /// A refusal, or nullopt when the recipient is taken. message: with the recipients taken so far.
    std::optional<reply> refuse(const transaction& message, const recipient& to);
    /// The domains of the recipients taken, in lower case, each once.
    [[nodiscard]] const std::vector<std::string>& domains() const { return domains_; }
    /// The session that takes the message as it is; where 8-bit content may go anywhere, the next best.
    /// nullptr when there is none any more.
    [[nodiscard]] mail_route* route_for(const transaction& message) const;
    /// What is said when there is none.
    [[nodiscard]] reply no_route_for(const transaction& message) const;
    /// The transaction is over.
    void over();

private:
    const presence& online_;
    open_messages& open_;
    const settings& config_;
    std::unique_ptr<lmtp_scope> scope_;
    std::optional<capabilities> offered_;  ///< when this connection began
    std::vector<std::string> domains_;     ///< of the transaction under way
    open_messages::place place_;           ///< the same
};

}  // namespace odmr

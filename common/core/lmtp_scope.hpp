// lmtp_scope - whose mail an LMTP connection brings, and what may be promised for all of it in the reply to
// LHLO.
//
// Postfix has a socket for each domain that is online. Sendmail has one for all domains, which is always
// there: an LHLO reply on it speaks for every customer.
#pragma once

#include "core/presence.hpp"
#include "core/settings.hpp"
#include "protocol/capabilities.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace odmr
{

class lmtp_scope
{
public:
    virtual ~lmtp_scope() = default;
    /// domain: in lower case.
    [[nodiscard]] virtual bool includes(std::string_view domain) const = 0;
    /// What is offered now; nullopt when a connection that begins now has no use.
    [[nodiscard]] virtual std::optional<capabilities> offers() const = 0;
    /// What offers() said at an earlier time holds no more.
    [[nodiscard]] virtual bool broken(const capabilities& offered) const = 0;
};

/// The scope of that domain; of all domains when it is empty. What it looks at must outlive it.
std::unique_ptr<lmtp_scope> scope_of(const std::string& domain, const presence& online,
                                     const settings& config);

}  // namespace odmr

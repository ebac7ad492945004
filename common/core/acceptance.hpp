// acceptance - whether a customer's server can take a message: what the server offers against what the
// message asks for (RFC 1870, RFC 3461, RFC 6152, RFC 6531).
//
// The host MTA may look at the LHLO reply and decide by itself. It is decided here all the same, before any
// content is sent: an LHLO reply speaks for all sessions of a customer, this speaks for one of them.
#pragma once

#include "core/settings.hpp"
#include "protocol/capabilities.hpp"
#include "protocol/transaction.hpp"

#include <cstdint>
#include <optional>

namespace odmr
{

/// What the host MTA is offered for a customer whose server offers this.
capabilities promise_to_mta(capabilities customer, eight_bit_content rule);

/// Why a server that offers this cannot take the message for this recipient (who need not be among its
/// recipients yet); nullopt when it can. The reply is permanent when the message cannot become acceptable,
/// 4yz when the host MTA only has to send it in another form.
std::optional<reply> cannot_take(const capabilities& offers, const transaction& message, const recipient& to,
                                 eight_bit_content rule);

/// True when the server can take the message for all its recipients.
bool can_take(const capabilities& offers, const transaction& message, eight_bit_content rule);

/// True when a server that offers this says that it takes no message of that size.
bool too_large(const capabilities& offers, std::uint64_t size);

/// What is said about a message that is too large (RFC 1870 6.1, 6.4).
reply too_large_reply();

}  // namespace odmr

// acceptance - what a server offers against what a message asks for (RFC 1870, RFC 3461, RFC 6152, RFC 6531).
#include "core/acceptance.hpp"

#include "protocol/ascii.hpp"
#include "protocol/command.hpp"

#include <algorithm>

namespace odmr
{

namespace
{

bool declared_eight_bit(const transaction& message)
{
    const esmtp_parameter* body = find_parameter(message.parameters, "BODY");
    return body != nullptr && body->value && equal_no_case(*body->value, "8BITMIME");
}

bool asks_for_reports(const transaction& message, const recipient& to)
{
    const auto among = [](const esmtp_parameters& list, const char* keyword) {
        return find_parameter(list, keyword) != nullptr;
    };
    return among(message.parameters, "RET") || among(message.parameters, "ENVID") ||
           among(to.parameters, "NOTIFY") || among(to.parameters, "ORCPT");
}

/// RFC 6531 3.5 says which code belongs to which address.
std::optional<reply> needs_smtputf8(const transaction& message, const recipient& to)
{
    if (!is_ascii(to.path.text))
        return reply(553, "5.6.7", "the customer's server takes only addresses in ASCII");
    if (!is_ascii(message.sender.text))
        return reply(550, "5.6.7", "the customer's server takes only senders in ASCII");
    if (find_parameter(message.parameters, "SMTPUTF8") != nullptr)
        return reply(550, "5.6.9", "the customer's server takes no headers in UTF-8");
    return std::nullopt;
}

std::optional<reply> needs_8bitmime(const transaction& message, eight_bit_content rule)
{
    if (rule == eight_bit_content::pass || !declared_eight_bit(message))
        return std::nullopt;
    if (rule == eight_bit_content::refuse)
        return reply(554, "5.6.3", "the customer's server takes no 8-bit content");
    // It was offered when the MTA began, or the MTA would have converted it; so it will the next time.
    return reply(451, "4.6.3", "the customer's server takes no 8-bit content any more");
}

}  // namespace

capabilities promise_to_mta(capabilities customer, eight_bit_content rule)
{
    // Without the offer the MTA converts 8-bit content, which no signature over it survives.
    customer.eight_bit_mime = customer.eight_bit_mime || rule != eight_bit_content::convert;
    return customer;
}

std::optional<reply> cannot_take(const capabilities& offers, const transaction& message, const recipient& to,
                                 eight_bit_content rule)
{
    if (too_large(offers, known_size(message)))
        return too_large_reply();
    if (!offers.smtputf8)
        if (auto refusal = needs_smtputf8(message, to))
            return refusal;
    if (!offers.eight_bit_mime)
        if (auto refusal = needs_8bitmime(message, rule))
            return refusal;
    // RFC 3461 5.2.2: who sends a message on without these owes its sender a report. The MTA writes that one
    // when it is not offered DSN; it was, so it has to come again.
    if (!offers.dsn && asks_for_reports(message, to))
        return reply(451, "4.3.3", "the customer's server takes no requests for reports any more");
    return std::nullopt;
}

bool can_take(const capabilities& offers, const transaction& message, eight_bit_content rule)
{
    return std::none_of(message.recipients.begin(), message.recipients.end(), [&](const recipient& to) {
        return cannot_take(offers, message, to, rule).has_value();
    });
}

bool too_large(const capabilities& offers, std::uint64_t size)
{
    return offers.size && offers.size_limit > 0 && size > offers.size_limit;
}

reply too_large_reply()
{
    return {552, "5.3.4", "message is larger than the customer's server takes"};
}

}  // namespace odmr

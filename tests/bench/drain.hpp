// drain - a customer comes, says ATRN and takes all of its mail as fast as it is brought.
#pragma once

#include "bench/mail_book.hpp"
#include "bench/quick_server.hpp"
#include "bench/site.hpp"

#include <cstddef>

namespace odmr::bench
{

struct drained {
    std::size_t messages = 0;
    clock::duration first{};  ///< from ATRN to the end of the first message
    clock::duration all{};    ///< to the end of the last one
};

/// Without delay, with PIPELINING, in one session; the mail can be any. Throws std::runtime_error when odmrd
/// refuses, or does not end the session in good order.
drained drain(const site& provider, std::size_t customer);

/// A customer's line and its server.
struct customer_line {
    test::milliseconds round_trip{0};
    bool tls = false;
    std::size_t sessions = 1;
    quick_server::behaviour server = {};
};

/// When ATRN was said. Throws std::runtime_error when odmrd refuses, does not end the sessions in good order,
/// or brings anything else than what is in the book.
clock::time_point drain(const site& provider, std::size_t customer, const customer_line& line,
                        mail_book& book);

/// The same Postfix delivers this customer's mail to an LMTP server in odmrd's place, which answers at once.
/// When it was let go. Throws std::runtime_error when it is not what is in the book.
clock::time_point deliver_straight(const site& provider, std::size_t customer, mail_book& book);

}  // namespace odmr::bench

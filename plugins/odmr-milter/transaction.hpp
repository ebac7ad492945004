// transaction - one mail transaction as a mail filter sees it, put to odmrd as the questions of Postfix's
// policy protocol. It knows neither libmilter nor sockets.
#pragma once

#include "milter/policy_pool.hpp"
#include "protocol/policy_client.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::milter
{

/// An address as it stands in MAIL or RCPT, "<@relay:\"a b\"@example.org>", as the policy protocol has it:
/// without brackets, source route and quoting. What is no address stays as it is, without brackets.
std::string plain_address(std::string_view given);

/// An enhanced status code or text may hold nothing that libmilter takes for a format or refuses: '%' is
/// doubled, other octets than printable ASCII become '?', and it ends where libmilter's limit is.
std::string reply_text(std::string_view text);

class transaction
{
public:
    /// The words of MAIL: the sender, then the ESMTP parameters. instance: no other transaction has it.
    transaction(std::unique_ptr<policy_line> line, std::string instance,
                const std::vector<std::string_view>& mail);

    /// A recipient, as it stands in RCPT. `refuse`, or `pass`.
    policy_verdict recipient(std::string_view given);

    /// The message is about to be accepted. queue_id and size: as the mail system names them, empty when it
    /// does not. `hold`, or `pass`.
    policy_verdict end_of_message(std::string_view queue_id, std::string_view size);

private:
    [[nodiscard]] policy_request question(std::string_view state) const;

    std::unique_ptr<policy_line> line_;
    std::string instance_;
    std::string sender_;
    std::uint64_t announced_size_ = 0;
    std::uint64_t recipients_ = 0;  ///< that were not refused here
    std::string last_recipient_;
};

}  // namespace odmr::milter

// atrn_decision - may this customer have the mail of these domains (RFC 2645 5.2.1)?
#pragma once

#include "protocol/reply.hpp"

#include <optional>
#include <string>
#include <vector>

namespace odmr
{

struct atrn_decision {
    reply answer;                      ///< 250 = turn round; 450, 453 otherwise
    std::vector<std::string> domains;  ///< to serve, when the answer is 250
    std::string reason;                ///< for the log, when it is not
};

/// All or nothing: one domain that is not the customer's refuses the list with 450.
/// asked: in lower case, none = all of `owned`.
atrn_decision decide_atrn(const std::vector<std::string>& owned, const std::vector<std::string>& asked);

/// waiting: how many messages wait for the domains, nullopt when that is not known for sure. Without mail the
/// answer is 453, unless the customer lingers for mail to come (RFC 2645 5.2.1 allows 250 then); in doubt
/// 250.
void weigh_waiting_mail(atrn_decision& decision, std::optional<std::size_t> waiting, bool lingers);

}  // namespace odmr

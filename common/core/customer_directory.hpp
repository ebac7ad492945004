// customer_directory - what the rules about mail on its way in must know of customers: an interface, because
// it is asked about every recipient of the host's mail and so has to answer from memory.
#pragma once

#include "core/mail_amount.hpp"

#include <string>
#include <string_view>

namespace odmr
{

/// The customer a domain belongs to, as seen from that domain.
struct customer_view {
    std::string name;
    bool enabled = true;
    bool has_recipient_list = false;  ///< the domain names the addresses it takes mail for
    mail_amount limit = {};           ///< of what may wait for the customer; 0 = none
};

enum class known { yes, no, cannot_say };  ///< cannot_say: not now, perhaps later

class customer_directory
{
public:
    struct owner {
        known found = known::no;
        customer_view customer = {};  ///< when found
    };

    virtual ~customer_directory() = default;
    /// domain: in lower case.
    [[nodiscard]] virtual owner owner_of(std::string_view domain) const = 0;
    /// Is this very address on the domain's list? Both in lower case, as far as they are ASCII.
    [[nodiscard]] virtual known has_recipient(std::string_view local, std::string_view domain) const = 0;
};

}  // namespace odmr

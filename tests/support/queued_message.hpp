// queued_message - a message in the queue of a mail system, as the tests see it.
#pragma once

#include <string>
#include <vector>

namespace odmr::test
{

struct queued_message {
    struct recipient {
        std::string address;
        std::string delay_reason;
    };
    std::string
        queue_name;  ///< of Postfix "deferred", "active", "incoming" or "hold"; of Sendmail its queue group
    std::string queue_id;
    std::string sender;
    std::vector<recipient> recipients;
    /// The queue id its sender was told: Sendmail makes several of a message that goes several ways.
    std::string accepted_as = queue_id;
};

}  // namespace odmr::test

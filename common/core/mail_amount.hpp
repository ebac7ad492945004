// mail_amount - how much mail: a limit, what waits, what may be let go.
#pragma once

#include <cstdint>

namespace odmr
{

struct mail_amount {
    std::uint64_t messages = 0;
    std::uint64_t octets = 0;

    friend bool operator==(const mail_amount&, const mail_amount&) = default;
};

}  // namespace odmr

// mail_intake - what the daemon answers about arriving mail, whatever connection asks: the interceptor's
// rules put together with who is online, what waits, and the records of held mail.
#pragma once

#include "core/customer_directory.hpp"
#include "core/interceptor.hpp"
#include "core/ledger.hpp"
#include "core/presence.hpp"
#include "store/hold_store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace odmr
{

class mail_intake final : public interceptor_host
{
public:
    /// The rest of the daemon, which outlives this.
    struct surroundings {
        const customer_directory& customers;
        const presence& online;
        ledger& waiting;
        std::function<bool(const std::string& customer)> can_hold;  ///< the mail system, mail for that one
        std::function<void(const arrival& message)> arrives;  ///< the mail system is told of such a message
        hold_store& holds;
    };

    /// Since the start.
    struct counters {
        std::uint64_t requests = 0;           ///< all that were answered: 0 when no mail system ever asked
        std::uint64_t malformed = 0;          ///< of them, could not be understood
        std::uint64_t held = 0;               ///< messages
        std::uint64_t passed = 0;             ///< messages with recipients at customers', not held
        std::uint64_t unknown_recipient = 0;  ///< refused recipients, here and below
        std::uint64_t disabled = 0;
        std::uint64_t full = 0;
    };

    explicit mail_intake(surroundings rest) : rest_(std::move(rest)) {}

    [[nodiscard]] const customer_directory& directory() const { return rest_.customers; }
    [[nodiscard]] const counters& counts() const { return counts_; }

    // what policy connections tell
    void asked() { ++counts_.requests; }
    void asked_nonsense() { ++counts_.malformed; }

    // what their interceptors ask and tell
    [[nodiscard]] bool online(std::string_view domain) const override;
    [[nodiscard]] mail_amount waiting(std::string_view customer) const override;
    [[nodiscard]] bool record_hold(const arrival& message) override;
    void passed(const arrival& message) override;
    void refused(refusal why) override;

private:
    bool write_record(const hold& record);

    surroundings rest_;
    counters counts_;
    bool records_fail_ = false;
    std::chrono::steady_clock::time_point next_record_{};  ///< not before
};

}  // namespace odmr

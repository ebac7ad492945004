#include "odmrd/mail_intake.hpp"

#include "log/log.hpp"
#include "store/customer_store.hpp"

#include <string>
#include <utility>

namespace odmr
{

namespace
{

// Each attempt to write may stop the whole daemon for as long as another program has the database locked
// (a fifth of a second). Meanwhile mail is merely deferred.
constexpr auto pause_after_failure = std::chrono::seconds(1);

wall_time now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

bool mail_intake::online(std::string_view domain) const
{
    return rest_.online.route_to(domain) != nullptr;
}

mail_amount mail_intake::waiting(std::string_view customer) const
{
    return rest_.waiting.of_customer(customer).all;
}

bool mail_intake::record_hold(const arrival& message)
{
    const std::string customer(message.recipients.sole_customer());
    const wall_time arrived = now();
    if (!rest_.can_hold(customer) ||
        !write_record({.queue_id = message.queue_id, .customer = customer, .arrived = arrived}))
        return false;
    rest_.waiting.arrived(message, mail_state::held, arrived);
    ++counts_.held;
    log::debug("held", {{"queue_id", message.queue_id}, {"customer", customer}});
    return true;
}

bool mail_intake::write_record(const hold& record)
{
    const auto present = std::chrono::steady_clock::now();
    if (present < next_record_)
        return false;
    try {
        rest_.holds.add_hold(record);
    } catch (const database_failure& problem) {
        next_record_ = std::chrono::steady_clock::now() + pause_after_failure;
        if (!std::exchange(records_fail_, true))
            log::error("hold-not-recorded", {{"queue_id", record.queue_id}, {"reason", problem.what()}});
        return false;
    }
    if (std::exchange(records_fail_, false))
        log::info("holds-recorded-again");
    return true;
}

void mail_intake::passed(const arrival& message)
{
    rest_.waiting.arrived(message, mail_state::deferred, now());
    ++counts_.passed;
    rest_.arrives(message);
}

void mail_intake::refused(refusal why)
{
    switch (why) {
        case refusal::unknown_recipient:
            ++counts_.unknown_recipient;
            break;
        case refusal::disabled:
            ++counts_.disabled;
            break;
        case refusal::full:
            ++counts_.full;
            break;
    }
}

}  // namespace odmr

// lifetimes - how long Sendmail keeps mail for a customer who does not come, and what senders hear meanwhile.
// Both are for the whole instance.
#include "sendmail/lifetimes.hpp"

#include "core/units.hpp"
#include "sendmail/check/points.hpp"

#include <chrono>

namespace odmr::sendmail
{

namespace
{

using days = std::chrono::duration<seconds::rep, std::ratio<24 * 3600>>;

/// The times of the parameter: for all mail, and for mail of each precedence or kind that has its own.
std::vector<std::pair<std::string, std::string>> times_of(const cf_file& sendmail, const std::string& name,
                                                          const std::string& otherwise)
{
    const std::string common = sendmail.option(name);
    std::vector<std::pair<std::string, std::string>> found{{name, common.empty() ? otherwise : common}};
    for (const char* kind : {".normal", ".urgent", ".non-urgent", ".dsn"})
        if (std::string own = sendmail.option(name + kind); !own.empty())
            found.emplace_back(name + kind, std::move(own));
    return found;
}

}  // namespace

/// While it waits, and not only when an attempt fails, mail is returned when it is older than this.
void check_lifetime(const surroundings& here, report& out)
{
    const longest_hold_time hold = longest_hold_time_of(here.odmr, here.subject);
    const auto needed = std::chrono::ceil<days>(hold.time + days(1));
    bool well = true;
    for (const auto& [name, value] : times_of(here.sendmail, "Timeout.queuereturn", "5d")) {
        if (parse_time(value, days(1)).value_or(seconds(0)) >= hold.time + days(1))
            continue;
        well = false;
        out.error(
            name + " is " + value + ", and " + hold.whose + " is " + format_duration(hold.time) +
                ", which must be a day less: mail is returned before that.",
            in_sendmail_mc("define(`confTO_QUEUERETURN', `" + std::to_string(needed.count()) + "d')dnl"));
    }
    if (well)
        out.ok("Mail waits at least a day longer than " + hold.whose + " asks for (" +
               format_duration(hold.time) + ").");
}

void check_delay_warning(const surroundings& here, report& out)
{
    bool well = true;
    for (const auto& [name, value] : times_of(here.sendmail, "Timeout.queuewarn", "0")) {
        if (parse_time(value, std::chrono::hours(1)) == seconds(0))
            continue;
        well = false;
        out.warning(
            name + " is " + value +
                ": senders are told after that time that their mail to an absent customer is late. It is for"
                " the whole Sendmail; a second instance for customers' mail can have its own.",
            in_sendmail_mc("define(`confTO_QUEUEWARN', `0')dnl"));
    }
    if (well)
        out.ok("Nobody is told that mail waits for its customer.");
}

}  // namespace odmr::sendmail

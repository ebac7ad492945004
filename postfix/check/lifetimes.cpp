// lifetimes - mail that was let go from hold is returned at the first attempt that fails when it is older
// than Postfix's queue lifetimes. So both are a day longer than anything may be on hold.
#include "postfix/lifetimes.hpp"

#include "core/units.hpp"
#include "postfix/check/points.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace odmr::postfix
{

namespace
{

using days = std::chrono::duration<seconds::rep, std::ratio<24 * 3600>>;

constexpr seconds most = days(100);  // postconf(5): "the maximal value" of both lifetimes
constexpr seconds spare = days(1);

/// What to change so that both are right.
remedy longer_lifetime(const std::string& parameter, const longest_hold_time& hold)
{
    if (hold.time + spare > most)
        return in_odmr_conf("hold_time", format_duration(most - spare));
    const auto needed = std::chrono::ceil<days>(hold.time + spare);
    return in_main_cf(parameter, std::to_string(needed.count()) + "d");
}

void check_lifetime(const surroundings& here, report& out, const std::string& parameter)
{
    const longest_hold_time hold = longest_hold_time_of(here.odmr, here.subject);
    const std::string& value = here.postfix.value(parameter);
    const auto lifetime = parse_lifetime(value);
    if (!lifetime || *lifetime == seconds(0)) {
        out.error("With \"" + value + "\" no mail can wait for its customer.",
                  longer_lifetime(parameter, hold));
        return;
    }
    const seconds possible = longest_hold(*lifetime, *lifetime);
    if (hold.time > possible)
        out.error(
            "It is " + value + ", and " + hold.whose + " is " + format_duration(hold.time) +
                ", which must be a day less: mail let go later could be returned at the first failed"
                " attempt. So odmrd " +
                (possible == seconds(0) ? "puts nothing on hold."
                                        : "holds no mail for longer than " + format_duration(possible) + "."),
            longer_lifetime(parameter, hold));
    else
        out.ok(value + " is at least a day longer than mail is held (" + format_duration(hold.time) + ").");
}

}  // namespace

void check_maximal_lifetime(const surroundings& here, report& out)
{
    check_lifetime(here, out, "maximal_queue_lifetime");
}

/// The same for mail with the null sender.
void check_bounce_lifetime(const surroundings& here, report& out)
{
    check_lifetime(here, out, "bounce_queue_lifetime");
}

/// Held mail makes no such notices, but what waits in the deferred queue does.
void check_delay_warning(const surroundings& here, report& out)
{
    const std::string parameter = "delay_warning_time";
    const std::string& value = here.postfix.value(parameter);
    if (parse_lifetime(value) == seconds(0))
        out.ok("Nobody is told that mail waits for its customer.");
    else
        out.warning("Senders are told after " + value + " that their mail to an absent customer is late.",
                    in_main_cf(parameter, "0h"));
}

}  // namespace odmr::postfix

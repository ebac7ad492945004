// check_report - what a comparison of a mail system's configuration with what odmr needs finds, point by
// point, and what to change.
#pragma once

#include "core/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odmr
{

/// ok: as it should be. warning: it works, but not as well as it could, or not for all mail; or it cannot be
/// told. error: odmr does not work as it should, or mail is returned or delayed that need not be.
enum class check_state { ok, warning, error };

/// What to change, as it has to be written.
struct remedy {
    enum class place {
        none,
        main_cf,      ///< text replaces the line of that parameter, if there is one
        master_cf,    ///< text is one or more lines, the comment says where
        sendmail_mc,  ///< text is one or more lines, in place of those that say the same otherwise
        odmr_conf,
        shell,  ///< text is a command
    };
    place where = place::none;
    std::string text = {};
};

struct finding {
    std::string point;  ///< what was looked at: a parameter, "odmr/unix", a command
    check_state state = check_state::ok;
    std::string text;  ///< whole sentences for the administrator
    remedy fix = {};
};

/// What is to be served.
struct check_subject {
    struct customer {
        std::string name;
        std::optional<seconds> hold_time;  ///< instead of the configured one
    };
    std::vector<customer> customers;
    std::vector<std::string> domains;  ///< of all of them, in lower case, sorted
};

/// Where a point puts what it found.
class report
{
public:
    explicit report(std::vector<finding>& into) : findings_(into) {}

    void begin(std::string_view point) { point_ = point; }

    void ok(std::string text) { add(check_state::ok, std::move(text), {}); }
    void warning(std::string text, remedy fix = {})
    {
        add(check_state::warning, std::move(text), std::move(fix));
    }
    void error(std::string text, remedy fix = {})
    {
        add(check_state::error, std::move(text), std::move(fix));
    }
    void add(check_state state, std::string text, remedy fix)
    {
        findings_.push_back({point_, state, std::move(text), std::move(fix)});
    }

private:
    std::vector<finding>& findings_;
    std::string point_;
};

/// "parameter = value" for odmr.conf.
remedy in_odmr_conf(const std::string& parameter, const std::string& value);
remedy by_command(std::string command);

/// "a, b, c and 17 more".
std::string some_of(const std::vector<std::string>& names);

/// The longest time mail may be held for anybody.
struct longest_hold_time {
    seconds time{};
    std::string whose = "hold_time";  ///< the parameter, or "customer alice's hold time"
};
longest_hold_time longest_hold_time_of(const settings& s, const check_subject& subject);

}  // namespace odmr

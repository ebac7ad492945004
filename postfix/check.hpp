// check - compares a Postfix as it is configured now with what odmr needs, point by point, and says what to
// change.
//
// Nothing is changed here. What is read is postconf's view of main.cf and master.cf, the lookup tables by
// postmap, the sockets as Postfix sees them, and one harmless question to the policy server.
#pragma once

#include "core/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace odmr::postfix
{

/// ok: as it should be. warning: it works, but not as well as it could, or not for all mail; or it cannot be
/// told. error: odmr does not work as it should, or mail is returned or delayed that need not be.
enum class check_state { ok, warning, error };

/// What to change, as it has to be written.
struct remedy {
    enum class place {
        none,
        main_cf,    ///< text replaces the line of that parameter, if there is one
        master_cf,  ///< text is one or more lines, the comment says where
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

/// Every point, in the order of the table in check.cpp; at least one finding for each. It runs commands and
/// waits for them. Throws std::runtime_error when Postfix's configuration cannot be read.
std::vector<finding> check_postfix(const settings& s, const check_subject& subject);

}  // namespace odmr::postfix

// commands - Postfix's commands that odmrd runs: whether they are there, and whether its account may use
// them.
#include "postfix/check/points.hpp"
#include "postfix/lookup_table.hpp"

#include <unistd.h>

namespace odmr::postfix
{

namespace
{

/// postqueue(1): root and mail_owner always may.
void check_users(const surroundings& here, report& out, const std::string& parameter,
                 const std::string& purpose)
{
    const std::string& user = here.odmr.user;
    if (user.empty() || user == "root" || user == here.postfix.value("mail_owner")) {
        out.ok(user.empty() ? "odmrd stays the user it is started as; root may " + purpose + "."
                            : user + " may " + purpose + ".");
        return;
    }
    const std::string& list = here.postfix.value(parameter);
    const list_match match = match_list(here.odmr, list, {user});
    if (match.matched.contains(user))
        out.ok(user + " may " + purpose + ".");
    else
        out.error("odmrd runs as " + user + ", who may not " + purpose + ".",
                  in_main_cf(parameter, list.empty() ? user : user + ", " + list));
}

}  // namespace

void check_queue_commands(const surroundings& here, report& out)
{
    bool well = true;
    for (const char* name : {"postqueue", "postsuper", "postkick", "postconf"}) {
        const std::string path = here.odmr.postfix_command_dir + "/" + name;
        if (::access(path.c_str(), X_OK) == 0)
            continue;
        well = false;
        out.error(path + " cannot be run.",
                  in_odmr_conf("postfix_command_dir", here.postfix.value("command_directory")));
    }
    if (well)
        out.ok("The commands that odmrd runs are in " + here.odmr.postfix_command_dir + ".");
}

/// `postqueue -j`
void check_mailq_users(const surroundings& here, report& out)
{
    check_users(here, out, "authorized_mailq_users", "list the queue");
}

/// `postqueue -s` and `postqueue -i`
void check_flush_users(const surroundings& here, report& out)
{
    check_users(here, out, "authorized_flush_users", "flush it");
}

/// Both kinds work.
void check_queue_ids(const surroundings& here, report& out)
{
    out.ok(here.postfix.value("enable_long_queue_ids") == "yes"
               ? "Postfix gives long queue ids, which are never used twice."
               : "Postfix gives short queue ids, which it uses again in time. odmrd can tell, but long ones"
                 " (enable_long_queue_ids = yes) are easier to follow in logs.");
}

}  // namespace odmr::postfix

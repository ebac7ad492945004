// commands - what odmrd runs, and whether its account may.
#include "sendmail/check/points.hpp"

#include <pwd.h>
#include <unistd.h>

namespace odmr::sendmail
{

namespace
{

constexpr const char* setpriv = "/usr/bin/setpriv";

/// Words that make a program run as that account, which is not ours; nullopt when that is not possible.
std::optional<std::vector<std::string>> as_user(const std::string& user)
{
    const passwd* const account = user.empty() ? nullptr : ::getpwnam(user.c_str());
    if (user.empty() || (account && account->pw_uid == ::geteuid()))
        return std::vector<std::string>{};
    if (!account || ::geteuid() != 0 || ::access(setpriv, X_OK) != 0)
        return std::nullopt;
    return std::vector<std::string>{setpriv, "--reuid=" + user, "--regid=" + std::to_string(account->pw_gid),
                                    "--init-groups", "--"};
}

}  // namespace

/// `sendmail -bp`: odmrd finds in it what waits.
void check_listing(const surroundings& here, report& out)
{
    const std::string& user = here.odmr.user;
    auto launcher = as_user(user);
    if (!launcher) {
        out.warning("It cannot be tried whether " + user +
                    " may list the queue: there is no such account, or you"
                    " are not root.");
        return;
    }
    std::vector<std::string> words{"-bp"};
    if (!here.odmr.sendmail_queue_group.empty())
        words.push_back("-qG" + here.odmr.sendmail_queue_group);
    const program_output listing = run_sendmail(here.odmr, words, "", std::move(*launcher));
    // Also where it may not look it says that the queue is empty, and exits with 0.
    const bool refused =
        (listing.text + listing.result.errors).find("Permission denied") != std::string::npos;
    if (!listing.result.ok() || refused)
        out.error("odmrd" + (user.empty() ? "" : ", as " + user + ",") +
                  " cannot list the queue: " + here.odmr.sendmail_command + " -bp " + listing.result.text() +
                  " " + listing.text.substr(0, 200));
    else
        out.ok((user.empty() ? "odmrd" : user) + " may list the queue.");
}

}  // namespace odmr::sendmail

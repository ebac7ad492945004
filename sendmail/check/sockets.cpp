// sockets - what Sendmail connects to: odmrd, for mail, and odmr-milter, with questions.
#include "sendmail/check/dialogue.hpp"
#include "sendmail/check/points.hpp"

#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <filesystem>

namespace odmr::sendmail
{

namespace
{

namespace fs = std::filesystem;

/// Why Sendmail would not use a socket with that path; empty when it would. It looks at every folder above
/// (Sendmail Installation and Operation Guide, 2.6 and DontBlameSendmail in 5.6).
std::string unsafe_path(const cf_file& sendmail, const fs::path& socket)
{
    struct stat found{};
    if (::lstat(socket.c_str(), &found) == 0 && S_ISLNK(found.st_mode))
        return socket.string() + " is a symbolic link.";
    const auto blameless = words_of(sendmail.option("DontBlameSendmail"));
    const auto blames_not = [&](const char* what) {
        return std::ranges::find(blameless, what) != blameless.end();
    };
    const bool group_may = blames_not("GroupWritableDirPathSafe");
    const bool sticky_is_safe = blames_not("TrustStickyBit");
    std::error_code unseen;
    const fs::path folder = fs::weakly_canonical(socket.parent_path(), unseen);
    for (fs::path at = folder; at.has_relative_path(); at = at.parent_path()) {
        if (::stat(at.c_str(), &found) != 0)
            return at.string() + " cannot be looked at.";
        if (sticky_is_safe && (found.st_mode & S_ISVTX) != 0)
            continue;
        if ((found.st_mode & S_IWOTH) != 0)
            return at.string() + " is writable for everybody.";
        if ((found.st_mode & S_IWGRP) != 0 && !group_may)
            return at.string() + " is writable for its group.";
    }
    return "";
}

/// The account that Sendmail delivers as may connect: root may everything.
bool may_connect(const cf_file& sendmail, const fs::path& socket)
{
    const std::string whole = sendmail.option("RunAsUser");
    const std::string name = whole.substr(0, whole.find(':'));
    const passwd* const account = name.empty() ? nullptr : ::getpwnam(name.c_str());
    struct stat found{};
    if (!account || account->pw_uid == 0 || ::stat(socket.c_str(), &found) != 0)
        return true;
    if (found.st_uid == account->pw_uid)
        return (found.st_mode & S_IWUSR) != 0;
    return (found.st_mode & (found.st_gid == account->pw_gid ? S_IWGRP : S_IWOTH)) != 0;
}

}  // namespace

/// It is there as long as odmrd runs.
void check_lmtp_socket(const surroundings& here, report& out)
{
    const std::string& path = here.odmr.lmtp_socket;
    if (const std::string reason = unsafe_path(here.sendmail, path); !reason.empty()) {
        out.error("Sendmail does not use lmtp_socket: " + reason,
                  by_command("ls -ld " + fs::path(path).parent_path().string()));
        return;
    }
    if (!may_connect(here.sendmail, path)) {
        out.error("Sendmail runs as " + here.sendmail.option("RunAsUser") + ", who may not write to " + path +
                  ".");
        return;
    }
    try {
        const std::string greeting = talk(peer{.path = path}, {"QUIT"}).front();
        if (greeting.starts_with("220 ") && greeting.ends_with(" LMTP odmr"))
            out.ok("odmrd takes mail on " + path + ".");
        else
            out.error("Somebody else answers on " + path + ": \"" + greeting + "\".");
    } catch (const std::exception& problem) {
        out.error("odmrd takes no mail on " + path + ": " + problem.what() +
                  ". Either it does not run, or it was started with another configuration.");
    }
}

/// Without the filter mail is accepted all the same, but odmrd hears of it late, and no list of recipients
/// counts.
void check_filter(const surroundings& here, report& out)
{
    if (!takes_mail_in(here)) {
        out.warning(
            "This Sendmail takes no mail in. Whether the one that does asks odmr-milter cannot be told here: "
            "look"
            " for \"Xodmr\" and \"InputMailFilters\" in its sendmail.cf.");
        return;
    }
    const equates* const filter = here.sendmail.filter(own_name);
    const auto used = words_of(here.sendmail.option("InputMailFilters"));
    if (!filter || std::ranges::find(used, own_name) == used.end()) {
        out.error(
            "Sendmail does not ask odmr-milter: lists of recipients do not count, and odmrd hears of new mail"
            " late.",
            in_sendmail_mc(
                "INPUT_MAIL_FILTER(`odmr', `S=local:/run/odmr/milter, T=C:5s;S:10s;R:10s;E:30s')dnl"));
        return;
    }
    const std::string flags = filter->value('F');
    if (flags.find_first_of("RT4") != std::string::npos)
        out.error(
            "While odmr-milter is not there Sendmail refuses all mail (F=" + flags + " of the filter odmr).",
            in_sendmail_mc("INPUT_MAIL_FILTER(`odmr', `S=" + filter->value('S') +
                           ", T=C:5s;S:10s;R:10s;E:30s')dnl"));
    else
        out.ok("Sendmail asks odmr-milter, and does without when it is not there.");
}

void check_filter_socket(const surroundings& here, report& out)
{
    if (!takes_mail_in(here))
        return;  // it has no filter
    const equates* const filter = here.sendmail.filter(own_name);
    if (!filter) {
        out.error("There is no filter odmr in sendmail.cf that could be asked.");
        return;
    }
    const std::string text = filter->value('S');
    const auto where = parse_filter_socket(text);
    if (!where) {
        out.warning("It cannot be told here whether odmr-milter is at \"" + text + "\".");
        return;
    }
    const std::string unsafe = where->path.empty() ? "" : unsafe_path(here.sendmail, where->path);
    const std::string trouble = unsafe.empty() ? trouble_reaching(*where) : "";
    if (!unsafe.empty())
        out.error("Sendmail does not use the socket of odmr-milter: " + unsafe);
    else if (!trouble.empty())
        out.error("odmr-milter does not listen on " + name_of(*where) + ": " + trouble + ".");
    else
        out.ok("odmr-milter listens on " + name_of(*where) + ".");
}

}  // namespace odmr::sendmail

// sockets - what Postfix's processes connect to: the folder of the domains' sockets, and the policy server.
#include "core/units.hpp"
#include "postfix/check/points.hpp"
#include "postfix/maps.hpp"
#include "postfix/policy_address.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>

namespace odmr::postfix
{

namespace
{

namespace fs = std::filesystem;

/// A file name without its NUL; unix(7).
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

/// A Postfix process has no groups but the first one of its account.
bool may(const struct stat& file, const passwd& who, mode_t wanted)  // wanted: as for others, 0 to 7
{
    mode_t mode = file.st_mode;
    if (file.st_uid == who.pw_uid)
        mode >>= 6;
    else if (file.st_gid == who.pw_gid)
        mode >>= 3;
    return (mode & wanted) == wanted;
}

/// The first folder on the way that Postfix's account cannot enter. Its processes are in the queue directory,
/// so what lies above that does not count for what lies below.
std::optional<std::string> closed_folder(const fs::path& folder, const fs::path& queue, const passwd& who)
{
    for (fs::path at = folder; at != queue && at.has_relative_path(); at = at.parent_path()) {
        struct stat found{};
        if (::stat(at.c_str(), &found) != 0 || !may(found, who, S_IXOTH))
            return at.string();
    }
    return std::nullopt;
}

/// False, and reported, when Postfix's account cannot enter it.
bool can_be_entered(const surroundings& here, report& out, const fs::path& folder)
{
    const std::string& account = here.postfix.value("mail_owner");
    const passwd* const postfix = ::getpwnam(account.c_str());
    if (!postfix) {
        out.error("There is no account \"" + account + "\" (mail_owner in main.cf).");
        return false;
    }
    const auto closed = closed_folder(folder, here.postfix.value("queue_directory"), *postfix);
    if (!closed)
        return true;
    out.error(
        "Postfix's processes run as " + account + " and cannot enter " + *closed + ".",
        by_command("chgrp " + std::to_string(postfix->pw_gid) + " " + *closed + " && chmod g+x " + *closed));
    return false;
}

/// bind(2) of odmrd fails for these.
std::vector<std::string> with_too_long_paths(const surroundings& here)
{
    std::vector<std::string> found;
    for (const std::string& domain : here.subject.domains)
        if (here.odmr.socket_dir.size() + 1 + domain.size() > longest_path)
            found.push_back(domain);
    return found;
}

void check_server(const surroundings& here, report& out, const std::string& server)
{
    const auto where = parse_policy_address(server, here.postfix.value("queue_directory"));
    try {
        const std::string answer = ask_policy(*where);
        if (answer == "action=DUNNO")
            out.ok("odmrd answers on " + server + ".");
        else
            out.error("Somebody else answers on " + server + ": \"" + answer + "\".");
    } catch (const std::exception& problem) {
        out.error("The policy server " + server + " does not work: " + problem.what() +
                  ". Either odmrd does not run, or it was started with another configuration.");
    }
}

}  // namespace

/// odmrd makes a socket there for each domain whose customer is online.
void check_socket_dir(const surroundings& here, report& out)
{
    const std::string& folder = here.odmr.socket_dir;
    const fs::path queue = here.postfix.value("queue_directory");
    std::error_code unseen;
    if (!fs::is_directory(folder, unseen)) {
        out.error(folder + " is not there, or you may not look. odmrd makes it when it is started.");
        return;
    }
    if (!can_be_entered(here, out, folder))
        return;
    if (const auto domains = with_too_long_paths(here); !domains.empty()) {
        out.error("The name of a socket may have " + std::to_string(longest_path) +
                  " octets. With this socket_dir it is too long for " + some_of(domains) + ".");
        return;
    }
    if (path_for_postfix(folder, queue.string()).starts_with('/'))
        out.warning(folder + " is not below queue_directory: processes in a chroot do not find it.",
                    in_odmr_conf("socket_dir", (queue / "odmr").string()));
    else
        out.ok("Postfix's processes can enter " + folder + ".");
}

/// A question that concerns no message is answered with DUNNO.
void check_policy_server(const surroundings& here, report& out)
{
    const std::string& queue = here.postfix.value("queue_directory");
    if (here.odmr.policy_socket.empty() && here.odmr.policy_listen.empty()) {
        out.warning(
            "odmrd is told to listen for Postfix's questions nowhere: no mail is put on hold, and all"
            " of it waits in the deferred queue.",
            in_odmr_conf("policy_socket", queue + "/odmr/policy"));
        return;
    }
    const fs::path policy_dir = fs::path(here.odmr.policy_socket).parent_path();
    std::error_code unseen;
    const bool own_folder =
        policy_dir != fs::path(here.odmr.socket_dir) && fs::is_directory(policy_dir, unseen);
    if (own_folder && !can_be_entered(here, out, policy_dir))
        return;
    if (!here.odmr.policy_socket.empty())
        check_server(here, out, "unix:" + path_for_postfix(here.odmr.policy_socket, queue));
    for (const endpoint_setting& listener : here.odmr.policy_listen)
        if (listener.port != 0)
            check_server(here, out, "inet:" + format_endpoint(listener));
}

}  // namespace odmr::postfix

#include "odmrd/control_server.hpp"

#include "log/log.hpp"
#include "odmrd/control_session.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace odmr
{

namespace
{

constexpr std::size_t max_clients = 16;  // at a time; each has a bounded part of its answer in memory
constexpr mode_t directory_mode = 0755;  // the socket itself says who may use it
constexpr mode_t owner_only = 0600;
constexpr mode_t owner_and_group = 0660;

constexpr uid_t same_user = static_cast<uid_t>(-1);
constexpr gid_t same_group = static_cast<gid_t>(-1);

[[noreturn]] void fail(const std::string& what)
{
    const std::string reason = std::strerror(errno);
    throw std::runtime_error(what + ": " + reason);
}

/// Whose the socket is to be: of the account the daemon becomes, when it can become one.
uid_t owner(const settings& config)
{
    if (config.user.empty() || ::geteuid() != 0)
        return same_user;
    const passwd* user = ::getpwnam(config.user.c_str());
    if (!user)
        throw std::runtime_error("user " + config.user + " does not exist");
    return user->pw_uid;
}

gid_t members(const settings& config)
{
    if (config.control_group.empty())
        return same_group;
    const group* found = ::getgrnam(config.control_group.c_str());
    if (!found)
        throw std::runtime_error("control_group: there is no group " + config.control_group);
    return found->gr_gid;
}

void make_directory(const std::string& path, uid_t of)
{
    if (::mkdir(path.c_str(), directory_mode) != 0) {
        if (errno == EEXIST)
            return;  // whose it is, and who may enter it, is the administrator's business
        fail("control_socket: cannot make the directory " + path);
    }
    // The umask may have taken some of it away.
    if (::chmod(path.c_str(), directory_mode) != 0 || ::chown(path.c_str(), of, same_group) != 0)
        fail("control_socket: cannot give away the directory " + path);
}

}  // namespace

control_server::control_server(const asio::any_io_executor& executor, const settings& config)
{
    const std::string& path = config.control_socket;
    const uid_t user = owner(config);
    const gid_t group_id = members(config);
    make_directory(std::filesystem::path(path).parent_path(), user);
    try {
        accept_handler handler = [this](stream_socket socket) { accepted(std::move(socket)); };
        // Nobody but us can connect until the socket has its group.
        listener_ = std::make_unique<local_listener>(executor, path, owner_only, std::move(handler));
    } catch (const std::runtime_error& problem) {
        throw std::runtime_error(std::string("control_socket: ") + problem.what());
    }
    if (::chown(path.c_str(), user, group_id) != 0)
        fail("control_group: cannot give " + path + " to group " + config.control_group);
    if (group_id != same_group && ::chmod(path.c_str(), owner_and_group) != 0)
        fail("control_socket: cannot set the permissions of " + path);
}

control_server::~control_server() = default;

void control_server::accepted(stream_socket socket)
{
    if (service_ == nullptr)
        return;
    std::erase_if(sessions_, [](const auto& s) { return s.expired(); });
    if (sessions_.size() >= max_clients) {
        log::warning("control-refused", {{"reason", "too many clients at a time"}});
        return;
    }
    sessions_.push_back(control_session::start(*service_, std::move(socket), {}));
}

}  // namespace odmr

#include "milter/daemon.hpp"

#include "log/log.hpp"
#include "milter/callbacks.hpp"
#include "milter/listening_socket.hpp"
#include "process/open_files.hpp"
#include "process/systemd_notify.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

namespace odmr::milter
{

namespace
{

constexpr int backlog = 512;               // SMTP sessions that begin at the same moment
constexpr std::size_t open_files = 16384;  // one for each SMTP session of the mail system
constexpr unsigned all_permissions = 0777;
constexpr unsigned private_umask = 0077;

std::string reason(int error)
{
    return std::generic_category().message(error);
}

/// The parent's end: waits until the child serves, or has failed, and says so to whoever started us.
[[noreturn]] void leave_to(pid_t child, int ready)
{
    char octet = 0;
    if (::read(ready, &octet, 1) == 1)
        ::_exit(EX_OK);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE);
}

/// In the child: where to tell the parent that all is well. What goes wrong before is still seen on stderr.
int go_to_background()
{
    int ends[2] = {-1, -1};
    if (::pipe2(static_cast<int*>(ends), O_CLOEXEC) != 0)
        throw failure(EX_OSERR, "cannot go to the background: " + reason(errno));
    const pid_t child = ::fork();
    if (child < 0)
        throw failure(EX_OSERR, "cannot go to the background: " + reason(errno));
    if (child > 0) {
        ::close(ends[1]);
        leave_to(child, ends[0]);
    }
    ::close(ends[0]);
    ::setsid();
    return ends[1];
}

void leave_the_terminal(int parent, bool keep_stderr)
{
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (fd != STDERR_FILENO || !keep_stderr)
            ::dup2(nothing, fd);
    if (::chdir("/") != 0)
        log::warning("not-in-root-folder", {{"reason", reason(errno)}});
    const char octet = 0;
    if (::write(parent, &octet, 1) != 1)
        log::warning("parent-is-gone");
    ::close(parent);
}

/// Opened while we may, and written to when we know that we are the one who runs: until then it may be
/// another one's. -1 when there is to be none.
int open_pid_file(const std::string& path)
{
    constexpr mode_t mode = 0644;
    if (path.empty())
        return -1;
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        throw failure(EX_CANTCREAT, "option --pid-file: cannot write " + path + ": " + reason(errno));
    return fd;
}

void write_pid_file(int fd)
{
    if (fd < 0)
        return;
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd, 0) != 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw failure(EX_CANTCREAT, "option --pid-file: cannot write: " + reason(errno));
    ::close(fd);
}

/// Who has become another user may not be allowed to; the next one writes it anew.
void remove_pid_file(const options& how)
{
    if (!how.pid_file.empty())
        ::unlink(how.pid_file.c_str());
}

void become(const std::string& user, const std::string& group)
{
    const passwd* const account = ::getpwnam(user.c_str());
    if (account == nullptr)
        throw failure(EX_NOUSER, "option --user: there is no user " + user);
    const uid_t uid = account->pw_uid;
    gid_t gid = account->pw_gid;
    if (!group.empty()) {
        const struct group* const found = ::getgrnam(group.c_str());
        if (found == nullptr)
            throw failure(EX_NOUSER, "option --user: there is no group " + group);
        gid = found->gr_gid;
    }
    if (::geteuid() != 0) {
        if (::geteuid() != uid)
            throw failure(EX_NOPERM, "option --user: only root can become " + user);
        return;
    }
    if (::initgroups(user.c_str(), gid) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0)
        throw failure(EX_OSERR, "option --user: cannot become " + user + ": " + reason(errno));
}

/// libmilter says what is wrong to syslog, and errno is what it leaves us.
void open_socket(const options& how, policy_pool& pool)
{
    if (!how.socket.path.empty()) {
        try {
            clear_stale_socket(how.socket.path);
        } catch (const std::runtime_error& problem) {
            throw failure(EX_UNAVAILABLE, std::string("option --socket: ") + problem.what());
        }
    }
    ::umask(all_permissions & ~how.socket_mode);
    std::string text = how.socket.text;
    errno = 0;
    const bool open = smfi_register(description(pool)) == MI_SUCCESS &&
                      smfi_setconn(text.data()) == MI_SUCCESS && smfi_setbacklog(backlog) == MI_SUCCESS &&
                      smfi_opensocket(false) == MI_SUCCESS;
    const int error = errno;
    ::umask(private_umask);
    if (!open)
        throw failure(EX_UNAVAILABLE,
                      "option --socket: cannot listen on " + how.socket.text +
                          (error == 0 ? std::string("; the system's log says why") : ": " + reason(error)));
}

/// There is nothing to be saved and nobody to be waited for: a mail system whose question is not answered
/// goes on, by its configuration, and libmilter would let it wait for seconds before it came to the same end.
[[noreturn]] void end(const options& how, const socket_remover& socket, int status)
{
    systemd_notify("STOPPING=1");
    socket.remove();
    remove_pid_file(how);
    log::info("stopped");
    ::_exit(status);
}

/// These are waited for, and not delivered to any thread of libmilter's that would not know what to do.
sigset_t block_signals()
{
    sigset_t ours;
    ::sigemptyset(&ours);
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
        ::sigaddset(&ours, number);
    ::pthread_sigmask(SIG_BLOCK, &ours, nullptr);
    return ours;
}

}  // namespace

void run_daemon(const options& how)
{
    const int parent = how.daemonize ? go_to_background() : -1;
    const sigset_t signals = block_signals();
    ::signal(SIGPIPE, SIG_IGN);
    raise_open_files(open_files);
    const int pid_file = open_pid_file(how.pid_file);
    if (!how.user.empty())
        become(how.user, how.group);

    policy_pool pool([where = how.policy] { return std::make_unique<policy_connection>(where); },
                     how.timeout);
    open_socket(how, pool);
    write_pid_file(pid_file);
    const socket_remover socket(how.socket.path);
    log::info("ready", {{"socket", how.socket.text}, {"policy", how.policy_text}});
    if (how.daemonize)
        leave_the_terminal(parent, how.log_to == log_target::stderr_stream);
    systemd_notify("READY=1");

    std::thread([&] {
        const bool well = smfi_main() == MI_SUCCESS;
        if (!well)
            log::error("libmilter-failed", {{"reason", "the system's log says why"}});
        end(how, socket, well ? EX_OK : EX_UNAVAILABLE);
    }).detach();
    int number = SIGHUP;
    while (number == SIGHUP)  // there is nothing to be read again
        ::sigwait(&signals, &number);
    end(how, socket, EX_OK);
}

}  // namespace odmr::milter

#include "support/private_sendmail.hpp"

#include "support/sendmail_queue_file.hpp"
#include "support/temp_dir.hpp"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace odmr::test
{
namespace
{

const std::filesystem::path root = ODMR_SENDMAIL_ROOT;  // where the packages are unpacked
const std::filesystem::path programs = root / "usr/libexec/sendmail";

constexpr const char* hostname = "provider.example.net";

// Behind our fragment: nothing asks the DNS or the sender's machine, and nothing waits to be gentle on a busy
// machine.
constexpr const char* private_mc = R"(
define(`confDOMAIN_NAME', `HOSTNAME')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confSERVICE_SWITCH_FILE', `@TOP@/mail/service.switch')dnl
define(`confTO_IDENT', `0')dnl
define(`confQUEUE_LA', `100000')dnl
define(`confREFUSE_LA', `100000')dnl
define(`confDELAY_LA', `0')dnl
define(`confCONNECTION_RATE_THROTTLE', `0')dnl
define(`confMIN_FREE_BLOCKS', `0')dnl
define(`QUEUE_DIR', `@TOP@/mqueue')dnl
define(`confPID_FILE', `@TOP@/run/pid')dnl
define(`confHOST_STATUS_DIRECTORY', `@TOP@/host_status')dnl
define(`confCONTROL_SOCKET_NAME', `')dnl
define(`STATUS_FILE', `')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`MAIL_HUB', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h ELSEWHERE')dnl
FEATURE(`accept_unresolvable_domains')dnl
)";

std::string replaced(std::string text, std::string_view what, std::string_view by)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

std::string must_read(const std::filesystem::path& file)
{
    std::string text = read_file(file);
    if (text.empty())
        throw std::runtime_error("cannot read " + file.string() + "; ./dev deps unpacks Sendmail");
    return text;
}

/// Cuts text in two in front of the line that begins so.
std::pair<std::string, std::string> cut_before(const std::string& text, const std::string& line)
{
    const std::size_t at = text.find("\n" + line);
    if (at == std::string::npos)
        throw std::runtime_error("Debian's sendmail.mc has no line " + line);
    return {text.substr(0, at + 1), text.substr(at + 1)};
}

/// The ids a line of the log says a message was split into: "6AM1: split: count=2, id=6AM2, id=6AM3".
std::vector<std::string> split_into(const std::string& line)
{
    constexpr std::string_view marker = " id=";
    std::vector<std::string> ids;
    if (line.find(": split: ") == std::string::npos)
        return ids;
    for (std::size_t at = 0; (at = line.find(marker, at)) != std::string::npos;) {
        at += marker.size();
        ids.push_back(line.substr(at, line.find_first_of(", ", at) - at));
    }
    return ids;
}

}  // namespace

private_sendmail::private_sendmail(const std::filesystem::path& directory, std::uint16_t elsewhere_port,
                                   const std::string& extra_mc)
    : directory_(directory)
{
    for (const char* name : {"mail/m4", "mqueue/odmr", "run", "bin", "hosts", "host_status"})
        std::filesystem::create_directories(directory_ / name);
    write_configuration(elsewhere_port, extra_mc);
    const std::string config = " -C " + config_file().string();
    write_command(command(), (programs / "sendmail").string() + config);
    write_command(makemap(), (programs / "makemap").string() + config);
    set_domains({});
    start();
}

private_sendmail::~private_sendmail()
{
    stop();
}

void private_sendmail::write_configuration(std::uint16_t elsewhere_port, const std::string& extra_mc) const
{
    const std::string etc = config_dir().string() + "/";
    const std::string cf = (root / "usr/share/sendmail/cf").string();
    std::string stock = must_read(cf + "/debian/sendmail.mc");
    stock = replaced(std::move(stock), "/usr/share/sendmail/cf", cf);
    stock = replaced(std::move(stock), "/etc/mail/", etc);
    stock = replaced(std::move(stock), "Port=smtp", "M=E, Port=" + std::to_string(port()));
    stock =
        replaced(std::move(stock), "Port=submission", "Port=" + std::to_string(submission_port_.number()));
    const auto [base, rest] = cut_before(stock, "OSTYPE");
    const auto [middle, mailers] = cut_before(rest, "MAILER_DEFINITIONS");

    std::string own = replaced(private_mc, "@TOP@", directory_.string());
    own = replaced(std::move(own), "ELSEWHERE", std::to_string(elsewhere_port));
    own = replaced(std::move(own), "HOSTNAME", hostname);

    std::ostringstream mc;
    mc << "define(`_NO_MAKEINFO_')dnl\ndefine(`MAIL_SETTINGS_DIR', `" << etc << "')dnl\n"
       << "define(`confTRUSTED_USER', `root')dnl\n"
       << base << "include(`" << cf << "/debian/autoconf.m4')dnl\n"
       << middle << "define(`confODMR_SOCKET', `" << lmtp_socket().string() << "')dnl\n"
       << "define(`confODMR_CONTROL_PORT', `" << control_port() << "')dnl\n"
       << "define(`confODMR_QUEUE', `" << (queue_dir() / "odmr").string() << "')dnl\n"
       << "define(`confODMR_MILTER', `local:" << milter_socket().string() << "')dnl\n"
       << replaced(must_read(std::filesystem::path(ODMR_SENDMAIL_DIR) / "sendmail.mc.fragment"), "/etc/mail/",
                   etc)
       << own << extra_mc << "\n"
       << mailers;
    write_file(config_dir() / "sendmail.mc", mc.str());
    write_file(config_dir() / "odmr.m4", must_read(std::filesystem::path(ODMR_SENDMAIL_DIR) / "odmr.m4"));
    for (const char* name :
         {"m4/dialup.m4", "m4/provider.m4", "local-host-names", "trusted-users", "aliases"})
        write_file(config_dir() / name, "");
    write_file(config_dir() / "service.switch", "hosts files\naliases files\npasswd files\n");
    write_file(config_file(), run_or_throw({{"m4", (config_dir() / "sendmail.mc").string()}}));
}

void private_sendmail::write_command(const std::filesystem::path& file, const std::string& command_line) const
{
    write_file(file, "#!/bin/sh\nODMR_TEST_LOG=" + log_file().string() + " ODMR_TEST_HOSTNAME=" + hostname +
                         " LD_PRELOAD=" + ODMR_SENDMAIL_SHIM + " exec " + command_line + " \"$@\"\n");
    std::filesystem::permissions(file, std::filesystem::perms(0755));
}

std::map<std::string, std::string> private_sendmail::parameters() const
{
    return {
        {"mail_system", "sendmail"},
        {"lmtp_socket", lmtp_socket().string()},
        {"policy_socket", policy_socket().string()},
        {"sendmail_command", command().string()},
        {"sendmail_config", config_file().string()},
        {"sendmail_control", "127.0.0.1:" + std::to_string(control_port())},
        {"sendmail_maps_dir", config_dir().string()},
        {"sendmail_makemap", makemap().string()},
    };
}

void private_sendmail::set_domains(const std::vector<std::string>& domains) const
{
    std::string mailertable;
    std::string access = must_read(root / "usr/share/sendmail/examples/db/access");
    for (const std::string& domain : domains) {
        mailertable += domain + "\todmr:" + domain + "\n";
        access += "To:" + domain + "\tRELAY\n";
    }
    write_file(config_dir() / "mailertable", mailertable);
    write_file(config_dir() / "access", access);
    for (const char* table : {"mailertable", "access"}) {
        const std::string file = (config_dir() / table).string();
        run_or_throw({{makemap().string(), "hash", file}, read_file(file)});
    }
}

void private_sendmail::start()
{
    const std::filesystem::path pid_file =
        directory_ / "run" / "pid";  // written just before all ports listen
    std::filesystem::remove(pid_file);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // the daemon's children become ours when it ends
    daemon_ = std::make_unique<child_process>(program{{command().string(), "-bD", "-q1h"}});
    keeper_ = std::make_unique<keeper>(-daemon_->pid());
    const auto ready = [&] {
        return !read_file(pid_file).empty() && listens(port()) && listens(control_port());
    };
    if (!wait_until([&] { return ready() || !daemon_->running(); }) || !daemon_->running())
        throw std::runtime_error("Sendmail does not start: " + daemon_->standard_error() + log());
}

void private_sendmail::stop()
{
    const pid_t group = -daemon_->pid();
    daemon_->signal(SIGTERM);
    daemon_->wait();
    // Children that deliver mail outlive it, and die without a trace when they are told to.
    ::kill(group, SIGKILL);
    const bool gone = wait_until([&] { return ::waitpid(group, nullptr, WNOHANG) < 0; });
    keeper_.reset();
    daemon_.reset();
    if (!gone)
        std::terminate();
}

void private_sendmail::restart()
{
    stop();
    start();
}

std::string private_sendmail::accepted_id(std::string_view reply) const
{
    // "250 2.0.0 6AMDfeVu012183 Message accepted for delivery"
    constexpr std::string_view before = "250 2.0.0 ";
    const std::size_t end = reply.find(" Message accepted");
    if (!reply.starts_with(before) || end == std::string_view::npos)
        throw std::runtime_error("Sendmail says " + std::string(reply));
    return std::string(reply.substr(before.size(), end - before.size()));
}

std::vector<queued_message> private_sendmail::queue() const
{
    std::vector<queued_message> result;
    for (const auto& [name, directory] :
         {std::pair{"mqueue", queue_dir()}, std::pair{"odmr", queue_dir() / "odmr"}})
        for (const auto& entry : std::filesystem::directory_iterator(directory)) {
            const std::string file = entry.path().filename().string();
            if (!file.starts_with("qf"))
                continue;
            const std::string text = read_file(entry.path());
            if (!text.empty())  // otherwise it has gone meanwhile
                result.push_back(read_queue_file(name, file.substr(2), text));
        }
    return result;
}

bool private_sendmail::at_rest(const queued_message& message) const
{
    return message.queue_name == "odmr" ||
           std::ranges::any_of(message.recipients, [](const auto& r) { return !r.delay_reason.empty(); });
}

void private_sendmail::flush() const
{
    run_or_throw({{command().string(), "-q"}});
}

void private_sendmail::release(const std::string& domain) const
{
    smtp_sender(control_port()).must("ETRN " + domain);
}

std::string private_sendmail::log() const
{
    return read_file(log_file());
}

std::size_t private_sendmail::attempts(const std::string& queue_id) const
{
    return static_cast<std::size_t>(std::ranges::count_if(log_of(queue_id), [](const std::string& line) {
        return line.find(" stat=") != std::string::npos && line.find(" stat=queued") == std::string::npos;
    }));
}

std::vector<std::string> private_sendmail::log_of(const std::string& queue_id) const
{
    std::set<std::string> ids = {queue_id};
    std::vector<std::string> result;
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line);) {
        if (std::ranges::none_of(
                ids, [&](const std::string& id) { return line.find(" " + id + ": ") != std::string::npos; }))
            continue;
        ids.merge([](auto more) { return std::set(more.begin(), more.end()); }(split_into(line)));
        result.push_back(line);
    }
    return result;
}

}  // namespace odmr::test

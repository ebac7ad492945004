#include "support/private_sendmail.hpp"

#include "support/sendmail_queue_file.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace odmr::test
{
namespace
{

const std::filesystem::path root = ODMR_SENDMAIL_ROOT;  // where the packages are unpacked
const std::filesystem::path programs = root / "usr/libexec/sendmail";
const std::filesystem::path ours = ODMR_SENDMAIL_DIR;

constexpr const char* hostname = "provider.example.net";

// Nothing asks the DNS or the sender's machine, and nothing waits to be gentle on a busy machine.
constexpr const char* private_mc = R"(
define(`confDOMAIN_NAME', `HOSTNAME')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confSERVICE_SWITCH_FILE', `@TOP@/mail/service.switch')dnl
define(`confTO_IDENT', `0')dnl
define(`confQUEUE_LA', `100000')dnl
define(`confREFUSE_LA', `100000')dnl
define(`confDELAY_LA', `0')dnl
define(`confMIN_FREE_BLOCKS', `0')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`MAIL_HUB', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h ELSEWHERE')dnl
define(`confODMR_SOCKET', `@TOP@/run/lmtp')dnl
define(`confODMR_CONTROL_PORT', `@ETRN@')dnl
define(`confODMR_QUEUE', `@TOP@/mqueue/odmr')dnl
define(`confODMR_MILTER', `local:@TOP@/run/milter')dnl
FEATURE(`accept_unresolvable_domains')dnl
)";

// What Debian's sendmail.mc leaves where it is on the machine.
constexpr const char* first_mc = R"(
define(`confCONNECTION_RATE_THROTTLE', `0')dnl
define(`QUEUE_DIR', `@TOP@/mqueue')dnl
define(`confPID_FILE', `@TOP@/run/sendmail.pid')dnl
define(`confHOST_STATUS_DIRECTORY', `@TOP@/host_status')dnl
define(`confCONTROL_SOCKET_NAME', `')dnl
define(`STATUS_FILE', `')dnl
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
        throw std::runtime_error("sendmail.mc has no line " + line);
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
                                   const std::string& extra_mc, const std::optional<std::string>& second_mc)
    : directory_(directory), two_(second_mc.has_value())
{
    for (const char* name : {"mail/m4", "mqueue/odmr", "run", "bin", "hosts", "host_status"})
        std::filesystem::create_directories(directory_ / name);
    write_file(config_dir() / "odmr.m4", must_read(ours / "odmr.m4"));
    for (const char* name :
         {"m4/dialup.m4", "m4/provider.m4", "local-host-names", "trusted-users", "aliases"})
        write_file(config_dir() / name, "");
    write_file(config_dir() / "service.switch", "hosts files\naliases files\npasswd files\n");
    write_configuration("sendmail", mc_of_first(elsewhere_port, extra_mc));
    if (second_mc)
        write_configuration("sendmail-odmr", mc_of_second(elsewhere_port, *second_mc));
    const std::string config = " -C " + config_file().string();
    write_command(command(), (programs / "sendmail").string() + config);
    write_command(makemap(), (programs / "makemap").string() + config);
    set_domains({});
    start();
}

/// A sendmail.mc of /etc/mail, with everything in this directory.
std::string private_sendmail::moved(std::string mc) const
{
    const std::string etc = config_dir().string() + "/";
    const std::string cf = (root / "usr/share/sendmail/cf").string();
    mc = replaced(std::move(mc), "/usr/share/sendmail/cf", cf);
    mc = replaced(std::move(mc), "/etc/mail/", etc);
    mc = replaced(std::move(mc), "`/run/", "`" + directory_.string() + "/run/");
    const auto [base, rest] = cut_before(mc, "OSTYPE");
    return "define(`_NO_MAKEINFO_')dnl\ndefine(`MAIL_SETTINGS_DIR', `" + etc +
           "')dnl\ndefine(`confTRUSTED_USER', `root')dnl\n" + base + "include(`" + cf +
           "/debian/autoconf.m4')dnl\n" + rest;
}

std::string private_sendmail::common_mc(std::uint16_t elsewhere_port) const
{
    std::string mc = replaced(private_mc, "@TOP@", directory_.string());
    mc = replaced(std::move(mc), "ELSEWHERE", std::to_string(elsewhere_port));
    mc = replaced(std::move(mc), "@ETRN@", std::to_string(control_port()));
    return replaced(std::move(mc), "HOSTNAME", hostname);
}

std::string private_sendmail::mc_of_first(std::uint16_t elsewhere_port, const std::string& extra_mc) const
{
    std::string stock = moved(must_read(root / "usr/share/sendmail/cf/debian/sendmail.mc"));
    stock = replaced(std::move(stock), "Port=smtp", "M=E, Port=" + std::to_string(port()));
    stock =
        replaced(std::move(stock), "Port=submission", "Port=" + std::to_string(submission_port_.number()));
    const auto [head, mailers] = cut_before(stock, "MAILER_DEFINITIONS");
    const std::string fragment =
        replaced(must_read(ours / "sendmail.mc.fragment"), "/etc/mail/", config_dir().string() + "/");
    return head + common_mc(elsewhere_port) + replaced(first_mc, "@TOP@", directory_.string()) +
           (two_ ? "define(`confODMR_PART', `arrivals')dnl\n" : "") + fragment + extra_mc + "\n" + mailers;
}

std::string private_sendmail::mc_of_second(std::uint16_t elsewhere_port, const std::string& extra_mc) const
{
    const auto [head, rest] =
        cut_before(moved(must_read(ours / "sendmail-odmr.mc")), "define(`confODMR_PART'");
    return head + common_mc(elsewhere_port) + extra_mc + "\n" + rest;
}

void private_sendmail::write_configuration(const std::string& name, const std::string& mc) const
{
    const std::filesystem::path source = config_dir() / (name + ".mc");
    write_file(source, mc);
    write_file(config_dir() / (name + ".cf"), run_or_throw({{"m4", source.string()}}));
}

void private_sendmail::write_command(const std::filesystem::path& file, const std::string& command_line) const
{
    write_file(file, "#!/bin/sh\nODMR_TEST_LOG=" + log_file().string() + " ODMR_TEST_HOSTNAME=" + hostname +
                         " LD_PRELOAD=" + ODMR_SENDMAIL_SHIM + " exec " + command_line + " \"$@\"\n");
    std::filesystem::permissions(file, std::filesystem::perms(0755));
}

std::vector<std::filesystem::path> private_sendmail::config_files() const
{
    std::vector<std::filesystem::path> files = {config_file()};
    if (two_)
        files.push_back(delivering_config_file());
    return files;
}

std::map<std::string, std::string> private_sendmail::parameters() const
{
    std::map<std::string, std::string> odmr = {
        {"mail_system", "sendmail"},
        {"lmtp_socket", lmtp_socket().string()},
        {"policy_socket", policy_socket().string()},
        {"sendmail_command", command().string()},
        {"sendmail_config", delivering_config_file().string()},
        {"sendmail_control", "127.0.0.1:" + std::to_string(control_port())},
        {"sendmail_maps_dir", config_dir().string()},
        {"sendmail_makemap", makemap().string()},
    };
    if (two_)
        odmr["sendmail_queue_group"] = "";
    return odmr;
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
    std::vector<std::uint16_t> ports = {port(), submission_port_.number()};
    try {
        if (two_)
            daemons_.emplace_back(command(), config_file(), std::exchange(ports, {}));
        ports.push_back(control_port());
        daemons_.emplace_back(command(), delivering_config_file(), ports);
    } catch (const std::runtime_error& problem) {
        throw std::runtime_error(problem.what() + log());
    }
}

void private_sendmail::restart()
{
    daemons_.clear();
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
    for (const std::filesystem::path& config : config_files())
        run_or_throw({{command().string(), "-C", config.string(), "-q"}});
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

#include "support/private_postfix.hpp"

#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

#include <nlohmann/json.hpp>

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace odmr::test
{
namespace
{

// Nothing runs in a chroot, nothing asks the DNS, and nothing waits to be gentle on a busy machine.
constexpr const char* main_cf = R"(compatibility_level = 3.6
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
disable_dns_lookups = yes
smtpd_peername_lookup = no
in_flow_delay = 0
myhostname = provider.example.net
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
append_dot_mydomain = no
notify_classes =
message_size_limit = 67108864
)";

constexpr const char* master_cf = R"(
cleanup    unix        n  -  n  -     0  cleanup
pickup     unix        n  -  n  60    1  pickup
qmgr       unix        n  -  n  300   1  qmgr
rewrite    unix        -  -  n  -     -  trivial-rewrite
bounce     unix        -  -  n  -     0  bounce
defer      unix        -  -  n  -     0  bounce
trace      unix        -  -  n  -     0  bounce
flush      unix        n  -  n  1000? 0  flush
proxymap   unix        -  -  n  -     -  proxymap
smtp       unix        -  -  n  -     -  smtp
showq      unix        n  -  n  -     -  showq
error      unix        -  -  n  -     -  error
retry      unix        -  -  n  -     -  error
anvil      unix        -  -  n  -     1  anvil
scache     unix        -  -  n  -     1  scache
postlog    unix-dgram  n  -  n  -     1  postlogd
)";

std::string fragment(const std::string& name)
{
    const std::filesystem::path file = std::filesystem::path(ODMR_POSTFIX_DIR) / name;
    std::string text = read_file(file);
    if (text.empty())
        throw std::runtime_error("cannot read " + file.string());
    return text;
}

/// What main.cf says, each parameter by its last entry alone. Postfix would heed the last one, too, but every
/// program would warn in the log as it starts; and where ten warnings wait for the log's own process as it
/// starts, that process waits for itself, and all others for it.
std::string without_overridden(const std::string& text)
{
    std::vector<std::pair<std::string, std::string>> entries;  // name, lines
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.starts_with('#'))
            continue;
        if (line.starts_with(' ')) {  // goes on
            entries.back().second += line + "\n";
            continue;
        }
        const std::string name = line.substr(0, line.find_first_of(" ="));
        std::erase_if(entries, [&](const auto& entry) { return entry.first == name; });
        entries.emplace_back(name, line + "\n");
    }
    std::string kept;
    for (const auto& [name, entry] : entries)
        kept += entry;
    return kept;
}

/// Every Postfix program waits until main.cf is some seconds old, lest it read half of it.
void make_old(const std::filesystem::path& file)
{
    std::filesystem::last_write_time(file,
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
}

/// The queue as `postfix check` would make it, in one go instead of by two hundred commands.
void make_queue(const std::filesystem::path& queue)
{
    const passwd* const owner = ::getpwnam("postfix");
    const group* const drop = ::getgrnam("postdrop");
    if (owner == nullptr || drop == nullptr)
        throw std::runtime_error("there is no user postfix or no group postdrop; is Postfix installed?");
    const auto make = [&](const char* name, uid_t user, gid_t group, mode_t mode) {
        const std::filesystem::path directory = queue / name;
        std::filesystem::create_directory(directory);
        if (::chown(directory.c_str(), user, group) != 0 || ::chmod(directory.c_str(), mode) != 0)
            throw std::system_error(errno, std::generic_category(), directory.string());
    };
    for (const char* name : {"active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
                             "private", "saved", "trace", "../data"})
        make(name, owner->pw_uid, 0, 0700);
    make("maildrop", owner->pw_uid, drop->gr_gid, 0730);
    make("public", owner->pw_uid, drop->gr_gid, 0710);
    make("pid", 0, 0, 0755);
    write_file(queue / "quick-start", "");  // tells `postfix start` that all of this was checked
}

}  // namespace

private_postfix::private_postfix(const std::filesystem::path& directory, std::uint16_t elsewhere_port,
                                 const changes& extra)
    : directory_(directory)
{
    if (::geteuid() != 0)
        throw std::runtime_error(
            "a private Postfix needs root, because Postfix's master program insists on it");
    write_configuration(elsewhere_port, extra);
    start();
}

private_postfix::~private_postfix()
{
    stop();
}

void private_postfix::start()
{
    ::prctl(PR_SET_CHILD_SUBREAPER,
            1);  // the master, a daemon, becomes this process's child: its end can be seen
    run_or_throw({{"postfix", "-c", config_dir().string(), "start"}});
    std::istringstream(read_file(queue_dir() / "pid" / "master.pid")) >> master_;
    keeper_.emplace(master_);
}

void private_postfix::stop()
{
    // `postfix stop` would do the same, and sleep for a second. The master takes its process group with it;
    // as long as one of them is there it may listen on our port.
    ::kill(master_, SIGTERM);
    const auto all_gone = [this] {
        while (::waitpid(-master_, nullptr, WNOHANG) > 0) {
        }
        return ::kill(-master_, 0) != 0;
    };
    if (!wait_until(all_gone))
        ::kill(-master_, SIGKILL);
    keeper_.reset();
}

void private_postfix::restart()
{
    stop();
    start();
}

void private_postfix::write_configuration(std::uint16_t elsewhere_port, const changes& extra) const
{
    std::filesystem::create_directories(config_dir() / "odmr");
    std::filesystem::create_directories(queue_dir());
    make_queue(queue_dir());

    std::ostringstream main;
    main << main_cf << "queue_directory = " << queue_dir().string()
         << "\ndata_directory = " << (directory_ / "data").string()
         << "\nmaillog_file = " << (directory_ / "maillog").string()
         << "\nmaillog_file_prefixes = " << directory_.string()
         << "\ndefault_transport = smtp:[127.0.0.1]:" << elsewhere_port << "\n\n"
         << fragment("main.cf.fragment") << "\n"
         << extra.main_cf << "\n";
    write_file(config_dir() / "main.cf", without_overridden(main.str()));
    make_old(config_dir() / "main.cf");

    std::ostringstream master;
    master << "127.0.0.1:" << port() << " inet n - n - - smtpd" << master_cf << "\n"
           << fragment("master.cf.fragment") << "\n"
           << extra.master_cf;
    write_file(config_dir() / "master.cf", master.str());

    // An installation begins without customers; Postfix must find its tables all the same.
    for (const char* table : {"relay_domains", "transport"}) {
        const std::string file = (config_dir() / "odmr" / table).string();
        write_file(file, "");
        run_or_throw({{"postmap", "-c", config_dir().string(), "hash:" + file}});
    }
}

std::map<std::string, std::string> private_postfix::parameters() const
{
    return {
        {"mail_system", "postfix"},
        {"socket_dir", (queue_dir() / "odmr").string()},
        {"policy_socket", (queue_dir() / "odmr" / "policy").string()},
        {"postfix_config_dir", config_dir().string()},
        {"postfix_maps_dir", (config_dir() / "odmr").string()},
    };
}

std::string private_postfix::accepted_id(std::string_view reply) const
{
    return queue_id_in(reply);
}

std::vector<queued_message> private_postfix::queue() const
{
    std::vector<queued_message> result;
    std::istringstream lines(run_or_throw({{"postqueue", "-c", config_dir().string(), "-j"}}));
    for (std::string line; std::getline(lines, line);) {
        const nlohmann::json object = nlohmann::json::parse(line);
        queued_message message{object.at("queue_name"), object.at("queue_id"), object.at("sender"), {}};
        for (const nlohmann::json& recipient : object.at("recipients"))
            message.recipients.push_back({recipient.at("address"), recipient.value("delay_reason", "")});
        result.push_back(std::move(message));
    }
    return result;
}

bool private_postfix::at_rest(const queued_message& message) const
{
    return message.queue_name == "hold" || message.queue_name == "deferred";
}

void private_postfix::flush() const
{
    run_or_throw({{"postqueue", "-c", config_dir().string(), "-f"}});
}

void private_postfix::postsuper(const std::vector<std::string>& words) const
{
    program command{{"postsuper", "-c", config_dir().string()}};
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    run_or_throw(command);
}

void private_postfix::set(const std::string& parameter, const std::string& value) const
{
    run_or_throw({{"postconf", "-c", config_dir().string(), "-e", parameter + "=" + value}});
    make_old(config_dir() / "main.cf");
    run_or_throw({{"postfix", "-c", config_dir().string(), "reload"}});
}

void private_postfix::set_processes(int limit) const
{
    run_or_throw({{"postconf", "-c", config_dir().string(), "-F",
                   "odmr/unix/process_limit=" + std::to_string(limit)}});
    run_or_throw({{"postfix", "-c", config_dir().string(), "reload"}});
}

int private_postfix::processes(const std::string& program_name) const
{
    int count = 0;
    std::istringstream children(
        read_file("/proc/" + std::to_string(master_) + "/task/" + std::to_string(master_) + "/children"));
    for (std::string child; children >> child;)
        count += read_file("/proc/" + child + "/comm") == program_name + "\n" ? 1 : 0;
    return count;
}

std::string private_postfix::log() const
{
    return read_file(directory_ / "maillog");
}

std::size_t private_postfix::attempts(const std::string& queue_id) const
{
    return static_cast<std::size_t>(std::ranges::count_if(log_of(queue_id), [](const std::string& line) {
        return line.find(" status=") != std::string::npos;
    }));
}

std::vector<std::string> private_postfix::log_of(const std::string& queue_id) const
{
    std::vector<std::string> result;
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line);)
        if (line.find(" " + queue_id + ": ") != std::string::npos)
            result.push_back(line);
    return result;
}

}  // namespace odmr::test

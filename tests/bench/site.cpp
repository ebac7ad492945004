#include "bench/site.hpp"

#include "auth/secrets.hpp"
#include "config/read_settings.hpp"
#include "odmrctl/daemon_client.hpp"
#include "store/customer_store.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace odmr::bench
{
namespace
{

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto long_enough = 10min;  ///< for a hundred thousand messages on a slow machine

std::size_t files_below(const fs::path& directory)
{
    std::size_t count = 0;
    std::error_code gone;  // files and directories come and go meanwhile
    for (fs::recursive_directory_iterator entry(directory, gone), end; entry != end; entry.increment(gone))
        count += entry->is_regular_file(gone) ? 1 : 0;
    return count;
}

}  // namespace

std::string customer_name(std::size_t number)
{
    return "customer" + std::to_string(number);
}

std::string domain_of(std::size_t customer)
{
    return customer_name(customer) + ".example";
}

site::site(std::size_t customers, std::uint16_t elsewhere_port, const changes& what)
    : customers_(customers), provider_(how(what))
{
    provider_.postfix().set("default_transport", "smtp:[127.0.0.1]:" + std::to_string(elsewhere_port));
    command_line line;
    line.config_file = provider_.config_file();
    config_ = read_settings(line);
    add_customers();
    provider_.odmrctl_or_throw({"maps"});
    start_odmrd();
}

// Processes of Postfix that end and begin while something is measured would be part of it.
test::provider::setup site::how(const changes& what) const
{
    test::provider::parameters odmr = what.odmr;
    odmr.merge(
        test::provider::parameters{{"log_level", "info"}, {"linger", "0s"}, {"reconcile_interval", "1d"}});
    return {.odmr = odmr,
            .tls = what.tls,
            .extra_main_cf = "max_idle = 1h\nmax_use = 1000000\n",
            .extra_master_cf = "127.0.0.1:" + std::to_string(other_port_.number()) +
                               " inet n - n - - smtpd\n"
                               "  -o smtpd_recipient_restrictions=\n"
                               "  -o smtpd_end_of_data_restrictions=\n"};
}

/// What odmrctl does, without a process for each of a thousand.
void site::add_customers() const
{
    customer_store store(config_.database, customer_store::open_mode::create);
    const credentials secrets = make_credentials(test::provider::password, true);
    store.together([&] {
        for (std::size_t i = 0; i < customers_; ++i) {
            store.add_customer(customer_name(i), secrets, std::nullopt);
            store.add_domain(customer_name(i), domain_of(i));
        }
    });
}

void site::start_odmrd()
{
    provider_.start_odmrd();
    if (!test::wait_until([&] { return ask().holds; }))
        throw std::runtime_error("odmrd does not begin to hold mail:\n" + provider_.logs());
}

clock::duration site::restart_odmrd()
{
    provider_.odmrd().stop();
    const auto begin = clock::now();
    provider_.start_odmrd();
    if (!test::wait_until([&] { return ask().complete; }, long_enough))
        throw std::runtime_error("odmrd does not come to know all mail:\n" + provider_.logs());
    return clock::now() - begin;
}

void site::reconcile() const
{
    ctl::daemon_client(config_).ask("reconcile", {}, {}, ctl::daemon_client::thorough);
}

books site::ask() const
{
    books result;
    const auto add = [&](const ctl::daemon_client::json& row) {
        if (!row.contains("waiting"))
            return;
        result.held += row.at("waiting").at("held").get<std::size_t>();
        result.released += row.at("waiting").at("released").get<std::size_t>();
    };
    const auto summary = ctl::daemon_client(config_).ask("status", {}, add);
    result.complete = summary.at("complete");
    result.holds = summary.at("holding_trouble").is_null();
    result.messages = summary.at("messages");
    return result;
}

/// The child of ours of that name: the queue agent is odmrd's own child.
pid_t site::odmrd() const
{
    std::istringstream children(
        test::read_file("/proc/self/task/" + std::to_string(::getpid()) + "/children"));
    for (pid_t child = 0; children >> child;)
        if (test::read_file("/proc/" + std::to_string(child) + "/comm") == "odmrd\n")
            return child;
    throw std::runtime_error("odmrd does not run:\n" + provider_.logs());
}

std::string site::troubles() const
{
    std::string result;
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line);)
        if (line.find("] warning: ") != std::string::npos || line.find("] error: ") != std::string::npos)
            result += line + "\n";
    return result;
}

pid_t site::postfix_master() const
{
    pid_t master = 0;
    std::istringstream(test::read_file(provider_.postfix().queue_dir() / "pid" / "master.pid")) >> master;
    return master;
}

void site::send(std::uint16_t port, std::size_t messages, const std::string& recipient, bool keep) const
{
    test::program source{{"smtp-source", "-s", std::to_string(senders), "-m", std::to_string(messages), "-l",
                          std::to_string(message_octets), "-f", "sender@elsewhere.example", "-t", recipient}};
    if (keep)
        source.arguments.emplace_back("-d");
    source.arguments.push_back("127.0.0.1:" + std::to_string(port));
    const auto result = test::run_command(source, long_enough);
    if (result.status != 0)
        throw std::runtime_error("smtp-source: " + result.error);
}

void site::send_to_all() const
{
    std::vector<std::vector<std::string>> recipients;
    for (std::size_t i = 0; i < customers_; ++i)
        recipients.push_back({"someone@" + domain_of(i)});
    provider_.send_many(recipients, message_octets);
}

void site::hold(std::size_t messages) const
{
    const std::size_t before = count().hold;
    for (std::size_t i = 0; i < customers_; ++i) {
        const std::size_t share = (messages - i + customers_ - 1) / customers_;
        if (share > 0)
            send(smtp_port(), share, "someone@" + domain_of(i));
    }
    if (const queue_count now = count(); now.hold != before + messages)
        throw std::runtime_error(std::to_string(now.hold - before) + " of " + std::to_string(messages) +
                                 " messages are on hold:\n" + log());
}

queue_count site::count() const
{
    const fs::path queue = provider_.postfix().queue_dir();
    return {.hold = files_below(queue / "hold"),
            .moving = files_below(queue / "incoming") + files_below(queue / "active"),
            .deferred = files_below(queue / "deferred")};
}

std::size_t site::online() const
{
    std::size_t sockets = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(config_.socket_dir))
        sockets += entry.path().filename().string().ends_with(".example") ? 1 : 0;
    return sockets;
}

void site::settle() const
{
    if (!test::wait_until([&] { return count().moving == 0; }, long_enough))
        throw std::runtime_error("Postfix does not come to rest");
}

void site::remove_all_mail() const
{
    provider_.postfix().postsuper({"-d", "ALL"});
    // What is in no listing was perhaps only missed by it; what is in none of two is forgotten.
    reconcile();
    reconcile();
}

void site::release_all() const
{
    provider_.postfix().postsuper({"-H", "ALL"});
    provider_.postfix().flush();
}

}  // namespace odmr::bench

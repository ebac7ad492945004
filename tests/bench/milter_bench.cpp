// What it costs that Sendmail asks odmrd by odmr-milter about every message it takes in.
//
// One Sendmail has three ports: one with odmr-milter, one with a filter that asks nobody, one without. Each
// run takes as many messages in on the one as on the others, and counts the processor time that Sendmail with
// all its children, the filter and odmrd have used. Delivery is part of what Sendmail does, in the process
// that took the message in.
#include "bench/cpu_time.hpp"
#include "bench/options.hpp"
#include "bench/quick_sink.hpp"
#include "bench/report.hpp"
#include "support/child_process.hpp"
#include "support/listener.hpp"
#include "support/provider.hpp"
#include "support/temp_dir.hpp"

#include <array>
#include <atomic>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

namespace odmr::bench
{
namespace
{

using namespace std::chrono_literals;

constexpr const char* customers = "someone@example.org";
constexpr const char* others = "someone@elsewhere.example";
constexpr std::size_t message_octets = 4096;

struct kind_of_mail {
    std::string name;
    std::string recipient;
    bool keep_connections = false;
};

enum class filter { none, silent, odmr };
constexpr std::array all_filters{filter::none, filter::silent, filter::odmr};

/// Microseconds of processor time for each message.
struct cost {
    double sendmail = 0;
    double filter = 0;
    double odmrd = 0;

    [[nodiscard]] double sum() const { return sendmail + filter + odmrd; }
};

class milter_bench
{
public:
    milter_bench(std::size_t messages, std::size_t senders)
        : messages_(messages),
          senders_(senders),
          sink_([this](const std::string&) { ++arrived_; }),
          silent_({{test::built_program("bench_silent_filter"), silent_socket()}}),
          provider_(how())
    {
        provider_.add_customer("alice", {"example.org"});
        provider_.start_odmrd();
    }

    /// Each run begins with another one, so that what drifts counts for all.
    void measure(const kind_of_mail& mail, std::size_t runs, report& into)
    {
        for (const filter used : all_filters)
            (void)one(mail, used);
        const auto series = [&](const std::string& of, const char* unit = "us/message") {
            return measurement{mail.name + ": " + of, {}, unit};
        };
        measurement alone = series("Sendmail, without a filter");
        measurement asking = series("Sendmail, with odmr-milter");
        measurement milter = series("odmr-milter");
        measurement odmrd = series("odmrd");
        measurement share = series("what asking costs, of Sendmail without", "%");
        measurement silent = series("Sendmail, with the silent filter");
        measurement silent_filter = series("the silent filter");
        measurement silent_share = series("what the silent filter costs, of Sendmail without", "%");
        for (std::size_t run = 0; run < runs; ++run) {
            std::cerr << "milter: " << mail.name << ", run " << run + 1 << '\n';
            std::map<filter, cost> costs;
            for (std::size_t i = 0; i < all_filters.size(); ++i) {
                const filter used = all_filters.at((run + i) % all_filters.size());
                costs[used] = one(mail, used);
            }
            const double least = costs[filter::none].sendmail;
            const auto more = [&](filter used) { return 100 * (costs[used].sum() - least) / least; };
            alone.values.push_back(least);
            asking.values.push_back(costs[filter::odmr].sendmail);
            milter.values.push_back(costs[filter::odmr].filter);
            odmrd.values.push_back(costs[filter::odmr].odmrd);
            share.values.push_back(more(filter::odmr));
            silent.values.push_back(costs[filter::silent].sendmail);
            silent_filter.values.push_back(costs[filter::silent].filter);
            silent_share.values.push_back(more(filter::silent));
        }
        into.add(alone);
        into.add_against(asking, alone.name);
        into.add(milter);
        into.add(odmrd);
        into.add(share);
        into.add_against(silent, alone.name);
        into.add(silent_filter);
        into.add(silent_share);
    }

private:
    [[nodiscard]] test::provider::setup how() const
    {
        return {.host = test::mail_system::sendmail,
                .odmr = {{"log_level", "info"}},
                .extra_mc =
                    // Processes that deliver to one host at a time get in each other's way at its status.
                "undefine(`confHOST_STATUS_DIRECTORY')dnl\n"
                "define(`confDELIVERY_MODE', `interactive')dnl\n"
                "define(`RELAY_MAILER_ARGS', `TCP $h " +
                std::to_string(sink_.port()) +
                "')dnl\n"
                "DAEMON_OPTIONS(`Family=inet, Name=plain, Addr=127.0.0.1, Port=" +
                std::to_string(plain_port_.number()) +
                ", InputMailFilters=')dnl\n"
                "MAIL_FILTER(`silent', `S=" +
                silent_socket() +
                "')dnl\n"
                "DAEMON_OPTIONS(`Family=inet, Name=silent, Addr=127.0.0.1, Port=" +
                std::to_string(silent_port_.number()) + ", InputMailFilters=silent')dnl\n"};
    }

    [[nodiscard]] std::string silent_socket() const
    {
        return "local:" + (folder_.path() / "silent.sock").string();
    }

    cost one(const kind_of_mail& mail, filter used)
    {
        const pid_t sendmail = child_named("sendmail");
        const pid_t odmrd = child_named("odmrd");
        const auto now = [&] {
            return cost{
                .sendmail = microseconds_of_all(sendmail),
                .filter = microseconds_of(used == filter::silent ? silent_.pid() : provider_.milter().pid()),
                .odmrd = microseconds_of(odmrd)};
        };
        const cost before = now();
        send(port_with(used), mail);
        if (!test::wait_until([&] { return children_of(sendmail).empty(); }))
            throw std::runtime_error("Sendmail does not come to rest");
        const cost after = now();
        check_where_it_is(mail);
        const auto each = [&](double cost::* part) {
            return (after.*part - before.*part) / static_cast<double>(messages_);
        };
        return {
            .sendmail = each(&cost::sendmail), .filter = each(&cost::filter), .odmrd = each(&cost::odmrd)};
    }

    [[nodiscard]] std::uint16_t port_with(filter used) const
    {
        switch (used) {
            case filter::none:
                return plain_port_.number();
            case filter::silent:
                return silent_port_.number();
            case filter::odmr:
                break;
        }
        return provider_.sendmail().port();
    }

    void send(std::uint16_t port, const kind_of_mail& mail) const
    {
        test::program source{{"smtp-source", "-s", std::to_string(senders_), "-m", std::to_string(messages_),
                              "-l", std::to_string(message_octets), "-f", "sender@elsewhere.example", "-t",
                              mail.recipient}};
        if (mail.keep_connections)
            source.arguments.emplace_back("-d");
        source.arguments.push_back("127.0.0.1:" + std::to_string(port));
        if (const auto result = test::run_command(source, 10min); result.status != 0)
            throw std::runtime_error("smtp-source: " + result.error + provider_.logs());
    }

    static std::string children_of(pid_t parent)
    {
        const std::string process = "/proc/" + std::to_string(parent);
        return test::read_file(process + "/task/" + std::to_string(parent) + "/children");
    }

    [[nodiscard]] pid_t child_named(const std::string& program) const
    {
        std::istringstream children(children_of(::getpid()));
        for (pid_t child = 0; children >> child;)
            if (test::read_file("/proc/" + std::to_string(child) + "/comm") == program + "\n")
                return child;
        throw std::runtime_error(program + " does not run:\n" + provider_.logs());
    }

    /// Else something was measured that is called by another name. Leaves nothing behind.
    void check_where_it_is(const kind_of_mail& mail)
    {
        const std::filesystem::path queue = provider_.sendmail().queue_dir() / "odmr";
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::directory_iterator(queue)) {
            files += entry.path().filename().string().starts_with("qf") ? 1 : 0;
            std::filesystem::remove(entry.path());
        }
        const std::size_t found = mail.recipient == customers ? files : arrived_.exchange(0);
        if (found != messages_)
            throw std::runtime_error(mail.name + ": " + std::to_string(found) + " of " +
                                     std::to_string(messages_) + " messages are where they should be:\n" +
                                     provider_.logs());
    }

    std::size_t messages_;
    std::size_t senders_;
    std::atomic<std::size_t> arrived_ = 0;
    quick_sink sink_;
    test::temp_dir folder_;
    test::reserved_port plain_port_;
    test::reserved_port silent_port_;
    test::child_process silent_;
    test::provider provider_;
};

}  // namespace
}  // namespace odmr::bench

int main(int argc, char** argv)
{
    using namespace odmr::bench;
    constexpr std::size_t runs = 5;
    const options how(argc, argv, {"waiting", "other", "waiting-kept", "other-kept"},
                      {{"messages", "how many in each half of a run (1000)"},
                       {"senders", "how many hand them in at the same time (4)"}},
                      runs);
    try {
        report results;
        milter_bench bench(how.number("messages", 1000), how.number("senders", 4));
        if (how.wants("waiting"))
            bench.measure({"customers' mail", customers}, how.runs(), results);
        if (how.wants("other"))
            bench.measure({"other mail", others}, how.runs(), results);
        if (how.wants("waiting-kept"))
            bench.measure({"customers' mail, kept connections", customers, true}, how.runs(), results);
        if (how.wants("other-kept"))
            bench.measure({"other mail, kept connections", others, true}, how.runs(), results);
        results.print(std::cout);
        if (how.json_file())
            results.write_json(*how.json_file());
        return 0;
    } catch (const std::exception& problem) {
        std::cerr << "bench_milter: " << problem.what() << '\n';
        return 1;
    }
}

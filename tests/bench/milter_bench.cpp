// What it costs that Sendmail asks odmrd by odmr-milter about every message it takes in.
//
// One Sendmail has two ports, and only one of them has the filter. Each run takes as many messages in on the
// one as on the other, and counts the processor time that Sendmail with all its children, odmr-milter and
// odmrd have used. Delivery is part of what Sendmail does, in the process that took the message in.
#include "bench/cpu_time.hpp"
#include "bench/options.hpp"
#include "bench/quick_sink.hpp"
#include "bench/report.hpp"
#include "support/child_process.hpp"
#include "support/listener.hpp"
#include "support/provider.hpp"
#include "support/temp_dir.hpp"

#include <atomic>
#include <exception>
#include <filesystem>
#include <iostream>
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

/// Microseconds of processor time for each message.
struct cost {
    double sendmail = 0;
    double milter = 0;
    double odmrd = 0;
};

class milter_bench
{
public:
    milter_bench(std::size_t messages, std::size_t senders)
        : messages_(messages),
          senders_(senders),
          sink_([this](const std::string&) { ++arrived_; }),
          provider_(how())
    {
        provider_.add_customer("alice", {"example.org"});
        provider_.start_odmrd();
    }

    /// Every second run begins with the filter, so that what drifts counts for both.
    void measure(const kind_of_mail& mail, std::size_t runs, report& into)
    {
        (void)one(mail, true);
        (void)one(mail, false);
        measurement alone{mail.name + ": Sendmail, without odmr-milter", {}, "us/message"};
        measurement with{mail.name + ": Sendmail, with odmr-milter", {}, "us/message"};
        measurement milter{mail.name + ": odmr-milter", {}, "us/message"};
        measurement odmrd{mail.name + ": odmrd", {}, "us/message"};
        measurement share{mail.name + ": what asking costs of Sendmail without it", {}, "%"};
        for (std::size_t run = 0; run < runs; ++run) {
            std::cerr << "milter: " << mail.name << ", run " << run + 1 << '\n';
            const bool filter_first = run % 2 == 0;
            const cost first = one(mail, filter_first);
            const cost second = one(mail, !filter_first);
            const cost& asked = filter_first ? first : second;
            const cost& not_asked = filter_first ? second : first;
            alone.values.push_back(not_asked.sendmail);
            with.values.push_back(asked.sendmail);
            milter.values.push_back(asked.milter);
            odmrd.values.push_back(asked.odmrd);
            share.values.push_back(100 * (asked.sendmail - not_asked.sendmail + asked.milter + asked.odmrd) /
                                   not_asked.sendmail);
        }
        into.add(alone);
        into.add_against(with, alone.name);
        into.add(milter);
        into.add(odmrd);
        into.add(share);
    }

private:
    [[nodiscard]] test::provider::setup how() const
    {
        return {.host = test::mail_system::sendmail,
                .odmr = {{"log_level", "info"}},
                .extra_mc =
                    "define(`confDELIVERY_MODE', `interactive')dnl\n"
                    "define(`RELAY_MAILER_ARGS', `TCP $h " +
                    std::to_string(sink_.port()) +
                    "')dnl\n"
                    "DAEMON_OPTIONS(`Family=inet, Name=plain, Addr=127.0.0.1, Port=" +
                    std::to_string(plain_port_.number()) + ", InputMailFilters=')dnl\n"};
    }

    cost one(const kind_of_mail& mail, bool filter)
    {
        const pid_t sendmail = child_named("sendmail");
        const pid_t odmrd = child_named("odmrd");
        const auto now = [&] {
            return cost{.sendmail = microseconds_of_all(sendmail),
                        .milter = microseconds_of(provider_.milter().pid()),
                        .odmrd = microseconds_of(odmrd)};
        };
        const cost before = now();
        send(filter ? provider_.sendmail().port() : plain_port_.number(), mail);
        if (!test::wait_until([&] { return children_of(sendmail).empty(); }))
            throw std::runtime_error("Sendmail does not come to rest");
        const cost after = now();
        check_where_it_is(mail);
        const auto each = [&](double cost::* part) {
            return (after.*part - before.*part) / static_cast<double>(messages_);
        };
        return {
            .sendmail = each(&cost::sendmail), .milter = each(&cost::milter), .odmrd = each(&cost::odmrd)};
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
                                     provider_.odmrd().log() + provider_.milter().log());
    }

    std::size_t messages_;
    std::size_t senders_;
    std::atomic<std::size_t> arrived_ = 0;
    quick_sink sink_;
    test::reserved_port plain_port_;
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

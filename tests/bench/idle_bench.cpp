// What thousands of customers cost who stay online while no mail comes, with a real Postfix.
#include "bench/cpu_time.hpp"
#include "bench/crowd.hpp"
#include "bench/options.hpp"
#include "bench/quick_sink.hpp"
#include "bench/report.hpp"
#include "bench/site.hpp"
#include "support/temp_dir.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace odmr::bench
{
namespace
{

using namespace std::chrono_literals;

constexpr auto at_rest = 20s;

/// Every customer has a line at each of its ends, and a socket for its domain.
void allow_descriptors(std::size_t customers)
{
    constexpr rlim_t others = 1000;
    const rlim_t wanted = 2 * customers + others;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_max = std::max(limit.rlim_max, wanted);
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        throw std::runtime_error("the limit of open files is too low for so many customers");
}

/// "Rss" or "Pss" of a process in KiB.
double memory(pid_t process, const std::string& which)
{
    std::istringstream rollup(test::read_file("/proc/" + std::to_string(process) + "/smaps_rollup"));
    for (std::string word; rollup >> word;)
        if (double kib = 0; word == which + ":" && rollup >> kib)
            return kib;
    throw std::runtime_error("there is no " + which + " in smaps_rollup");
}

/// What a process uses of a core, in percent, during that time.
double share_of_core(pid_t process, clock::duration during)
{
    constexpr double percent = 100;
    cpu_time before;
    cpu_time after;
    add_cpu_time(before, process, false);
    const auto begin = clock::now();
    std::this_thread::sleep_for(during);
    add_cpu_time(after, process, false);
    const double used = static_cast<double>(used_between(before, after));
    const auto passed = std::chrono::duration<double, std::nano>(clock::now() - begin).count();
    return percent * used / passed;
}

/// What is left to do when many have come is done.
void wait_for_rest(const site& provider)
{
    constexpr double rest = 5;  // percent of a core
    constexpr int looks = 60;
    for (int i = 0; i < looks && share_of_core(provider.odmrd(), 2s) > rest; ++i) {
    }
}

class idle_case
{
public:
    idle_case(const options& how, const std::string& name, bool tls)
        : customers_(how.number("customers", tls ? 1000 : 2000)), name_(name), tls_(tls)
    {
    }

    void measure(std::size_t runs)
    {
        allow_descriptors(customers_);
        const quick_sink elsewhere([](const std::string&) {});
        const std::string many = std::to_string(2 * customers_);
        site provider(
            customers_, elsewhere.port(),
            {.tls = tls_,
             .odmr = {{"linger", "1d"}, {"max_sessions", many}, {"max_sessions_per_address", many}}});
        for (std::size_t run = 0; run < runs; ++run) {
            std::cerr << name_ << ": run " << run + 1 << '\n';
            if (run > 0)
                provider.restart_odmrd();
            measure_once(provider);
        }
        std::cerr << provider.troubles();
    }

    void report_to(report& into) const
    {
        for (const measurement& m : {idle_, pss_, after_, cpu_, arrival_, login_})
            into.add(m);
    }

private:
    /// What the first customers make a process read and allocate, it does once.
    void warm_up(const site& provider) const
    {
        constexpr std::size_t first = 50;
        const crowd customers(provider, std::min(first, customers_), tls_);
        one_message(provider, customers);
    }

    void measure_once(const site& provider)
    {
        warm_up(provider);
        if (!test::wait_until([&] { return provider.online() == 0; }))
            throw std::runtime_error("the first customers do not leave");
        wait_for_rest(provider);
        const pid_t odmrd = provider.odmrd();
        const double rss = memory(odmrd, "Rss");
        const double pss = memory(odmrd, "Pss");
        const auto for_each = [&](double kib) { return kib / static_cast<double>(customers_); };

        const auto begin = clock::now();
        const crowd customers(provider, customers_, tls_);
        login_.values.push_back(milliseconds_of(clock::now() - begin) / static_cast<double>(customers_));
        wait_for_rest(provider);
        idle_.values.push_back(for_each(memory(odmrd, "Rss") - rss));
        pss_.values.push_back(for_each(memory(odmrd, "Pss") - pss));
        cpu_.values.push_back(share_of_core(odmrd, at_rest));

        arrival_.values.push_back(one_message(provider, customers));
        provider.send_to_all();
        wait_for(customers, customers_ + 1);
        wait_for_rest(provider);
        after_.values.push_back(for_each(memory(odmrd, "Rss") - rss));
        if (customers.lost() > 0)
            throw std::runtime_error(std::to_string(customers.lost()) + " customers lost their lines");
    }

    /// From the moment its sender connects to Postfix.
    static double one_message(const site& provider, const crowd& customers)
    {
        const auto begun = clock::now();
        provider.send(provider.smtp_port(), 1, "someone@" + domain_of(0));
        wait_for(customers, 1);
        return milliseconds_of(clock::now() - begun);
    }

    static void wait_for(const crowd& customers, std::size_t messages)
    {
        const auto end = clock::now() + 10min;
        while (customers.messages() < messages) {
            if (clock::now() > end)
                throw std::runtime_error("mail does not come");
            std::this_thread::sleep_for(100us);
        }
    }

    std::size_t customers_;
    std::string name_;
    bool tls_;
    measurement idle_{name_ + ": memory (RSS) for each customer", {}, "KiB"};
    measurement pss_{name_ + ": memory (PSS) for each customer", {}, "KiB"};
    measurement after_{name_ + ": the same (RSS) when each has received a message", {}, "KiB"};
    measurement cpu_{name_ + ": odmrd at rest", {}, "% of a core"};
    measurement arrival_{name_ + ": from sent to arrived, everybody idle", {}, "ms"};
    measurement login_{name_ + ": from connect to ready, one after the other", {}, "ms"};
};

}  // namespace
}  // namespace odmr::bench

int main(int argc, char** argv)
{
    using namespace odmr::bench;
    const options how(argc, argv, {"plain", "tls"},
                      {{"customers", "how many are online (plain: 2000, tls: 1000)"}}, 1);
    try {
        report results;
        for (const bool tls : {false, true}) {
            idle_case one(how, tls ? "tls" : "plain", tls);
            if (!how.wants(tls ? "tls" : "plain"))
                continue;
            one.measure(how.runs());
            one.report_to(results);
        }
        results.print(std::cout);
        if (how.json_file())
            results.write_json(*how.json_file());
        return 0;
    } catch (const std::exception& problem) {
        std::cerr << "bench_idle: " << problem.what() << '\n';
        return 1;
    }
}

#include "bench/drain.hpp"
#include "bench/policy_pulse.hpp"
#include "bench/quick_sink.hpp"
#include "bench/site.hpp"
#include "hold_cases.hpp"
#include "support/temp_dir.hpp"

#include <iostream>
#include <sstream>
#include <thread>

namespace odmr::bench
{
namespace
{

using namespace std::chrono_literals;

/// Resident memory of a process in MiB.
double resident_memory(pid_t process)
{
    constexpr double kib_in_mib = 1024;
    std::istringstream status(test::read_file("/proc/" + std::to_string(process) + "/status"));
    for (std::string word; status >> word;)
        if (double kib = 0; word == "VmRSS:" && status >> kib)
            return kib / kib_in_mib;
    return 0;
}

/// The longest time that a question about arriving mail waits for its answer while something is done.
template <class Work>
double longest_wait(const site& provider, Work work)
{
    policy_pulse pulse(provider.policy_socket());
    work();
    return quantile(pulse.end(), 1);
}

}  // namespace

void many_customers(const options& how, report& into)
{
    const std::size_t messages = how.number("messages", 100'000);
    const std::size_t customers = how.number("customers", 1000);
    const quick_sink elsewhere([](const std::string&) {});
    site provider(customers, elsewhere.port());

    measurement empty{
        "many customers: memory of odmrd without mail", {resident_memory(provider.odmrd())}, "MiB"};
    std::cerr << "many-customers: " << messages << " messages for " << customers << " customers\n";
    provider.hold(messages);
    measurement start{"many customers: start-up to complete ledger", {}, "ms"};
    measurement memory{"many customers: memory of odmrd then", {}, "MiB"};
    measurement quiet{"many customers: longest wait for a policy answer, nothing else to do", {}, "ms"};
    measurement listing{"many customers: longest wait for a policy answer, during a listing", {}, "ms"};
    measurement first{"many customers: ATRN to first message", {}, "ms"};
    measurement all{"many customers: ATRN to last message", {}, "ms"};
    for (std::size_t run = 0; run < how.runs(); ++run) {
        std::cerr << "many-customers: run " << run + 1 << '\n';
        start.values.push_back(milliseconds_of(provider.restart_odmrd()));
        memory.values.push_back(resident_memory(provider.odmrd()));
        listing.values.push_back(longest_wait(provider, [&] { provider.reconcile(); }));
        quiet.values.push_back(longest_wait(provider, [] { std::this_thread::sleep_for(3s); }));
        const drained one = drain(provider, run % customers);
        first.values.push_back(milliseconds_of(one.first));
        all.values.push_back(milliseconds_of(one.all));
    }
    std::cerr << provider.troubles();
    into.add(start);
    into.add(empty);
    into.add_against(memory, empty.name);
    into.add(quiet);
    into.add_against(listing, quiet.name);
    into.add(first);
    into.add(all);
}

}  // namespace odmr::bench

#include "bench/cpu_time.hpp"
#include "bench/fast_customer.hpp"
#include "bench/lmtp_sender.hpp"
#include "bench/machine_load.hpp"
#include "bench/mail_book.hpp"
#include "bench/memory_watch.hpp"
#include "bench/plain_copy.hpp"
#include "bench/site.hpp"
#include "stream_cases.hpp"

#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace odmr::bench
{
namespace
{

using manner = fast_customer::manner;

site::changes stays_on_the_line()
{
    return {.tls = true, .odmr = {{"linger", "1h"}}};
}

void wait_until_online(const site& provider)
{
    if (!test::wait_until([&] { return std::filesystem::exists(provider.lmtp_socket(0)); }))
        throw std::runtime_error("odmrd takes no mail for the customer:\n" + provider.log());
}

void wait_until_offline(const site& provider)
{
    if (!test::wait_until([&] { return !std::filesystem::exists(provider.lmtp_socket(0)); }))
        throw std::runtime_error("odmrd does not notice that the customer is gone");
}

/// Brings these messages, one after the other; how long it took.
clock::duration bring(const site& provider, const std::vector<numbered_mail>& messages)
{
    lmtp_sender sender(provider.lmtp_socket(0));
    const auto begin = clock::now();
    for (const numbered_mail& message : messages)
        sender.send("someone@" + domain_of(0), message);
    return clock::now() - begin;
}

struct relay_case {
    std::string name;
    manner how = {};
    std::vector<double> rates = {};  ///< MB/s
    std::vector<double> cost = {};   ///< ms of odmrd's processor time for 1 GB
};

std::vector<relay_case> relay_cases(const options& how)
{
    std::vector<relay_case> cases{
        {"relay alone, DATA", {}},
        {"relay alone, CHUNKING", {.server = {.chunking = true}}},
        {"relay alone, DATA, TLS", {.tls = true}},
        {"relay alone, CHUNKING, TLS", {.tls = true, .server = {.chunking = true}}}};
    std::erase_if(cases, [&](const relay_case& each) { return !how.wants_only(each.name); });
    return cases;
}

void measure(relay_case& what, const site& provider, const std::vector<numbered_mail>& messages)
{
    mail_book book(0, messages.size());
    clock::duration time{};
    cpu_time before;
    cpu_time after;
    {
        attended_customer customer(provider, 0, what.how, booked_in(book));
        customer.begin();
        wait_until_online(provider);
        add_cpu_time(before, provider.odmrd(), false);
        time = bring(provider, messages);
        add_cpu_time(after, provider.odmrd(), false);
    }
    wait_until_offline(provider);
    book.check();
    const double megabytes = static_cast<double>(messages.size() * large_octets) / megabyte;
    what.rates.push_back(megabytes * 1000 / milliseconds_of(time));
    what.cost.push_back(static_cast<double>(used_between(before, after)) / 1e6 / (megabytes / 1000));
}

}  // namespace

void relay_alone(const options& how, report& into)
{
    constexpr std::size_t count = 20;
    constexpr std::uint64_t copied_octets = 100 * large_octets;  // enough to be measured
    measurement copy{"plain copy", {}, "MB/s"};
    std::vector<numbered_mail> messages;
    for (std::size_t i = 0; i < count; ++i)
        messages.emplace_back(i, large_octets);
    std::vector<relay_case> cases = relay_cases(how);
    const machine_load load;
    const site provider(1, stays_on_the_line());
    for (std::size_t run = 0; run < how.runs(); ++run) {
        copy.values.push_back(static_cast<double>(copied_octets) / megabyte * 1000 /
                              milliseconds_of(copy_plainly(copied_octets)));
        for (relay_case& each : cases) {
            measure(each, provider, messages);
            std::cerr << "relay, run " << run + 1 << ": " << each.name << ": " << each.rates.back()
                      << " MB/s\n";
        }
    }
    into.add(copy);
    for (const relay_case& each : cases) {
        into.add_against({each.name, each.rates, "MB/s"}, copy.name);
        into.add({each.name + ", odmrd", each.cost, "ms/GB"});
    }
    into.add({"relay alone: processors' time of other programs", {100 * load.others()}, "%"});
}

void memory(const options& how, report& into)
{
    constexpr std::uint64_t huge_octets = 1'000'000'000;
    const site provider(1, stays_on_the_line());
    std::vector<numbered_mail> message{{0, huge_octets}};
    for (const relay_case& each : relay_cases(how)) {
        measurement growth{"1 GB, " + each.name + ": memory of odmrd grows by", {}, "MB"};
        for (std::size_t run = 0; run < how.runs(); ++run) {
            mail_book book(0, 1);
            {
                attended_customer customer(provider, 0, each.how, booked_in(book));
                customer.begin();
                wait_until_online(provider);
                const memory_watch watch(provider.odmrd());
                bring(provider, message);
                growth.values.push_back(static_cast<double>(watch.growth()) / megabyte);
            }
            wait_until_offline(provider);
            book.check();
            std::cerr << "memory, run " << run + 1 << ": " << each.name << ": " << growth.values.back()
                      << " MB\n";
        }
        into.add(growth);
    }
}

}  // namespace odmr::bench

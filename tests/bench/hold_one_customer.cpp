#include "bench/drain.hpp"
#include "bench/other_mail.hpp"
#include "bench/site.hpp"
#include "hold_cases.hpp"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

namespace odmr::bench
{
namespace
{

using namespace std::chrono_literals;

/// Looks again and again at how much mail is not on hold, as odmrd counts it and as Postfix's queue shows it.
class window_watch
{
public:
    explicit window_watch(const site& provider)
        : thread_([this, &provider](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
                  released_ = std::max(released_.load(), provider.ask().released);
                  const queue_count now = provider.count();
                  not_on_hold_ = std::max(not_on_hold_.load(), now.moving + now.deferred);
                  std::this_thread::sleep_for(50ms);
              }
          })
    {
    }

    /// The most that was seen.
    [[nodiscard]] double released() const { return static_cast<double>(released_); }
    [[nodiscard]] double not_on_hold() const { return static_cast<double>(not_on_hold_); }

private:
    std::atomic<std::size_t> released_ = 0;
    std::atomic<std::size_t> not_on_hold_ = 0;
    std::jthread thread_;
};

struct latency {
    measurement median, p95, highest;

    explicit latency(const std::string& when)
        : median{"other mail " + when + ", median", {}, "ms"},
          p95{"other mail " + when + ", 95 %", {}, "ms"},
          highest{"other mail " + when + ", slowest", {}, "ms"}
    {
    }

    void add(const std::vector<double>& waits)
    {
        median.values.push_back(quantile(waits, 0.5));
        p95.values.push_back(quantile(waits, 0.95));
        highest.values.push_back(quantile(waits, 1));
    }
};

}  // namespace

void one_customer(const options& how, report& into)
{
    constexpr auto quiet_time = 5s;
    const std::size_t messages = how.number("messages", 20'000);
    other_mail probe;
    const site provider(1, probe.port());

    measurement first{"one customer: ATRN to first message", {}, "ms"};
    measurement all{"one customer: ATRN to last message", {}, "ms"};
    measurement rate{"one customer: rate", {}, "messages/s"};
    measurement released{"one customer: let go and not delivered, odmrd", {}, "messages"};
    measurement not_on_hold{"one customer: not on hold, Postfix's queue", {}, "messages"};
    latency before("before");
    latency during("during");
    for (std::size_t run = 0; run < how.runs(); ++run) {
        std::cerr << "one-customer: " << messages << " messages, run " << run + 1 << '\n';
        provider.hold(messages);
        probe.begin(provider.smtp_port());
        std::this_thread::sleep_for(quiet_time);
        before.add(probe.end());

        const window_watch watch(provider);
        probe.begin(provider.smtp_port());
        const drained result = drain(provider, 0);
        during.add(probe.end());
        if (result.messages != messages)
            throw std::runtime_error(std::to_string(result.messages) + " of " + std::to_string(messages) +
                                     " messages have come:\n" + provider.log());
        first.values.push_back(milliseconds_of(result.first));
        all.values.push_back(milliseconds_of(result.all));
        rate.values.push_back(static_cast<double>(messages) * 1000 / milliseconds_of(result.all));
        released.values.push_back(watch.released());
        not_on_hold.values.push_back(watch.not_on_hold());
    }
    std::cerr << provider.troubles();
    for (measurement* each :
         {&first, &all, &rate, &released, &not_on_hold, &before.median, &before.p95, &before.highest})
        into.add(*each);
    into.add_against(during.median, before.median.name);
    into.add_against(during.p95, before.p95.name);
    into.add_against(during.highest, before.highest.name);
}

}  // namespace odmr::bench

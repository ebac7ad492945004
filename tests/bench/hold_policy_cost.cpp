#include "bench/cpu_time.hpp"
#include "bench/quick_sink.hpp"
#include "bench/site.hpp"
#include "hold_cases.hpp"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <stdexcept>
#include <string>

namespace odmr::bench
{
namespace
{

/// Microseconds of processor time for each message.
struct cost {
    double odmrd = 0;
    double smtpd = 0;
    double postfix = 0;  ///< all of it
};

struct kind_of_mail {
    std::string name;
    std::string recipient;
    bool keep_connections = false;
};

class cost_bench
{
public:
    explicit cost_bench(std::size_t messages)
        : messages_(messages), sink_([this](const std::string&) { ++arrived_; }), provider_(1, sink_.port())
    {
    }

    [[nodiscard]] std::string troubles() const { return provider_.troubles(); }

    /// Every second run begins with policy, so that what drifts counts for both.
    void measure(const kind_of_mail& mail, std::size_t runs, report& into)
    {
        (void)one(mail, true);
        (void)one(mail, false);
        measurement odmrd{mail.name + ": odmrd", {}, "us/message"};
        measurement smtpd{mail.name + ": smtpd, with policy", {}, "us/message"};
        measurement smtpd_alone{mail.name + ": smtpd, without policy", {}, "us/message"};
        measurement postfix{mail.name + ": all of Postfix, with policy", {}, "us/message"};
        measurement postfix_alone{mail.name + ": all of Postfix, without policy", {}, "us/message"};
        measurement share{mail.name + ": what asking costs of Postfix without policy", {}, "%"};
        for (std::size_t run = 0; run < runs; ++run) {
            std::cerr << "policy-cost: " << mail.name << ", run " << run + 1 << '\n';
            const bool policy_first = run % 2 == 0;
            const cost a = one(mail, policy_first);
            const cost b = one(mail, !policy_first);
            const cost& with = policy_first ? a : b;
            const cost& without = policy_first ? b : a;
            odmrd.values.push_back(with.odmrd);
            smtpd.values.push_back(with.smtpd);
            smtpd_alone.values.push_back(without.smtpd);
            postfix.values.push_back(with.postfix);
            postfix_alone.values.push_back(without.postfix);
            share.values.push_back(100 * (with.odmrd + with.smtpd - without.smtpd) / without.postfix);
        }
        into.add(odmrd);
        into.add(smtpd_alone);
        into.add_against(smtpd, smtpd_alone.name);
        into.add(postfix_alone);
        into.add_against(postfix, postfix_alone.name);
        into.add(share);
    }

private:
    cost one(const kind_of_mail& mail, bool policy)
    {
        const std::uint16_t port = policy ? provider_.smtp_port() : provider_.port_without_policy();
        const cpu_time before = now();
        provider_.send(port, messages_, mail.recipient, mail.keep_connections);
        provider_.settle();
        const cpu_time after = now();
        check_where_it_is(mail, policy);
        provider_.remove_all_mail();
        const auto each = [&](const std::string& program) {
            constexpr double nanoseconds = 1000;
            return static_cast<double>(used_between(before, after, program)) / nanoseconds /
                   static_cast<double>(messages_);
        };
        return {.odmrd = each("odmrd"), .smtpd = each("smtpd"), .postfix = each({}) - each("odmrd")};
    }

    [[nodiscard]] cpu_time now() const
    {
        cpu_time times;
        add_cpu_time(times, provider_.postfix_master(), true);
        add_cpu_time(times, provider_.odmrd(), false);
        return times;
    }

    /// Else something was measured that is called by another name.
    void check_where_it_is(const kind_of_mail& mail, bool policy)
    {
        const queue_count queue = provider_.count();
        const bool elsewhere = mail.recipient.ends_with("@elsewhere.example");
        const std::size_t found = elsewhere ? arrived_.exchange(0) : policy ? queue.hold : queue.deferred;
        if (found != messages_)
            throw std::runtime_error(mail.name + ": " + std::to_string(found) + " of " +
                                     std::to_string(messages_) + " messages are where they should be:\n" +
                                     provider_.log());
    }

    std::size_t messages_;
    std::atomic<std::size_t> arrived_ = 0;
    quick_sink sink_;
    site provider_;
};

}  // namespace

void policy_cost(const options& how, report& into)
{
    const std::string customers = "someone@" + domain_of(0);
    cost_bench bench(how.number("messages", 3000));
    bench.measure({"held mail", customers}, how.runs(), into);
    bench.measure({"other mail", "someone@elsewhere.example"}, how.runs(), into);
    bench.measure({"held mail, kept connections", customers, true}, how.runs(), into);
    bench.measure({"other mail, kept connections", "someone@elsewhere.example", true}, how.runs(), into);
    std::cerr << bench.troubles();
}

}  // namespace odmr::bench

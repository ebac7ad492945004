#include "bench/cpu_time.hpp"
#include "bench/drain.hpp"
#include "bench/machine_load.hpp"
#include "bench/mail_source.hpp"
#include "bench/plot.hpp"
#include "drain_cases.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

namespace odmr::bench
{
namespace
{

constexpr const char* straight = "straight to LMTP";

using behaviour = quick_server::behaviour;
constexpr behaviour serial{.pipelining = false};
constexpr behaviour data{};
constexpr behaviour chunking{.chunking = true};

struct rate_case {
    std::string way;  ///< how mail is sent; a line of the plot
    customer_line line;
    std::size_t messages = 0;
    std::string against = {};

    [[nodiscard]] std::string name() const
    {
        std::string text = way;
        if (line.round_trip.count() > 0)
            text += ", " + std::to_string(line.round_trip.count()) + " ms";
        if (line.tls)
            text += ", TLS";
        if (line.sessions > 1)
            text += ", " + std::to_string(line.sessions) + " sessions";
        return text;
    }
};

/// What was measured of one case, a value for each run.
struct rate_values {
    std::vector<double> all;     ///< messages/s from ATRN to the last message
    std::vector<double> middle;  ///< messages/s between 10 % and 90 % of them
    std::vector<double> own;     ///< messages/s, had other programs left the processors alone
    std::vector<double> cost;    ///< microseconds of odmrd's processor time for each message
};

std::vector<rate_case> all_cases(const options& how)
{
    const std::size_t many = how.number("messages", 5000);
    const std::size_t chunked = how.number("chunked", 3000);
    constexpr std::size_t steps = 4;  // of a serial relay: MAIL, RCPT, DATA, content
    const auto in_turn = [&](test::milliseconds round_trip, std::size_t round_trips) {
        const std::size_t ms = how.number("seconds", 6) * 1000;
        return std::max<std::size_t>(ms / (static_cast<std::size_t>(round_trip.count()) * round_trips), 5);
    };
    std::vector<rate_case> cases{{straight, {}, many},
                                 {"serial", {.server = serial}, many, straight},
                                 {"DATA", {.server = data}, many, straight},
                                 {"CHUNKING", {.server = chunking}, many, straight},
                                 {"DATA", {.tls = true, .server = data}, many, straight},
                                 {"CHUNKING", {.tls = true, .server = chunking}, many, straight}};
    for (const test::milliseconds rtt :
         {test::milliseconds(20), test::milliseconds(100), test::milliseconds(300)}) {
        const auto against = rate_case{"serial", {.round_trip = rtt}}.name();
        cases.push_back({"serial", {.round_trip = rtt, .server = serial}, in_turn(rtt, steps)});
        cases.push_back({"DATA", {.round_trip = rtt, .server = data}, in_turn(rtt, 1), against});
        cases.push_back({"CHUNKING", {.round_trip = rtt, .server = chunking}, chunked, against});
    }
    constexpr test::milliseconds far{100};
    const auto add_four = [&](const char* way, const behaviour& server, std::size_t messages) {
        cases.push_back({way, {.round_trip = far, .sessions = 4, .server = server}, messages, {}});
        cases.back().against = rate_case{way, {.round_trip = far}}.name();
    };
    add_four("DATA", data, 4 * in_turn(far, 1));
    add_four("CHUNKING", chunking, chunked);
    std::erase_if(cases, [&](const rate_case& each) { return !how.wants_only(each.name()); });
    return cases;
}

void measure(const rate_case& what, const site& provider, mail_source& mail, rate_values& into)
{
    mail_book book(mail.hold(what.messages, site::message_octets), what.messages);
    cpu_time before;
    cpu_time after;
    const machine_load load;
    add_cpu_time(before, provider.odmrd(), false);
    const auto begin =
        what.way == straight ? deliver_straight(provider, 0, book) : drain(provider, 0, what.line, book);
    add_cpu_time(after, provider.odmrd(), false);

    constexpr double milliseconds = 1000;
    constexpr double nanoseconds = 1000;
    const auto messages = static_cast<double>(what.messages);
    const auto rate = [&](double part, clock::duration time) {
        return part * messages * milliseconds / milliseconds_of(time);
    };
    into.all.push_back(rate(1, book.when(1) - begin));
    into.own.push_back(into.all.back() / (1 - load.others()));
    into.middle.push_back(rate(0.8, book.when(0.9) - book.when(0.1)));
    into.cost.push_back(static_cast<double>(used_between(before, after)) / nanoseconds / messages);
}

void enter(const rate_case& what, const rate_values& values, report& into)
{
    constexpr double milliseconds = 1000;
    const std::string name = what.name();
    const std::string middle = ", 10 to 90 %";
    const auto rtt = static_cast<double>(what.line.round_trip.count());
    into.add_against_any({name, values.all, "messages/s", rtt}, what.against);
    into.add_against_any({name + middle, values.middle, "messages/s", rtt}, what.against + middle);
    const std::string own = ", less what other programs took";
    if (rtt == 0)
        into.add_against_any({name + own, values.own, "messages/s", rtt}, what.against + own);
    if (what.way != straight)
        into.add({name + ", odmrd", values.cost, "us/message", rtt});
    if (rtt == 0)
        return;
    std::vector<double> each_round_trip;
    for (const double rate : values.middle)
        each_round_trip.push_back(rate * rtt / milliseconds);
    into.add({name + ", 10 to 90 %, each round trip", each_round_trip, "messages", rtt});
}

void draw(const std::vector<rate_case>& cases, const std::vector<rate_values>& values,
          const std::string& file)
{
    plot drawing("Messages of 4 KB to one customer", "round trip time of the customer's line, ms",
                 "messages/s, 10 to 90 %");
    for (const char* way : {"CHUNKING", "DATA", "serial"}) {
        plot::line line{way, {}};
        for (std::size_t i = 0; i < cases.size(); ++i)
            if (cases[i].way == way && !cases[i].line.tls && cases[i].line.sessions == 1)
                line.points.push_back(
                    {static_cast<double>(cases[i].line.round_trip.count()), median(values[i].middle)});
        if (!line.points.empty())
            drawing.add(line);
    }
    drawing.write_svg(file);
}

}  // namespace

void rates(const options& how, report& into)
{
    const std::vector<rate_case> cases = all_cases(how);
    std::vector<rate_values> values(cases.size());
    const site provider(1, {.tls = true, .odmr = {{"linger", "1s"}}});
    mail_source mail(provider);
    const machine_load load;
    // Case after case in each run, so that what drifts counts for all.
    for (std::size_t run = 0; run < how.runs(); ++run)
        for (std::size_t i = 0; i < cases.size(); ++i) {
            std::cerr << "rates, run " << run + 1 << ": " << cases[i].name() << ": ";
            measure(cases[i], provider, mail, values[i]);
            std::cerr << values[i].all.back() << " messages/s\n";
        }
    std::cerr << provider.troubles();
    for (std::size_t i = 0; i < cases.size(); ++i)
        enter(cases[i], values[i], into);
    into.add({"rates: processors' time of other programs", {100 * load.others()}, "%"});
    if (const auto file = how.text("plot"))
        draw(cases, values, *file);
}

}  // namespace odmr::bench

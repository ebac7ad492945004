#include "bench/drain.hpp"
#include "bench/machine_load.hpp"
#include "bench/mail_source.hpp"
#include "bench/site.hpp"
#include "stream_cases.hpp"

#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace odmr::bench
{
namespace
{

struct postfix_case {
    std::string name;
    std::optional<customer_line> line = {};  ///< nothing: straight to LMTP
    std::vector<double> rates = {};          ///< MB/s
    std::vector<double> own = {};            ///< MB/s, had other programs left the processors alone
};

void measure(postfix_case& what, const site& provider, mail_source& mail, std::size_t messages)
{
    mail_book book(mail.hold(messages, large_octets), messages);
    const machine_load load;
    const auto begin = what.line ? drain(provider, 0, *what.line, book) : deliver_straight(provider, 0, book);
    const double megabytes = static_cast<double>(messages * large_octets) / megabyte;
    what.rates.push_back(megabytes * 1000 / milliseconds_of(book.when(1) - begin));
    what.own.push_back(what.rates.back() / (1 - load.others()));
}

}  // namespace

void through_postfix(const options& how, report& into)
{
    const std::size_t messages = how.flag("full") ? 100 : 20;
    const std::string own = ", less what other programs took";
    std::vector<postfix_case> cases{
        {"Postfix, straight to LMTP"},
        {"Postfix, odmrd, DATA", customer_line{}},
        {"Postfix, odmrd, CHUNKING", customer_line{.server = {.chunking = true}}},
        {"Postfix, odmrd, DATA, TLS", customer_line{.tls = true}},
        {"Postfix, odmrd, CHUNKING, TLS", customer_line{.tls = true, .server = {.chunking = true}}}};
    const std::string straight = cases.front().name;
    std::erase_if(cases, [&](const postfix_case& each) { return !how.wants_only(each.name); });
    const site provider(1, site::changes{.tls = true});
    mail_source mail(provider);
    const machine_load load;
    for (std::size_t run = 0; run < how.runs(); ++run)
        for (postfix_case& each : cases) {
            measure(each, provider, mail, messages);
            std::cerr << "postfix, run " << run + 1 << ": " << each.name << ": " << each.rates.back()
                      << " MB/s\n";
        }
    std::cerr << provider.troubles();
    for (const postfix_case& each : cases) {
        const bool first = !each.line;
        into.add_against_any({each.name, each.rates, "MB/s"}, first ? "" : straight);
        into.add_against_any({each.name + own, each.own, "MB/s"}, first ? "" : straight + own);
    }
    into.add({"Postfix: processors' time of other programs", {100 * load.others()}, "%"});
}

}  // namespace odmr::bench

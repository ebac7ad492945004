#include "bench/fast_customer.hpp"
#include "bench/machine_load.hpp"
#include "bench/mail_book.hpp"
#include "bench/mail_source.hpp"
#include "drain_cases.hpp"

#include <algorithm>
#include <iostream>
#include <list>
#include <stdexcept>
#include <string>
#include <vector>

namespace odmr::bench
{
namespace
{

constexpr std::size_t busy = 20;       ///< customers
constexpr std::size_t stalled = busy;  ///< the number of the one who stalls

struct taken {
    double all = 0;         ///< ms from the first ATRN to the last message
    double own = 0;         ///< the same, less what other programs took of it
    double unevenness = 0;  ///< when the last customer had all of his mail, against when the first one had
    std::vector<std::string> faults = {};
};

taken one_run(const site& provider, mail_source& mail, std::size_t messages, bool with_stalled)
{
    std::list<mail_book> books;
    std::list<attended_customer> guests;
    for (std::size_t i = 0; i < busy; ++i) {
        mail_book& book = books.emplace_back(mail.hold(messages, site::message_octets, i), messages);
        guests.emplace_back(provider, i, fast_customer::manner{}, booked_in(book));
    }
    // Its mail is let go first, so that it has what it can have when the others come.
    std::list<attended_customer> silent;
    if (with_stalled) {
        mail.hold(messages, site::message_octets, stalled);
        silent.emplace_back(provider, stalled, fast_customer::manner{.server = {.stalls_in_content = true}},
                            quick_server::handlers{});
        silent.back().begin();
    }
    const machine_load load;
    const auto begin = clock::now();
    for (attended_customer& each : guests)
        each.begin();
    for (attended_customer& each : guests)
        each.wait_for_end();
    const double others = load.others();
    auto first = clock::time_point::max();
    auto last = begin;
    std::vector<std::string> faults;
    for (const mail_book& book : books) {
        try {
            book.check();
        } catch (const std::runtime_error& problem) {
            faults.emplace_back(problem.what());
            if (book.arrived() == 0)
                continue;
        }
        first = std::min(first, book.when(1));
        last = std::max(last, book.when(1));
    }
    const double all = milliseconds_of(last - begin);
    return {all, all * (1 - others), all / milliseconds_of(first - begin), faults};
}

}  // namespace

void neighbours(const options& how, report& into)
{
    const std::size_t messages = 200;
    measurement alone{"20 customers: ATRN to last message", {}, "ms"};
    measurement beside{"20 customers and a stalled one: ATRN to last message", {}, "ms"};
    measurement own_alone{"20 customers: the same, less what other programs took", {}, "ms"};
    measurement own_beside{"20 customers and a stalled one: the same, less what others took", {}, "ms"};
    measurement uneven_alone{"20 customers: last one ready, against the first", {}, "times"};
    measurement uneven_beside{
        "20 customers and a stalled one: last one ready, against the first", {}, "times"};
    measurement pairs{"neighbours: with a stalled one, against without, in pairs", {}, "times"};
    // Each pair has a provider of its own: the stalled one's mail stays in Postfix's queue.
    for (std::size_t run = 0; run < how.runs(); ++run) {
        taken both[2];
        for (const bool with_stalled : {run % 2 == 1, run % 2 == 0}) {
            std::cerr << "neighbours, run " << run + 1 << (with_stalled ? ", with a stalled one: " : ": ");
            const site provider(busy + 1, site::changes{.odmr = {{"max_sessions_per_address", "100"}}});
            mail_source mail(provider);
            taken& result = both[with_stalled ? 1 : 0];
            result = one_run(provider, mail, messages, with_stalled);
            std::cerr << result.all << " ms\n" << provider.troubles();
            for (const std::string& fault : result.faults)
                into.add_fault("neighbours, run " + std::to_string(run + 1) +
                               (with_stalled ? ", with a stalled one: " : ": ") + fault);
        }
        alone.values.push_back(both[0].all);
        beside.values.push_back(both[1].all);
        own_alone.values.push_back(both[0].own);
        own_beside.values.push_back(both[1].own);
        uneven_alone.values.push_back(both[0].unevenness);
        uneven_beside.values.push_back(both[1].unevenness);
        pairs.values.push_back(both[1].own / both[0].own);
    }
    into.add(alone);
    into.add_against(beside, alone.name);
    into.add(own_alone);
    into.add_against(own_beside, own_alone.name);
    into.add(uneven_alone);
    into.add(uneven_beside);
    into.add(pairs);
}

}  // namespace odmr::bench

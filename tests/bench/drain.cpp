#include "bench/drain.hpp"

#include "bench/delay_line.hpp"
#include "bench/fast_customer.hpp"
#include "bench/quick_sink.hpp"

#include <exception>
#include <list>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace odmr::bench
{

drained drain(const site& provider, std::size_t customer)
{
    drained result;
    clock::time_point begin;
    const auto complete = [&](const std::string&) {
        result.all = clock::now() - begin;
        if (++result.messages == 1)
            result.first = result.all;
    };
    fast_customer client(provider, customer, {}, {.complete = complete});
    begin = clock::now();
    client.turn();
    client.serve();
    return result;
}

clock::time_point drain(const site& provider, std::size_t customer, const customer_line& line,
                        mail_book& book)
{
    std::optional<delay_line> far_away;
    if (line.round_trip > test::milliseconds(0))
        far_away.emplace(provider.odmr_port(), line.round_trip);
    const fast_customer::manner how{
        .port = far_away ? far_away->port() : std::uint16_t{0}, .tls = line.tls, .server = line.server};
    std::list<fast_customer> sessions;
    while (sessions.size() < line.sessions)
        sessions.emplace_back(provider, customer, how, booked_in(book));

    const auto begin = clock::now();
    std::vector<std::exception_ptr> problems(line.sessions);
    {
        std::vector<std::jthread> threads;
        for (fast_customer& session : sessions)
            threads.emplace_back([&session, &problem = problems[threads.size()]] {
                try {
                    session.turn();
                    session.serve();
                } catch (...) {
                    problem = std::current_exception();
                }
            });
    }
    for (const std::exception_ptr& problem : problems)
        if (problem)
            std::rethrow_exception(problem);
    book.check();
    return begin;
}

clock::time_point deliver_straight(const site& provider, std::size_t customer, mail_book& book)
{
    const quick_sink sink(provider.lmtp_socket(customer),
                          [&book] { return quick_server({.lmtp = true}, booked_in(book)); });
    const auto begin = clock::now();
    provider.release_all();
    if (!test::wait_until([&] { return book.arrived() >= book.expected(); }, std::chrono::minutes(10)))
        throw std::runtime_error("Postfix does not deliver");
    book.check();
    provider.settle();
    provider.remove_all_mail();  // odmrd is told that it is gone
    return begin;
}

}  // namespace odmr::bench

#include "sendmail/say_etrn.hpp"

#include "net/connection.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace odmr::sendmail
{

namespace
{

using clock = std::chrono::steady_clock;
using tcp = asio::ip::tcp;

clock::duration time_left(clock::time_point deadline)
{
    return std::max<clock::duration>(deadline - clock::now(), clock::duration(0));
}

/// Connects, or says why not.
awaitable<error_code> connect(std::shared_ptr<tcp::socket> socket, endpoint_setting where,
                              clock::time_point deadline)
{
    error_code wrong;
    const auto address = asio::ip::make_address(where.address, wrong);
    if (wrong)
        co_return wrong;
    // Shared, for the handler may already be queued when we are done.
    asio::steady_timer timer(socket->get_executor(), deadline);
    timer.async_wait([weak = std::weak_ptr<tcp::socket>(socket)](error_code stopped) {
        error_code ignored;
        if (const auto late = weak.lock(); late && !stopped)
            late->close(ignored);
    });
    const tcp::endpoint endpoint(address, where.port);
    const auto [error] = co_await socket->async_connect(endpoint, nothrow);
    timer.cancel();
    co_return error;
}

awaitable<void> converse(std::shared_ptr<connection> line, etrn_dialogue& dialogue,
                         clock::time_point deadline, std::string& problem)
{
    while (!dialogue.closed()) {
        const std::string output = dialogue.take_output();
        if (!output.empty()) {
            const auto written = co_await line->write_all(output, time_left(deadline));
            if (written.error) {
                problem = written.error.message();
                co_return;
            }
        }
        const auto input = co_await line->read(time_left(deadline));
        if (input.error) {
            problem = input.error.message();
            co_return;
        }
        dialogue.receive(input.octets);
    }
    problem = dialogue.problem();
}

}  // namespace

awaitable<etrn_result> say_etrn(endpoint_setting where, std::string name, std::vector<std::string> domains,
                                clock::duration limit)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto deadline = clock::now() + limit;
    etrn_result result;
    auto socket = std::make_shared<tcp::socket>(executor);
    const auto error = co_await connect(socket, where, deadline);
    if (error) {
        result.problem = error.message();
        co_return result;
    }
    auto line = std::make_shared<connection>(stream_socket(std::move(*socket)));
    line->tune(std::chrono::seconds(0));
    etrn_dialogue dialogue(std::move(name), domains);
    co_await converse(line, dialogue, deadline, result.problem);
    line->close();
    result.answers = dialogue.answers();
    // The word of goodbye may be missing.
    if (result.answers.size() == domains.size())
        result.problem.clear();
    co_return result;
}

}  // namespace odmr::sendmail

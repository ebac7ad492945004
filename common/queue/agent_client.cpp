#include "queue/agent_client.hpp"

#include "queue/agent_protocol.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/seq_packet_protocol.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>

namespace odmr
{

/// Shared with the requests under way, which may outlive the client.
struct agent_client::link {
    link(const asio::any_io_executor& executor, int descriptor,
         std::chrono::steady_clock::duration for_an_answer)
        : socket(executor, asio::generic::seq_packet_protocol(AF_UNIX, 0), descriptor),
          timer(executor),
          turn(executor, asio::steady_timer::time_point::max()),
          limit(for_an_answer)
    {
    }

    /// Waits for its turn.
    static awaitable<agent_answer> ask(std::shared_ptr<link> self, agent_request request);
    /// Sends the request and gives the answer; one of our own, and the link closed, when there is none.
    static awaitable<agent_answer> exchange(std::shared_ptr<link> self, agent_request request);
    static void arm(const std::shared_ptr<link>& self);
    void close();

    asio::generic::seq_packet_protocol::socket socket;
    asio::steady_timer timer;  ///< for the answer
    asio::steady_timer turn;   ///< cancelled to wake those who wait for theirs
    std::chrono::steady_clock::duration limit;
    std::uint64_t arrived = 0;  ///< requests so far
    std::uint64_t served = 0;
    bool expired = false;
};

void agent_client::link::close()
{
    error_code ignored;
    socket.close(ignored);
}

void agent_client::link::arm(const std::shared_ptr<link>& self)
{
    self->timer.expires_after(self->limit);
    self->timer.async_wait([weak = std::weak_ptr<link>(self), number = self->served](error_code stopped) {
        const auto link = weak.lock();
        if (stopped || !link || link->served != number)  // the handler may have been late
            return;
        link->expired = true;
        error_code ignored;
        link->socket.cancel(ignored);
    });
}

awaitable<agent_answer> agent_client::link::ask(std::shared_ptr<link> self, agent_request request)
{
    const std::uint64_t number = self->arrived++;
    while (self->served != number)
        co_await self->turn.async_wait(nothrow);
    agent_answer answer{agent_answer::kind::failed, "the queue agent is gone"};
    if (self->socket.is_open())
        answer = co_await exchange(self, std::move(request));
    ++self->served;
    self->turn.cancel();
    co_return answer;
}

awaitable<agent_answer> agent_client::link::exchange(std::shared_ptr<link> self, agent_request request)
{
    arm(self);
    std::string octets = encode(request);
    auto [error, count] = co_await self->socket.async_send(asio::buffer(octets), 0, nothrow);
    if (!error && !self->expired) {
        octets.assign(max_agent_message, '\0');
        asio::socket_base::message_flags flags = 0;
        std::tie(error, count) = co_await self->socket.async_receive(asio::buffer(octets), flags, nothrow);
    }
    self->timer.cancel();
    octets.resize(error || self->expired ? 0 : count);
    agent_answer answer{agent_answer::kind::failed};
    if (auto decoded = decode_answer(octets)) {
        answer = std::move(*decoded);
    } else {
        // An answer that came later would be taken for the next request's.
        self->close();
        answer.reason = octets.empty() ? "the queue agent has ended" : "the queue agent talks nonsense";
        if (self->expired)
            answer.reason = "the queue agent did not answer in time";
    }
    co_return answer;
}

agent_client::agent_client(const asio::any_io_executor& executor, int socket,
                           std::chrono::steady_clock::duration limit)
    : link_(std::make_shared<link>(executor, socket, limit))
{
}

agent_client::~agent_client()
{
    link_->close();
}

awaitable<command_outcome> agent_client::release(std::vector<std::string> ids)
{
    const auto self = link_;
    command_outcome outcome;
    if (!std::all_of(ids.begin(), ids.end(), plain_id)) {
        outcome.problem = "a queue id has letters and digits only";
        co_return outcome;
    }
    auto next = ids.begin();
    while (next != ids.end() && outcome.problem.empty()) {
        const auto size = std::min<std::ptrdiff_t>(ids.end() - next, max_ids_in_message);
        agent_request request{agent_request::kind::release};
        std::move(next, next + size, std::back_inserter(request.ids));
        next += size;
        auto answer = co_await link::ask(self, std::move(request));
        std::move(answer.ids.begin(), answer.ids.end(), std::back_inserter(outcome.released));
        outcome.problem = std::move(answer.reason);
    }
    co_return outcome;
}

awaitable<command_outcome> agent_client::wake(bool flush_dead)
{
    const auto self = link_;
    agent_request request;
    request.what = flush_dead ? agent_request::kind::wake_flush : agent_request::kind::wake;
    auto answer = co_await link::ask(self, std::move(request));
    command_outcome outcome;
    outcome.problem = std::move(answer.reason);
    co_return outcome;
}

bool agent_client::alive() const
{
    return link_->socket.is_open();
}

}  // namespace odmr

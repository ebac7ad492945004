#include "bench/quick_sink.hpp"

#include "support/file_descriptor.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <list>
#include <utility>
#include <vector>

namespace odmr::bench
{
namespace
{

struct client {
    test::file_descriptor socket;
    quick_server server;
    bool gone = false;

    void say(std::string_view text)
    {
        // Replies are short and the other end reads them, so they always fit into the socket's buffer.
        const auto sent = ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
        gone = gone || sent != static_cast<ssize_t>(text.size());
    }

    void read()
    {
        std::array<char, 65536> block{};
        const auto n = ::recv(socket.get(), block.data(), block.size(), 0);
        gone = n <= 0;
        if (!gone)
            say(server.receive({block.data(), static_cast<std::size_t>(n)}));
        gone = gone || server.ended();
    }
};

/// Waits for any of the clients, but not for long: there may be new ones, or an end of it all.
void serve(std::list<client>& clients, int listener)
{
    constexpr int limit_ms = 100;
    std::vector<pollfd> wanted{{listener, POLLIN, 0}};
    for (const client& each : clients)
        wanted.push_back({each.socket.get(), POLLIN, 0});
    ::poll(wanted.data(), wanted.size(), limit_ms);
    auto ready = wanted.begin() + 1;
    for (client& each : clients)
        if ((ready++)->revents != 0)
            each.read();
    clients.remove_if([](const client& each) { return each.gone; });
}

}  // namespace

quick_sink::quick_sink(quick_server::message_handler taken)
    : taken_(std::move(taken)), thread_([this](const std::stop_token& stop) { run(stop); })
{
}

void quick_sink::run(const std::stop_token& stop)
{
    std::list<client> clients;
    while (!stop.stop_requested()) {
        serve(clients, listener_.descriptor());
        while (auto accepted = listener_.accept(test::milliseconds(0)))
            clients.emplace_back(std::move(*accepted), quick_server(taken_)).say(quick_server::greeting);
    }
}

}  // namespace odmr::bench

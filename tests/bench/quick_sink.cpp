#include "bench/quick_sink.hpp"

#include "bench/unix_socket.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <list>
#include <span>
#include <utility>
#include <vector>

namespace odmr::bench
{
namespace
{

constexpr std::size_t read_octets = 256 * 1024;

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

    void read(std::span<char> block)
    {
        const auto n = ::recv(socket.get(), block.data(), block.size(), 0);
        gone = n <= 0;
        if (gone)
            return;
        if (const auto replies = server.receive({block.data(), static_cast<std::size_t>(n)});
            !replies.empty())
            say(replies);
        gone = gone || server.ended();
    }
};

/// Waits for any of the clients, but not for long: there may be an end of it all. True when there is a new
/// one.
bool serve(std::list<client>& clients, int listener, std::span<char> block)
{
    constexpr int limit_ms = 100;
    std::vector<pollfd> wanted{{listener, POLLIN, 0}};
    for (const client& each : clients)
        wanted.push_back({each.socket.get(), POLLIN, 0});
    ::poll(wanted.data(), wanted.size(), limit_ms);
    auto ready = wanted.begin() + 1;
    for (client& each : clients)
        if ((ready++)->revents != 0)
            each.read(block);
    clients.remove_if([](const client& each) { return each.gone; });
    return wanted.front().revents != 0;
}

}  // namespace

quick_sink::quick_sink(std::function<void(const std::string& recipient)> taken)
    : make_([handlers = quick_server::handlers{.complete = std::move(taken)}] {
          return quick_server(handlers);
      }),
      tcp_(std::in_place),
      thread_([this](const std::stop_token& stop) { run(stop); })
{
}

quick_sink::quick_sink(const std::filesystem::path& where, maker make)
    : make_(std::move(make)),
      unix_(listen_on_unix(where)),
      thread_([this](const std::stop_token& stop) { run(stop); })
{
}

void quick_sink::run(const std::stop_token& stop)
{
    const int listener = tcp_ ? tcp_->descriptor() : unix_.get();
    std::list<client> clients;
    std::vector<char> block(read_octets);
    while (!stop.stop_requested()) {
        if (!serve(clients, listener, block))
            continue;
        test::file_descriptor accepted(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
        if (accepted.get() >= 0)
            clients.emplace_back(std::move(accepted), make_()).say(quick_server::greeting);
    }
}

}  // namespace odmr::bench

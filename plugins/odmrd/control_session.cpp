#include "odmrd/control_session.hpp"

#include "log/log.hpp"
#include "odmrd/service.hpp"

#include <boost/asio/co_spawn.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <chrono>

namespace odmr
{

namespace
{

using json = nlohmann::ordered_json;

constexpr std::size_t max_request = std::size_t{256} << 10U;  // octets; thousands of queue ids
constexpr std::size_t slice = std::size_t{32} << 10U;         // octets of an answer made at a time

uid_t peer_user(stream_socket& socket)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    const bool known = ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    return known ? peer.uid : static_cast<uid_t>(-1);
}

json error_line(std::string_view kind, std::string_view text)
{
    return {{"error", {{"kind", kind}, {"text", text}}}};
}

json done_line(json what)
{
    json line;
    line["done"] = std::move(what);
    return line;
}

std::string joined(const control_words& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

std::shared_ptr<control_session> control_session::start(service& all, stream_socket socket,
                                                        time_limits limits)
{
    const std::shared_ptr<control_session> self(new control_session(all, std::move(socket), limits));
    asio::co_spawn(all.executor(), self->run(), [self](const std::exception_ptr& problem) {
        if (problem)
            log::error("control-failed", {{"reason", "internal error"}});
        self->connection_->close();
    });
    return self;
}

control_session::control_session(service& all, stream_socket socket, time_limits limits)
    : service_(all),
      limits_(limits),
      user_(peer_user(socket)),
      connection_(std::make_shared<connection>(std::move(socket)))
{
}

awaitable<void> control_session::run()
{
    const auto self = shared_from_this();
    json last;
    try {
        last = co_await answer();
    } catch (const control_error& problem) {
        last = error_line(problem.kind(), problem.what());
    } catch (const std::exception& problem) {
        last = error_line("failed", problem.what());
    }
    put(last);
    co_await flush();
}

/// The last line.
awaitable<json> control_session::answer()
{
    const std::string line = co_await read_request();
    const control_request request = read_control_request(line);
    const auto say = request.command->changes ? log::info : log::debug;
    say("control", {{"command", request.command->name},
                    log::field::when("words", joined(request.words)),
                    {"uid", user_}});
    json done = co_await request.command->run(service_, request.words, *this);
    co_return done_line(std::move(done));
}

awaitable<std::string> control_session::read_request()
{
    using clock = std::chrono::steady_clock;
    const auto deadline = clock::now() + limits_.request;
    std::string line;
    while (!line.ends_with('\n')) {
        if (line.size() > max_request)
            throw control_error(control_error::malformed, "the request is too long");
        const auto left = std::max<clock::duration>(deadline - clock::now(), std::chrono::milliseconds(1));
        const auto [error, octets] = co_await connection_->read(left);
        if (error)
            throw control_error(control_error::malformed, "the request does not end: " + error.message());
        line.append(octets);
    }
    co_return line;
}

awaitable<bool> control_session::row(json line)
{
    put(line);
    if (output_.size() >= slice)
        co_return co_await flush();
    co_return !gone_;
}

void control_session::put(const json& line)
{
    output_ += line.dump(-1, ' ', false, json::error_handler_t::replace);
    output_ += '\n';
}

/// It takes a turn of the event loop at least, so that everybody else has one too.
awaitable<bool> control_session::flush()
{
    if (!gone_) {
        const auto [error, n] = co_await connection_->write_all(output_, limits_.slice);
        gone_ = static_cast<bool>(error);
    }
    output_.clear();
    co_return !gone_;
}

}  // namespace odmr

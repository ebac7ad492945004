#include "sendmail/check/dialogue.hpp"

#include "core/units.hpp"
#include "net/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <exception>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

namespace odmr::sendmail
{

namespace
{

constexpr auto patience = std::chrono::seconds(5);
constexpr std::size_t longest_reply = 10'000;  // octets

asio::generic::stream_protocol::endpoint endpoint_of(const peer& where)
{
    if (!where.path.empty())
        return asio::local::stream_protocol::endpoint(where.path);
    return asio::ip::tcp::endpoint(asio::ip::make_address(where.tcp.address), where.tcp.port);
}

/// The end of the last line in text, when that ends a reply (RFC 5321 4.2.1).
bool is_whole_reply(std::string_view text)
{
    if (!text.ends_with("\n"))
        return false;
    text.remove_suffix(1);
    const std::string_view last = text.substr(text.rfind('\n') + 1);
    return last.size() < 4 || last[3] != '-';
}

/// The last line of it.
awaitable<std::string> read_reply(connection& line)
{
    std::string text;
    while (!is_whole_reply(text)) {
        const auto [error, octets] = co_await line.read(patience);
        if (error)
            throw std::runtime_error("it does not answer: " + error.message());
        if (text.size() + octets.size() > longest_reply)
            throw std::runtime_error("it does not come to an end");
        text += octets;
    }
    text.erase(text.find_last_not_of("\r\n") + 1);
    co_return text.substr(text.rfind('\n') + 1);
}

awaitable<std::vector<std::string>> converse(asio::io_context& io, peer where, bool greeted,
                                             std::vector<std::string> lines)
{
    const auto endpoint = endpoint_of(where);
    stream_socket socket(io);
    const auto [refused] = co_await socket.async_connect(endpoint, nothrow);
    if (refused)
        throw std::runtime_error(refused.message());
    const auto line = std::make_shared<connection>(std::move(socket));
    std::vector<std::string> replies;
    if (greeted) {
        std::string greeting = co_await read_reply(*line);
        replies.push_back(std::move(greeting));
    }
    for (const std::string& said : lines) {
        const std::string octets = said + "\r\n";
        const auto [error, count] = co_await line->write_all(octets, patience);
        if (error)
            throw std::runtime_error("it does not listen: " + error.message());
        std::string reply = co_await read_reply(*line);
        replies.push_back(std::move(reply));
    }
    line->close();
    co_return replies;
}

std::vector<std::string> run(const peer& where, bool greeted, std::vector<std::string> lines)
{
    asio::io_context io(1);
    std::exception_ptr problem;
    bool done = false;
    std::vector<std::string> replies;
    asio::co_spawn(io, converse(io, where, greeted, std::move(lines)),
                   [&](const std::exception_ptr& thrown, std::vector<std::string> said) {
                       problem = thrown;
                       replies = std::move(said);
                       done = true;
                   });
    io.run_for(2 * patience);  // to connect may also take for ever
    if (problem)
        std::rethrow_exception(problem);
    if (!done)
        throw std::runtime_error("it does not answer");
    return replies;
}

}  // namespace

std::string trouble_reaching(const peer& where)
{
    try {
        run(where, false, {});
        return "";
    } catch (const std::exception& problem) {
        return problem.what();
    }
}

std::vector<std::string> talk(const peer& where, std::vector<std::string> lines)
{
    return run(where, true, std::move(lines));
}

std::optional<peer> parse_filter_socket(std::string_view text)
{
    for (const std::string_view kind : {"local:", "unix:"})
        if (text.starts_with(kind))
            return peer{.path = std::string(text.substr(kind.size()))};
    constexpr std::string_view tcp = "inet:";
    const std::size_t at = text.find('@');
    if (!text.starts_with(tcp) || at == std::string_view::npos)
        return std::nullopt;
    const auto port = parse_count(text.substr(tcp.size(), at - tcp.size()));
    std::string host(text.substr(at + 1));
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    if (host == "localhost")
        host = "127.0.0.1";
    error_code no_address;
    asio::ip::make_address(host, no_address);
    if (no_address || !port || *port > std::numeric_limits<std::uint16_t>::max())
        return std::nullopt;
    return peer{.tcp = {host, static_cast<std::uint16_t>(*port)}};
}

std::string name_of(const peer& where)
{
    return where.path.empty() ? format_endpoint(where.tcp) : "the socket " + where.path;
}

}  // namespace odmr::sendmail

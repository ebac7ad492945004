#include "postfix/policy_address.hpp"

#include "core/units.hpp"
#include "net/connection.hpp"
#include "postfix/maps.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

namespace odmr::postfix
{

namespace
{

constexpr auto patience = std::chrono::seconds(5);
constexpr std::size_t longest_answer = 1000;  // octets

// Without an instance it belongs to no message: whatever a policy server remembers, it is not this.
constexpr std::string_view question =
    "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\ninstance=\nqueue_id=\n"
    "sender=\nrecipient=\n\n";

asio::generic::stream_protocol::endpoint endpoint_of(const policy_address& where)
{
    if (!where.path.empty())
        return asio::local::stream_protocol::endpoint(where.path);
    const std::string host = where.host == "localhost" ? "127.0.0.1" : where.host;
    return asio::ip::tcp::endpoint(asio::ip::make_address(host), where.port);
}

/// Until the empty line that ends it.
awaitable<std::string> read_answer(connection& line)
{
    std::string answer;
    while (answer.find("\n\n") == std::string::npos && answer.size() < longest_answer) {
        const auto [error, octets] = co_await line.read(patience);
        if (error)
            throw std::runtime_error("it does not answer: " + error.message());
        answer += octets.substr(0, longest_answer - answer.size());
    }
    co_return answer.substr(0, answer.find('\n'));
}

awaitable<std::string> ask(asio::io_context& io, policy_address where)
{
    const auto endpoint = endpoint_of(where);
    stream_socket socket(io);
    const auto [refused] = co_await socket.async_connect(endpoint, nothrow);
    if (refused)
        throw std::runtime_error("nobody can be reached there: " + refused.message());
    const auto line = std::make_shared<connection>(std::move(socket));
    const auto [error, count] = co_await line->write_all(question, patience);
    if (error)
        throw std::runtime_error("it does not listen: " + error.message());
    std::string answer = co_await read_answer(*line);
    line->close();
    co_return answer;
}

bool covers(const endpoint_setting& listener, const policy_address& where)
{
    error_code no_address;
    const auto address = asio::ip::make_address(listener.address, no_address);
    const bool any = !no_address && address.is_unspecified();
    const bool local = where.host == "localhost" && !no_address && address.is_loopback();
    return listener.port == where.port && (any || local || listener.address == where.host);
}

}  // namespace

std::optional<policy_address> parse_policy_address(std::string_view server,
                                                   const std::string& queue_directory)
{
    constexpr std::string_view local = "unix:";
    constexpr std::string_view tcp = "inet:";
    if (server.starts_with(local)) {
        const std::filesystem::path path(server.substr(local.size()));
        return policy_address{.path = (queue_directory / path).lexically_normal().string()};
    }
    if (server.starts_with(tcp))
        server.remove_prefix(tcp.size());
    const std::size_t colon = server.rfind(':');
    const auto port = colon == std::string_view::npos ? std::nullopt : parse_count(server.substr(colon + 1));
    if (!port || *port > std::numeric_limits<std::uint16_t>::max())
        return std::nullopt;
    std::string_view host = server.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    return policy_address{.host = std::string(host), .port = static_cast<std::uint16_t>(*port)};
}

bool is_own_policy(const settings& s, const policy_address& where)
{
    if (!where.path.empty())
        return where.path == std::filesystem::path(s.policy_socket).lexically_normal().string();
    return std::any_of(s.policy_listen.begin(), s.policy_listen.end(),
                       [&](const endpoint_setting& listener) { return covers(listener, where); });
}

std::string own_policy_server(const settings& s, const std::string& queue_directory)
{
    if (!s.policy_socket.empty())
        return "unix:" + path_for_postfix(s.policy_socket, queue_directory);
    return s.policy_listen.empty() ? "" : "inet:" + format_endpoint(s.policy_listen.front());
}

std::string ask_policy(const policy_address& where)
{
    asio::io_context io(1);
    std::exception_ptr problem;
    std::string answer;
    asio::co_spawn(io, ask(io, where), [&](const std::exception_ptr& thrown, std::string line) {
        problem = thrown;
        answer = std::move(line);
    });
    io.run_for(patience);  // to connect may also take for ever
    if (problem)
        std::rethrow_exception(problem);
    if (answer.empty())
        throw std::runtime_error("it does not answer");
    return answer;
}

}  // namespace odmr::postfix

#include "net/listener.hpp"

#include "log/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace odmr
{

namespace
{

constexpr auto pause_after_error =
    std::chrono::milliseconds(200);  // no descriptors left: others must finish first

/// Accepts until the acceptor is closed. It owns a share of the acceptor, so closing is all its owner has to
/// do.
template <class Acceptor>
awaitable<void> accept_loop(std::shared_ptr<Acceptor> acceptor, accept_handler handler)
{
    asio::steady_timer pause(acceptor->get_executor());
    while (acceptor->is_open()) {
        auto [error, socket] = co_await acceptor->async_accept(nothrow);
        if (!acceptor->is_open() || error == asio::error::operation_aborted)
            break;
        if (error) {
            log::warning("accept-failed", {{"reason", error.message()}});
            pause.expires_after(pause_after_error);
            co_await pause.async_wait(nothrow);
            continue;
        }
        handler(stream_socket(std::move(socket)));
    }
}

template <class Acceptor>
void start(const std::shared_ptr<Acceptor>& acceptor, accept_handler handler)
{
    auto executor = acceptor->get_executor();
    asio::co_spawn(executor, accept_loop(acceptor, std::move(handler)), asio::detached);
}

[[noreturn]] void fail(const std::string& what, const error_code& error)
{
    throw std::runtime_error("cannot listen on " + what + ": " + error.message());
}

}  // namespace

tcp_listener::tcp_listener(const asio::any_io_executor& executor, const endpoint_setting& where,
                           accept_handler handler)
    : acceptor_(std::make_shared<asio::ip::tcp::acceptor>(executor))
{
    try {
        const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(where.address), where.port);
        acceptor_->open(endpoint.protocol());
        acceptor_->set_option(asio::socket_base::reuse_address(true));
        if (endpoint.address().is_v6())
            acceptor_->set_option(asio::detail::socket_option::boolean<IPPROTO_IPV6, IPV6_V6ONLY>(
                true));  // 0.0.0.0 has its own listener
        acceptor_->bind(endpoint);
        acceptor_->listen();
    } catch (const boost::system::system_error& problem) {
        fail(where.address + " port " + std::to_string(where.port), problem.code());
    }
    start(acceptor_, std::move(handler));
}

tcp_listener::~tcp_listener()
{
    error_code ignored;
    acceptor_->close(ignored);
}

endpoint_setting tcp_listener::where() const
{
    error_code ignored;
    const auto endpoint = acceptor_->local_endpoint(ignored);
    return {endpoint.address().to_string(), endpoint.port()};
}

local_listener::local_listener(const asio::any_io_executor& executor, const std::string& path, unsigned mode,
                               accept_handler handler)
    : acceptor_(std::make_shared<asio::local::stream_protocol::acceptor>(executor)), path_(path)
{
    try {
        // A leftover of a killed process: nobody listens there. Only a socket is ever removed.
        struct stat status{};
        if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode))
            ::unlink(path.c_str());
        const asio::local::stream_protocol::endpoint endpoint(path);
        acceptor_->open(endpoint.protocol());
        acceptor_->bind(endpoint);
        // The mode counts before the first connection can: listen comes last.
        if (::chmod(path.c_str(), mode) != 0)
            fail(path, error_code(errno, boost::system::system_category()));
        acceptor_->listen();
    } catch (const boost::system::system_error& problem) {
        fail(path, problem.code());
    }
    start(acceptor_, std::move(handler));
}

local_listener::~local_listener()
{
    // The name goes first: from then on the domain is offline for whoever looks.
    ::unlink(path_.c_str());
    error_code ignored;
    acceptor_->close(ignored);
}

}  // namespace odmr

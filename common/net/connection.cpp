#include "net/connection.hpp"

#include "net/acknowledged.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>
#include <tuple>

namespace odmr
{

namespace
{

std::string address_of(const stream_socket& socket)
{
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error || (peer.protocol().family() != AF_INET && peer.protocol().family() != AF_INET6))
        return "local";
    asio::ip::tcp::endpoint tcp;
    tcp.resize(peer.size());
    std::memcpy(tcp.data(), peer.data(), peer.size());
    asio::ip::address address = tcp.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

}  // namespace

connection::connection(stream_socket socket)
    : socket_(std::move(socket)),
      read_deadline_(socket_.get_executor()),
      write_deadline_(socket_.get_executor()),
      peer_address_(address_of(socket_))
{
}

awaitable<connection::io_result> connection::read_some(asio::mutable_buffer into, time_limit limit)
{
    arm(read_deadline_, limit);
    error_code error;
    std::size_t count = 0;
    if (tls_)
        std::tie(error, count) = co_await tls_->async_read_some(into, nothrow);
    else
        std::tie(error, count) = co_await socket_.async_read_some(into, nothrow);
    if (error == asio::ssl::error::stream_truncated)
        error = asio::error::eof;  // closed without a TLS goodbye: every lost line looks like this
    error = disarm(read_deadline_, error);
    if (quick_ack_ && !error)
        acknowledge_at_once();
    co_return io_result{error, count};
}

awaitable<connection::io_result> connection::write_all(std::string_view octets, time_limit limit)
{
    arm(write_deadline_, limit);
    error_code error;
    std::size_t count = 0;
    const auto buffer = asio::buffer(octets);
    if (tls_)
        std::tie(error, count) = co_await asio::async_write(*tls_, buffer, nothrow);
    else
        std::tie(error, count) = co_await asio::async_write(socket_, buffer, nothrow);
    error = disarm(write_deadline_, error);
    co_return io_result{error, count};
}

awaitable<error_code> connection::start_tls(std::shared_ptr<tls_context> context, time_limit limit)
{
    context_ = std::move(context);
    tls_ = std::make_unique<asio::ssl::stream<stream_socket&>>(socket_, context_->native());
    arm(read_deadline_, limit);
    auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, nothrow);
    co_return disarm(read_deadline_, error);
}

bool connection::input_pending()
{
    if (tls_ &&
        (SSL_has_pending(tls_->native_handle()) == 1 || BIO_pending(SSL_get_rbio(tls_->native_handle())) > 0))
        return true;
    error_code error;
    return socket_.available(error) > 0;
}

awaitable<void> connection::finish(time_limit limit)
{
    if (tls_ && socket_.is_open()) {
        arm(read_deadline_, limit);
        auto [error] = co_await tls_->async_shutdown(nothrow);
        disarm(read_deadline_, error);
    }
    close();
}

void connection::interrupt()
{
    error_code ignored;
    socket_.cancel(ignored);
}

void connection::close()
{
    error_code ignored;
    socket_.shutdown(stream_socket::shutdown_both, ignored);
    socket_.close(ignored);
}

std::string connection::tls_summary() const
{
    if (!tls_)
        return {};
    const SSL* ssl = tls_->native_handle();
    return std::string(SSL_get_version(ssl)) + " " + SSL_get_cipher_name(ssl);
}

void connection::acknowledge_at_once()
{
    error_code ignored;
    socket_.set_option(asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_QUICKACK>(true), ignored);
}

void connection::tune(std::chrono::seconds user_timeout)
{
    error_code ignored;
    quick_ack_ = true;
    const int milliseconds = static_cast<int>(std::chrono::milliseconds(user_timeout).count());
    using user_timeout_option = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
    using keepalive_idle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
    using keepalive_interval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    socket_.set_option(keepalive_idle(60), ignored);  // below what carrier NATs forget
    socket_.set_option(keepalive_interval(20), ignored);
    socket_.set_option(user_timeout_option(milliseconds), ignored);
}

std::uint64_t connection::acknowledged()
{
    return octets_acknowledged(socket_.native_handle());
}

void connection::arm(deadline& d, time_limit limit)
{
    d.expired = false;
    ++d.turn;
    if (!limit)
        return;
    d.timer.expires_after(*limit);
    d.timer.async_wait([weak = weak_from_this(), &d, turn = d.turn](error_code error) {
        const auto self = weak.lock();  // the handler may already be queued when we die
        if (error || !self || d.turn != turn)
            return;  // or when the next operation has begun
        d.expired = true;
        error_code ignored;
        self->socket_.cancel(ignored);
    });
}

error_code connection::disarm(deadline& d, error_code error)
{
    ++d.turn;
    d.timer.cancel();
    if (d.expired)
        return asio::error::timed_out;  // octets may be lost: a time limit always ends the session
    return error;
}

}  // namespace odmr

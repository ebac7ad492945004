#include "net/connection.hpp"

#include "net/acknowledged.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <utility>

namespace odmr
{

namespace
{

/// Holds nothing from one read to the next.
asio::mutable_buffer shared_buffer()
{
    thread_local std::array<char, connection::read_size> octets;
    return asio::buffer(octets);
}

stream_socket::wait_type type_of(io_step::wait what)
{
    return what == io_step::wait::output ? stream_socket::wait_write : stream_socket::wait_read;
}

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
    error_code ignored;
    socket_.non_blocking(true, ignored);
}

awaitable<connection::input> connection::read(time_limit limit)
{
    arm(read_deadline_, limit);
    io_step step{.waits_for = io_step::wait::input};
    if (more_at_hand_) {
        // Whoever has much to say cannot keep the others from their turn.
        co_await asio::post(executor(), nothrow);
        step = read_now();
    }
    const auto attempt = [this] { return read_now(); };
    step = co_await carry_on(step, read_deadline_, attempt);
    step.error = disarm(read_deadline_, step.error);
    co_return input{step.error, {static_cast<const char*>(shared_buffer().data()), step.count}};
}

io_step connection::read_now()
{
    io_step step;
    const auto buffer = shared_buffer();
    if (tls_ && socket_.is_open()) {
        step = tls_->read(buffer);
        more_at_hand_ = tls_->input_pending();
    } else {
        step.count = socket_.read_some(buffer, step.error);
        more_at_hand_ = step.count == buffer.size();
        if (step.error == asio::error::would_block)
            step = {.waits_for = io_step::wait::input};
    }
    return step;
}

awaitable<connection::io_result> connection::write_all(std::string_view octets, time_limit limit)
{
    std::size_t written = 0;
    const auto attempt = [&] { return write_now(octets, written); };
    io_step step = attempt();  // most writes need not wait for anything
    if (step.waits_for != io_step::wait::none && !step.error) {
        arm(write_deadline_, limit);
        step = co_await carry_on(step, write_deadline_, attempt);
        step.error = disarm(write_deadline_, step.error);
    }
    co_return io_result{step.error, step.count};
}

/// written: octets that earlier attempts have written.
io_step connection::write_now(std::string_view octets, std::size_t& written)
{
    if (tls_ && socket_.is_open() && !octets.empty())
        return tls_->write(octets);
    io_step step;
    while (written < octets.size() && !step.error)
        written += socket_.write_some(asio::buffer(octets.substr(written)), step.error);
    if (step.error == asio::error::would_block)
        step = {.waits_for = io_step::wait::output};
    step.count = written;
    return step;
}

awaitable<error_code> connection::start_tls(std::shared_ptr<tls_context> context, time_limit limit)
{
    tls_.emplace(std::move(context), socket_.native_handle());
    arm(read_deadline_, limit);
    const auto attempt = [this] { return tls_->handshake(); };
    const io_step step = co_await carry_on(attempt(), read_deadline_, attempt);
    more_at_hand_ = tls_->input_pending();
    co_return disarm(read_deadline_, step.error);
}

/// Tries again whenever the socket is ready for it, until it is done or fails.
template <class Attempt>
awaitable<io_step> connection::carry_on(io_step step, deadline& d, const Attempt& attempt)
{
    while (step.waits_for != io_step::wait::none && !step.error) {
        error_code error = asio::error::operation_aborted;
        if (!d.expired)
            std::tie(error) = co_await socket_.async_wait(type_of(step.waits_for), nothrow);
        if (!error && !socket_.is_open())  // its descriptor may be somebody else's by now
            error = asio::error::operation_aborted;
        if (error)
            step.error = error;
        else
            step = attempt();
    }
    co_return step;
}

bool connection::input_pending()
{
    error_code error;
    return (tls_ && tls_->input_pending()) || socket_.available(error) > 0;
}

awaitable<void> connection::finish(time_limit limit)
{
    if (tls_ && socket_.is_open()) {
        arm(read_deadline_, limit);
        const auto attempt = [this] { return tls_->shut_down(); };
        const io_step step = co_await carry_on(attempt(), read_deadline_, attempt);
        disarm(read_deadline_, step.error);
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
    return tls_ ? tls_->summary() : std::string();
}

void connection::tune(std::chrono::seconds user_timeout)
{
    error_code ignored;
    tcp_ = true;
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

/// The kernel forgets this option as soon as it has acknowledged, or we have written.
void connection::send_acknowledgement()
{
    error_code ignored;
    if (tcp_)
        socket_.set_option(asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_QUICKACK>(true), ignored);
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
    if (error && d.expired)  // what was done in the last moment is done
        return asio::error::timed_out;
    return error;
}

}  // namespace odmr

// connection: reads, writes, time limits, what is visible of input that came too early, and the options of
// its socket. TLS is in tls_stream_test.cpp.
#include "net/connection.hpp"

#include "on_loop.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <string>

namespace odmr
{
namespace
{

using test::on_loop;
using namespace std::chrono_literals;

class connection_test : public ::testing::Test
{
protected:
    connection_test()
    {
        asio::local::stream_protocol::socket near(io);
        asio::local::stream_protocol::socket far(io);
        asio::local::connect_pair(near, far);
        line = std::make_shared<connection>(stream_socket(std::move(near)));
        peer = std::make_unique<stream_socket>(std::move(far));
    }

    void peer_sends(std::string_view octets) { asio::write(*peer, asio::buffer(octets)); }

    asio::io_context io{1};
    std::shared_ptr<connection> line;
    std::unique_ptr<stream_socket> peer;
};

TEST_F(connection_test, reads_what_is_there)
{
    peer_sends("EHLO x\r\n");
    const auto work = [this]() -> awaitable<void> {
        const auto [error, octets] = co_await line->read(5s);
        EXPECT_FALSE(error);
        EXPECT_EQ(octets, "EHLO x\r\n");
    };
    on_loop(io, work());
}

TEST_F(connection_test, a_read_that_takes_too_long_is_a_timeout)
{
    const auto work = [this]() -> awaitable<void> {
        const auto [error, octets] = co_await line->read(10ms);
        EXPECT_EQ(error, asio::error::timed_out);
        EXPECT_EQ(octets, "");
    };
    on_loop(io, work());
}

TEST_F(connection_test, a_write_nobody_takes_is_a_timeout)
{
    const std::string much(4 * 1024 * 1024, 'x');
    const auto work = [&, this]() -> awaitable<void> {
        const auto [error, n] = co_await line->write_all(much, 10ms);
        EXPECT_EQ(error, asio::error::timed_out);
        EXPECT_LT(n, much.size());
    };
    on_loop(io, work());
}

TEST_F(connection_test, a_closed_peer_is_the_end_and_no_timeout)
{
    peer->close();
    const auto work = [this]() -> awaitable<void> {
        const auto [error, octets] = co_await line->read(5s);
        EXPECT_EQ(error, asio::error::eof);
    };
    on_loop(io, work());
}

TEST_F(connection_test, a_read_under_way_ends_when_the_line_is_closed)
{
    asio::steady_timer soon(io, 1ms);
    soon.async_wait([this](error_code) { line->close(); });
    const auto work = [this]() -> awaitable<void> {
        const auto [error, octets] = co_await line->read(5s);
        EXPECT_EQ(error, asio::error::operation_aborted);
    };
    on_loop(io, work());
}

TEST_F(connection_test, who_sends_without_end_is_heard_whole_and_leaves_the_others_their_turn)
{
    constexpr std::size_t much = 100 * connection::read_size;
    const std::string sent(much, 'x');
    asio::async_write(*peer, asio::buffer(sent), [this](error_code, std::size_t) { peer->close(); });
    std::size_t received = 0;
    std::size_t reads = 0;
    std::size_t turns_of_others = 0;
    std::function<void()> other = [&] {
        ++turns_of_others;
        asio::post(io, other);
    };
    other();
    const auto work = [&, this]() -> awaitable<void> {
        for (;;) {
            const auto [error, octets] = co_await line->read(5s);
            if (error)
                break;
            received += octets.size();
            ++reads;
        }
    };
    on_loop(io, work());
    EXPECT_EQ(received, much);
    EXPECT_GE(turns_of_others, reads);
}

TEST_F(connection_test, an_interrupted_read_leaves_the_line_usable)
{
    asio::steady_timer soon(io, 1ms);
    soon.async_wait([this](error_code) { line->interrupt(); });
    const auto work = [this]() -> awaitable<void> {
        const auto [error, octets] = co_await line->read(5s);
        EXPECT_EQ(error, asio::error::operation_aborted);
        const auto [failed, count] = co_await line->write_all("421 bye\r\n", 5s);
        EXPECT_FALSE(failed);
    };
    on_loop(io, work());
    std::array<char, 9> buffer{};
    EXPECT_EQ(asio::read(*peer, asio::buffer(buffer)), 9U);
}

TEST_F(connection_test, input_that_came_early_is_seen_without_reading_it)
{
    EXPECT_FALSE(line->input_pending());
    peer_sends("220 too early\r\n");
    EXPECT_TRUE(line->input_pending());
}

TEST_F(connection_test, its_peer_on_a_unix_socket_is_local)
{
    EXPECT_EQ(line->peer_address(), "local");
}

class tcp_connection_test : public ::testing::Test
{
protected:
    tcp_connection_test()
    {
        asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
        peer.connect(acceptor.local_endpoint());
        stream_socket accepted(acceptor.accept());
        descriptor = accepted.native_handle();
        line = std::make_shared<connection>(std::move(accepted));
        line->tune(7min);
    }

    [[nodiscard]] int option(int level, int name) const
    {
        int value = -1;
        socklen_t size = sizeof value;
        ::getsockopt(descriptor, level, name, &value, &size);
        return value;
    }

    asio::io_context io{1};
    asio::ip::tcp::socket peer{io};
    std::shared_ptr<connection> line;
    int descriptor = -1;
};

TEST_F(tcp_connection_test, small_writes_leave_at_once_and_dead_peers_are_found)
{
    EXPECT_EQ(option(IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPIDLE), 60);
    EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPINTVL), 20);
    EXPECT_EQ(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 7 * 60 * 1000);
    EXPECT_EQ(line->peer_address(), "127.0.0.1");
}

TEST_F(tcp_connection_test, acknowledges_at_once_when_told_to)
{
    const int off = 0;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
    ASSERT_EQ(option(IPPROTO_TCP, TCP_QUICKACK), 0);
    line->send_acknowledgement();
    EXPECT_EQ(option(IPPROTO_TCP, TCP_QUICKACK), 1);
}

}  // namespace
}  // namespace odmr

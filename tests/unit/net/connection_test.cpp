// connection: reads, writes, time limits, TLS, and what is visible of input that came too early.
#include "net/connection.hpp"

#include "on_loop.hpp"
#include "support/certificate.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
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
    std::array<char, 64> buffer{};
};

TEST_F(connection_test, reads_what_is_there)
{
    peer_sends("EHLO x\r\n");
    const auto work = [this]() -> awaitable<void> {
        const auto [error, n] = co_await line->read_some(asio::buffer(buffer), 5s);
        EXPECT_FALSE(error);
        EXPECT_EQ(std::string_view(buffer.data(), n), "EHLO x\r\n");
    };
    on_loop(io, work());
}

TEST_F(connection_test, a_read_that_takes_too_long_is_a_timeout)
{
    const auto work = [this]() -> awaitable<void> {
        const auto [error, n] = co_await line->read_some(asio::buffer(buffer), 10ms);
        EXPECT_EQ(error, asio::error::timed_out);
        EXPECT_EQ(n, 0U);
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
        const auto [error, n] = co_await line->read_some(asio::buffer(buffer), 5s);
        EXPECT_EQ(error, asio::error::eof);
    };
    on_loop(io, work());
}

TEST_F(connection_test, an_interrupted_read_leaves_the_line_usable)
{
    asio::steady_timer soon(io, 1ms);
    soon.async_wait([this](error_code) { line->interrupt(); });
    const auto work = [this]() -> awaitable<void> {
        const auto [error, n] = co_await line->read_some(asio::buffer(buffer), 5s);
        EXPECT_EQ(error, asio::error::operation_aborted);
        const auto [failed, count] = co_await line->write_all("421 bye\r\n", 5s);
        EXPECT_FALSE(failed);
    };
    on_loop(io, work());
    EXPECT_EQ(asio::read(*peer, asio::buffer(buffer, 9)), 9U);
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

class tls_connection_test : public connection_test
{
protected:
    tls_connection_test()
    {
        const auto made = test::make_certificate(directory.path());
        context = std::make_shared<tls_context>(made.certificate_file, made.key_file, tls_version::tls1_2);
    }

    test::temp_dir directory;
    std::shared_ptr<tls_context> context;
    asio::ssl::context client_context{asio::ssl::context::tls_client};
};

TEST_F(tls_connection_test, carries_octets_both_ways_and_shows_what_waits_behind_a_record)
{
    asio::ssl::stream<stream_socket&> client(*peer, client_context);
    const auto client_side = [&]() -> awaitable<void> {
        co_await client.async_handshake(asio::ssl::stream_base::client, nothrow);
        // Two records at once: the second is in the TLS layer's buffers when the first is read.
        const std::string first = "ATRN\r\n";
        const std::string second = "220 too early\r\n";
        co_await asio::async_write(client, asio::buffer(first), nothrow);
        co_await asio::async_write(client, asio::buffer(second), nothrow);
    };
    asio::co_spawn(io, client_side(), [](const std::exception_ptr&) {});
    const auto work = [this]() -> awaitable<void> {
        const auto error = co_await line->start_tls(context, 5s);
        EXPECT_FALSE(error) << error.message();
        EXPECT_NE(line->tls_summary(), "");
        std::string got;
        while (got.find("early") == std::string::npos) {
            const auto [failed, n] = co_await line->read_some(asio::buffer(buffer, 6), 5s);
            if (failed)
                co_return;
            got += std::string_view(buffer.data(), n);
            if (got == "ATRN\r\n") {
                // The other record may still be on its way; once it is here it must be seen.
                asio::steady_timer pause(io, 1ms);
                for (int tries = 0; tries < 2000 && !line->input_pending(); ++tries) {
                    pause.expires_after(1ms);
                    co_await pause.async_wait(nothrow);
                }
                EXPECT_TRUE(line->input_pending());
            }
        }
        EXPECT_EQ(got.substr(0, 6), "ATRN\r\n");
    };
    on_loop(io, work());
}

TEST_F(tls_connection_test, a_peer_that_speaks_no_tls_fails_the_handshake)
{
    peer_sends("EHLO not a handshake\r\n");
    const auto work = [this]() -> awaitable<void> {
        const auto error = co_await line->start_tls(context, 5s);
        EXPECT_TRUE(error);
    };
    on_loop(io, work());
}

TEST_F(tls_connection_test, a_handshake_has_a_time_limit)
{
    const auto work = [this]() -> awaitable<void> {
        const auto error = co_await line->start_tls(context, 10ms);
        EXPECT_EQ(error, asio::error::timed_out);
    };
    on_loop(io, work());
}

TEST_F(tls_connection_test, an_end_without_goodbye_is_the_end_of_the_line)
{
    asio::ssl::stream<stream_socket&> client(*peer, client_context);
    const auto client_side = [&]() -> awaitable<void> {
        co_await client.async_handshake(asio::ssl::stream_base::client, nothrow);
        std::array<char, 3> greeting{};
        co_await asio::async_read(client, asio::buffer(greeting), nothrow);
        peer->close();
    };
    asio::co_spawn(io, client_side(), [](const std::exception_ptr&) {});
    const auto work = [this]() -> awaitable<void> {
        const auto error = co_await line->start_tls(context, 5s);
        EXPECT_FALSE(error) << error.message();
        co_await line->write_all("220", 5s);
        const auto [ended, n] = co_await line->read_some(asio::buffer(buffer), 5s);
        EXPECT_EQ(ended, asio::error::eof);
    };
    on_loop(io, work());
}

}  // namespace
}  // namespace odmr

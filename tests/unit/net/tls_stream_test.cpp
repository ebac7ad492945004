// tls_stream, as connection uses it: handshakes, records, both directions at once, octets that trickle, and
// the ways a line ends.
#include "net/tls_stream.hpp"

#include "net/connection.hpp"
#include "on_loop.hpp"
#include "support/certificate.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

namespace odmr
{
namespace
{

using test::on_loop;
using namespace std::chrono_literals;

using local_socket = asio::local::stream_protocol::socket;

class tls_stream_test : public ::testing::Test
{
protected:
    tls_stream_test()
    {
        std::signal(SIGPIPE, SIG_IGN);
        const auto made = test::make_certificate(directory.path());
        context = std::make_shared<tls_context>(made.certificate_file, made.key_file, tls_version::tls1_2);
        local_socket near(io);
        asio::local::connect_pair(near, far);
        line = std::make_shared<connection>(stream_socket(std::move(near)));
    }

    awaitable<void> client_handshake()
    {
        const auto [error] = co_await client.async_handshake(asio::ssl::stream_base::client, nothrow);
        EXPECT_FALSE(error) << error.message();
    }
    void spawn(awaitable<void> side)
    {
        asio::co_spawn(io, std::move(side), [](const std::exception_ptr&) {});
    }
    /// Both handshakes; afterwards the client's side goes on by itself.
    awaitable<void> handshake()
    {
        spawn(client_handshake());
        const auto error = co_await line->start_tls(context, 5s);
        EXPECT_FALSE(error) << error.message();
    }
    awaitable<void> wait_for_input()
    {
        asio::steady_timer pause(io);
        for (int tries = 0; tries < 2000 && !line->input_pending(); ++tries) {
            pause.expires_after(1ms);
            co_await pause.async_wait(nothrow);
        }
    }

    test::temp_dir directory;
    asio::io_context io{1};
    std::shared_ptr<tls_context> context;
    std::shared_ptr<connection> line;
    local_socket far{io};
    asio::ssl::context client_context{asio::ssl::context::tls_client};
    asio::ssl::stream<local_socket&> client{far, client_context};
};

TEST_F(tls_stream_test, carries_octets_and_shows_what_waits_behind_a_record)
{
    const auto client_side = [&]() -> awaitable<void> {
        co_await client_handshake();
        const std::string first = "ATRN\r\n";
        const std::string second = "220 too early\r\n";
        co_await asio::async_write(client, asio::buffer(first), nothrow);
        co_await asio::async_write(client, asio::buffer(second), nothrow);
    };
    spawn(client_side());
    const auto work = [&]() -> awaitable<void> {
        const auto error = co_await line->start_tls(context, 5s);
        EXPECT_FALSE(error) << error.message();
        EXPECT_TRUE(line->tls_summary().starts_with("TLSv1.")) << line->tls_summary();
        const auto [failed, octets] = co_await line->read(5s);
        EXPECT_EQ(octets, "ATRN\r\n");
        // The other record may still be on its way; once it is here it must be seen.
        co_await wait_for_input();
        EXPECT_TRUE(line->input_pending());
        const auto [failed_again, rest] = co_await line->read(5s);
        EXPECT_EQ(rest, "220 too early\r\n");
        EXPECT_FALSE(line->input_pending());
    };
    on_loop(io, work());
}

TEST_F(tls_stream_test, carries_much_both_ways_at_the_same_time)
{
    std::string down(4 * 1024 * 1024, ' ');
    for (std::size_t i = 0; i < down.size(); ++i)
        down[i] = static_cast<char>('a' + i % 23);
    std::string up(down.rbegin(), down.rend());
    std::string arrived_down(down.size(), ' ');
    std::string arrived_up;
    const auto client_writes = [&]() -> awaitable<void> {
        co_await asio::async_write(client, asio::buffer(up), nothrow);
    };
    const auto client_reads = [&]() -> awaitable<void> {
        co_await asio::async_read(client, asio::buffer(arrived_down), nothrow);
        io.stop();  // the other direction is done first: see below
    };
    bool written = false;
    const auto line_writes = [&]() -> awaitable<void> {
        const auto [error, n] = co_await line->write_all(down, 30s);
        EXPECT_FALSE(error) << error.message();
        EXPECT_EQ(n, down.size());
        written = true;
    };
    const auto work = [&]() -> awaitable<void> {
        co_await handshake();
        spawn(client_writes());
        spawn(line_writes());
        while (arrived_up.size() < up.size()) {
            const auto [error, octets] = co_await line->read(30s);
            EXPECT_FALSE(error) << error.message();
            if (error)
                co_return;
            arrived_up += octets;
            // Nobody reads the other direction yet: it stands still in the middle of a record.
            if (arrived_up.size() == octets.size()) {
                EXPECT_FALSE(written);
            }
        }
    };
    on_loop(io, work());
    EXPECT_FALSE(written);
    EXPECT_TRUE(arrived_up == up);
    io.restart();
    on_loop(io, client_reads());
    EXPECT_TRUE(written);
    EXPECT_TRUE(arrived_down == down);
}

/// The lengths of the records with application data that a client receives.
void note_record(int writing, int, int type, const void* octets, std::size_t size, SSL*, void* lengths)
{
    constexpr unsigned char application_data = 23;
    const auto* header = static_cast<const unsigned char*>(octets);
    if (writing == 0 && type == SSL3_RT_HEADER && size == SSL3_RT_HEADER_LENGTH &&
        header[0] == application_data)
        static_cast<std::vector<int>*>(lengths)->push_back(header[3] * 256 + header[4]);
}

TEST_F(tls_stream_test, fills_its_records_and_sends_a_single_line_at_once)
{
    const std::string much(100'000, 'x');
    std::string arrived(much.size(), ' ');
    std::vector<int> lengths;
    const auto reads = [&]() -> awaitable<void> {
        co_await asio::async_read(client, asio::buffer(arrived), nothrow);
        io.stop();
    };
    const auto work = [&]() -> awaitable<void> {
        co_await handshake();
        co_await line->write_all("250 one line\r\n", 5s);
        std::array<char, 14> one{};
        co_await asio::async_read(client, asio::buffer(one), nothrow);
        ::SSL_set_msg_callback(client.native_handle(), &note_record);
        ::SSL_set_msg_callback_arg(client.native_handle(), &lengths);
        spawn(reads());
        co_await line->write_all(much, 5s);
    };
    on_loop(io, work());
    io.restart();
    io.run();
    EXPECT_EQ(arrived, much);
    ASSERT_EQ(lengths.size(), 7U);
    for (std::size_t i = 0; i + 1 < lengths.size(); ++i)
        EXPECT_GE(lengths[i], SSL3_RT_MAX_PLAIN_LENGTH);
}

TEST_F(tls_stream_test, octets_may_trickle)
{
    // A line between the two that passes on one octet at a time.
    local_socket before(io);
    local_socket behind(io);
    asio::local::connect_pair(before, behind);
    const auto pass = [](local_socket& from, local_socket& to) -> awaitable<void> {
        std::array<char, 1> octet{};
        for (;;) {
            const auto [ended, n] = co_await asio::async_read(from, asio::buffer(octet), nothrow);
            if (ended)
                co_return;
            co_await asio::async_write(to, asio::buffer(octet), nothrow);
        }
    };
    line = std::make_shared<connection>(stream_socket(std::move(before)));
    local_socket outside(io);
    local_socket inside(io);
    asio::local::connect_pair(inside, outside);
    asio::ssl::stream<local_socket&> slow_client(outside, client_context);
    spawn(pass(inside, behind));
    spawn(pass(behind, inside));
    const std::string said = "220 customer.example.org ready when you are\r\n";
    const auto client_side = [&]() -> awaitable<void> {
        co_await slow_client.async_handshake(asio::ssl::stream_base::client, nothrow);
        co_await asio::async_write(slow_client, asio::buffer(said), nothrow);
    };
    spawn(client_side());
    const auto work = [&]() -> awaitable<void> {
        const auto error = co_await line->start_tls(context, 20s);
        EXPECT_FALSE(error) << error.message();
        const auto [failed, octets] = co_await line->read(20s);
        EXPECT_EQ(octets, said);
    };
    on_loop(io, work());
}

TEST_F(tls_stream_test, a_read_that_was_given_up_has_lost_nothing)
{
    const std::string said = "NOOP\r\n";
    const auto work = [&]() -> awaitable<void> {
        co_await handshake();
        const auto [error, none] = co_await line->read(10ms);
        EXPECT_EQ(error, asio::error::timed_out);
        asio::steady_timer soon(io, 1ms);
        soon.async_wait([this](error_code) { line->interrupt(); });
        const auto [interrupted, nothing] = co_await line->read(5s);
        EXPECT_EQ(interrupted, asio::error::operation_aborted);
        co_await asio::async_write(client, asio::buffer(said), nothrow);
        const auto [failed, octets] = co_await line->read(5s);
        EXPECT_EQ(octets, said);
        const auto [lost, n] = co_await line->write_all("421 bye\r\n", 5s);
        EXPECT_FALSE(lost);
    };
    on_loop(io, work());
}

TEST_F(tls_stream_test, a_write_nobody_takes_is_a_timeout)
{
    const std::string much(4 * 1024 * 1024, 'x');
    const auto work = [&]() -> awaitable<void> {
        co_await handshake();
        const auto [error, n] = co_await line->write_all(much, 10ms);
        EXPECT_EQ(error, asio::error::timed_out);
    };
    on_loop(io, work());
}

TEST_F(tls_stream_test, a_write_to_a_peer_that_is_gone_is_an_error)
{
    const auto work = [&]() -> awaitable<void> {
        co_await handshake();
        far.close();
        error_code error;
        for (int i = 0; i < 10 && !error; ++i) {
            const auto written = co_await line->write_all("250 to nobody\r\n", 5s);
            error = written.error;
        }
        EXPECT_EQ(error, asio::error::broken_pipe) << error.message();
    };
    on_loop(io, work());
}

TEST_F(tls_stream_test, nothing_is_written_once_it_is_closed)
{
    const auto work = [&]() -> awaitable<void> {
        co_await handshake();
        line->close();
        const auto [error, n] = co_await line->write_all("250 too late\r\n", 5s);
        EXPECT_TRUE(error);
        const auto [failed, octets] = co_await line->read(5s);
        EXPECT_TRUE(failed);
    };
    on_loop(io, work());
}

TEST_F(tls_stream_test, a_goodbye_is_said_and_heard)
{
    const auto client_side = [&]() -> awaitable<void> {
        co_await client_handshake();
        std::array<char, 1> none{};
        const auto [end, n] = co_await client.async_read_some(asio::buffer(none), nothrow);
        EXPECT_EQ(end, asio::error::eof) << end.message();  // and not stream_truncated
        co_await client.async_shutdown(nothrow);
    };
    spawn(client_side());
    const auto work = [&]() -> awaitable<void> {
        const auto error = co_await line->start_tls(context, 5s);
        EXPECT_FALSE(error) << error.message();
        const auto began = std::chrono::steady_clock::now();
        co_await line->finish(20s);
        EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
        EXPECT_TRUE(line->closed());
    };
    on_loop(io, work());
}

TEST_F(tls_stream_test, the_peers_goodbye_is_the_end)
{
    const auto client_side = [&]() -> awaitable<void> {
        co_await client_handshake();
        co_await client.async_shutdown(nothrow);
    };
    spawn(client_side());
    const auto work = [&]() -> awaitable<void> {
        co_await line->start_tls(context, 5s);
        const auto [ended, octets] = co_await line->read(5s);
        EXPECT_EQ(ended, asio::error::eof);
    };
    on_loop(io, work());
}

TEST_F(tls_stream_test, an_end_without_goodbye_is_the_end_of_the_line)
{
    const auto client_side = [&]() -> awaitable<void> {
        co_await client_handshake();
        std::array<char, 3> greeting{};
        co_await asio::async_read(client, asio::buffer(greeting), nothrow);
        far.close();
    };
    spawn(client_side());
    const auto work = [&]() -> awaitable<void> {
        co_await line->start_tls(context, 5s);
        co_await line->write_all("220", 5s);
        const auto [ended, octets] = co_await line->read(5s);
        EXPECT_EQ(ended, asio::error::eof) << ended.message();
    };
    on_loop(io, work());
}

TEST_F(tls_stream_test, a_peer_that_speaks_no_tls_fails_the_handshake)
{
    asio::write(far, asio::buffer(std::string("EHLO not a handshake\r\n")));
    const auto work = [&]() -> awaitable<void> {
        const auto error = co_await line->start_tls(context, 5s);
        EXPECT_EQ(error.category(), asio::error::get_ssl_category()) << error.message();
    };
    on_loop(io, work());
}

TEST_F(tls_stream_test, a_handshake_has_a_time_limit)
{
    const auto work = [&]() -> awaitable<void> {
        const auto error = co_await line->start_tls(context, 10ms);
        EXPECT_EQ(error, asio::error::timed_out);
    };
    on_loop(io, work());
}

}  // namespace
}  // namespace odmr

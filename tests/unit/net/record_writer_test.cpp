// record_writer: how what is written is cut into TLS records, and what that does for a peer that looks at its
// socket before each line.
#include "net/record_writer.hpp"

#include "on_loop.hpp"
#include "support/certificate.hpp"
#include "support/file_descriptor.hpp"
#include "support/temp_dir.hpp"
#include "support/wait.hpp"

#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace odmr
{
namespace
{

using test::on_loop;
using namespace std::chrono_literals;

/// A TLS client on a blocking socket. It reads until the other end closes, on a thread of its own.
class tls_peer
{
public:
    explicit tls_peer(int socket) : socket_(socket)
    {
        ::SSL_set_fd(ssl_.get(), socket);
        ::SSL_set_options(ssl_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
    }

    /// One record at a time: SSL_read() never gives octets of two.
    void read_records()
    {
        std::array<char, 20'000> buffer{};
        ::SSL_connect(ssl_.get());
        for (int n = 0; (n = ::SSL_read(ssl_.get(), buffer.data(), buffer.size())) > 0;) {
            records_.push_back(n);
            received_ += static_cast<std::size_t>(n);
        }
    }

    /// As fetchmail does: waits until the socket is readable, takes one line or what its buffer holds, and
    /// waits again.
    void read_lines()
    {
        pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        ::SSL_connect(ssl_.get());
        while (::poll(&readable, 1, -1) == 1 && take_line()) {
        }
    }

    [[nodiscard]] const std::vector<int>& records() const { return records_; }
    [[nodiscard]] std::size_t received() const { return received_; }

private:
    bool take_line()
    {
        std::array<char, 8192> buffer{};
        for (int filled = 0, room = 8192; room > 0; room = 8192 - filled) {
            int n = ::SSL_peek(ssl_.get(), buffer.data(), room);
            if (n <= 0)
                return false;
            const auto* const end = std::find(buffer.data(), buffer.data() + n, '\n');
            const bool whole = end != buffer.data() + n;
            n = ::SSL_read(ssl_.get(), buffer.data(),
                           static_cast<int>(end - buffer.data()) + (whole ? 1 : 0));
            filled += n;
            received_ += static_cast<std::size_t>(n);
            if (whole)
                break;
        }
        return true;
    }

    test::file_descriptor socket_;
    std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_{::SSL_CTX_new(::TLS_client_method()),
                                                                 &::SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_{::SSL_new(context_.get()), &::SSL_free};
    std::vector<int> records_;
    std::atomic<std::size_t> received_ = 0;
};

class record_writer_test : public ::testing::Test
{
protected:
    record_writer_test()
    {
        asio::local::stream_protocol::socket near(io_);
        asio::local::stream_protocol::socket far(io_);
        asio::local::connect_pair(near, far);
        line_ = std::make_shared<connection>(stream_socket(std::move(near)));
        peer_ = std::make_unique<tls_peer>(far.release());
        const auto made = test::make_certificate(directory_.path());
        context_ = std::make_shared<tls_context>(made.certificate_file, made.key_file, tls_version::tls1_2);
    }

    /// Writes all that, one after the other, each when the peer has all of the one before, and closes. What
    /// the peer has got: less, when it stood still.
    std::size_t write(const std::vector<std::string>& pieces, void (tls_peer::*read)())
    {
        std::jthread reading([&] { (peer_.get()->*read)(); });
        const auto work = [&, this]() -> awaitable<void> {
            const auto failed = co_await line_->start_tls(context_, 30s);
            EXPECT_FALSE(failed) << failed.message();
            record_writer writer(*line_);
            std::size_t written = 0;
            for (const std::string& piece : pieces) {
                const auto [error, n] = co_await writer.write_all(piece, 30s);
                EXPECT_FALSE(error) << error.message();
                EXPECT_EQ(n, piece.size());
                written += n;
                const bool all = test::wait_until([&] { return peer_->received() == written; });
                if (!all)
                    break;
            }
            line_->close();
        };
        on_loop(io_, work());
        const std::size_t received = peer_->received();
        reading.join();
        return received;
    }

    static std::size_t octets_of(const std::vector<std::string>& pieces)
    {
        std::size_t sum = 0;
        for (const std::string& piece : pieces)
            sum += piece.size();
        return sum;
    }

    asio::io_context io_{1};
    test::temp_dir directory_;
    std::shared_ptr<tls_context> context_;
    std::shared_ptr<connection> line_;
    std::unique_ptr<tls_peer> peer_;
};

TEST_F(record_writer_test, the_last_octet_travels_in_a_record_of_its_own)
{
    write({"MAIL FROM:<>\r\nDATA\r\n", "a\r\nb\r\n.\r\n"}, &tls_peer::read_records);
    EXPECT_EQ(peer_->records(), (std::vector{19, 1, 8, 1}));
}

TEST_F(record_writer_test, a_single_line_is_one_record)
{
    write({"EHLO provider.example.net\r\n", "\n", "QUIT\r\n"}, &tls_peer::read_records);
    EXPECT_EQ(peer_->records(), (std::vector{27, 1, 6}));
}

TEST_F(record_writer_test, the_rest_of_a_line_is_not_a_single_line)
{
    write({"text of a", " line\r\n", "RSET\r\n"}, &tls_peer::read_records);
    EXPECT_EQ(peer_->records(), (std::vector{8, 1, 6, 1, 6}));
}

TEST_F(record_writer_test, what_is_long_fills_records)
{
    write({std::string(40'000, 'x') + "\r\n"}, &tls_peer::read_records);
    EXPECT_EQ(peer_->records(), (std::vector{16'384, 16'384, 7'233, 1}));
}

TEST_F(record_writer_test, a_peer_that_looks_at_the_socket_before_each_line_gets_them_all)
{
    std::mt19937 random(2645);
    const auto up_to = [&](std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random);
    };
    std::vector<std::string> pieces;
    for (int i = 0; i < 60; ++i) {
        std::string lines;
        for (std::size_t left = up_to(40); left > 0; --left) {
            const std::size_t length = up_to(50) == 0   ? 8'180 + up_to(20)
                                       : up_to(10) == 0 ? up_to(900)
                                                        : up_to(70);
            lines += std::string(length, 'x') + "\r\n";
        }
        // Some end inside a line, which the next goes on with.
        lines += i % 3 == 0 ? std::string(up_to(9'000), 'y') : "";
        pieces.push_back(lines + (i % 3 == 1 ? "end of it\r\n" : "."));
        pieces.push_back("NOOP\r\n");
    }
    EXPECT_EQ(write(pieces, &tls_peer::read_lines), octets_of(pieces));
}

TEST_F(record_writer_test, a_line_longer_than_that_peers_buffer_comes_to_its_end)
{
    std::vector<std::string> pieces;
    for (std::size_t length = 8'180; length < 8'200; ++length) {
        pieces.push_back(std::string(length, 'x') + "\r\n" + std::string(length, 'y'));
        pieces.emplace_back("the end\r\n");
    }
    EXPECT_EQ(write(pieces, &tls_peer::read_lines), octets_of(pieces));
}

}  // namespace
}  // namespace odmr

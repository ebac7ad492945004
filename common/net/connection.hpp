// connection - one stream to a peer, plain or under TLS, over TCP or a UNIX socket, with a time limit for
// every step.
//
// One read and one write may be under way at the same time. Errors are values; after one, or after a time
// limit ran out, the connection is only good for close().
#pragma once

#include "net/asio.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/ssl/stream.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace odmr
{

class connection : public std::enable_shared_from_this<connection>
{
public:
    struct io_result {
        error_code error;       ///< asio::error::timed_out when the limit ran out, eof when the peer closed
        std::size_t count = 0;  ///< octets
    };

    explicit connection(stream_socket socket);

    /// Reads what is there, at least one octet, up to the buffer's size.
    awaitable<io_result> read_some(asio::mutable_buffer into, time_limit limit);
    /// Writes all octets. They must stay where they are until it is done.
    awaitable<io_result> write_all(std::string_view octets, time_limit limit);
    /// TLS handshake as the server.
    awaitable<error_code> start_tls(std::shared_ptr<tls_context> context, time_limit limit);

    /// Whether the peer has sent anything that was not read yet, without waiting for it.
    [[nodiscard]] bool input_pending();

    /// Ends in good order: under TLS says goodbye and waits for the peer's within the limit, then closes. No
    /// read or write may be under way.
    awaitable<void> finish(time_limit limit);
    /// Ends the operations under way with an error. Without TLS the connection can be used on.
    void interrupt();
    /// Closes at once. Pending operations end with an error.
    void close();
    [[nodiscard]] bool closed() const { return !socket_.is_open(); }

    /// "192.0.2.1", "2001:db8::1" or "local", as it was when the connection was made.
    [[nodiscard]] const std::string& peer_address() const { return peer_address_; }
    /// "TLSv1.3 TLS_AES_256_GCM_SHA384", or empty without TLS.
    [[nodiscard]] std::string tls_summary() const;

    /// How many octets the peer's machine has acknowledged so far; 0 over a UNIX socket. When it grows, the
    /// line moves, however much of what was written still waits in the kernel.
    [[nodiscard]] std::uint64_t acknowledged();

    /// TCP only: small writes leave at once, dead peers are found in that time.
    void tune(std::chrono::seconds user_timeout);
    [[nodiscard]] asio::any_io_executor executor() { return socket_.get_executor(); }

private:
    /// A limit on one operation: when it runs out the socket's operations are cancelled.
    struct deadline {
        explicit deadline(const asio::any_io_executor& executor) : timer(executor) {}
        asio::steady_timer timer;
        std::uint64_t turn = 0;
        bool expired = false;
    };
    void arm(deadline& d, time_limit limit);
    error_code disarm(deadline& d, error_code error);
    /// Peers that write in small pieces and wait for acknowledgements (fetchmail does) would lose 40 ms each
    /// time. The kernel forgets this option, so it is set again after every read.
    void acknowledge_at_once();

    stream_socket socket_;
    std::shared_ptr<tls_context> context_;  ///< outlives the stream
    std::unique_ptr<asio::ssl::stream<stream_socket&>> tls_;
    bool quick_ack_ = false;
    deadline read_deadline_;
    deadline write_deadline_;
    std::string peer_address_;
};

}  // namespace odmr

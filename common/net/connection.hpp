// connection - one stream to a peer, plain or under TLS, over TCP or a UNIX socket, with a time limit for
// every step.
//
// One read and one write may be under way at the same time. Errors are values. A read that was interrupted,
// or whose time limit ran out, has lost nothing; after any other error the connection is only good for
// close().
#pragma once

#include "net/asio.hpp"
#include "net/tls_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace odmr
{

class connection : public std::enable_shared_from_this<connection>
{
public:
    struct input {
        error_code error;         ///< asio::error::timed_out when the limit ran out, eof when the peer closed
        std::string_view octets;  ///< valid until the caller waits for anything
    };
    struct io_result {
        error_code error;       ///< as above
        std::size_t count = 0;  ///< octets
    };
    static constexpr std::size_t read_size = 64 * 1024;  ///< octets; no read brings more

    explicit connection(stream_socket socket);

    /// Reads what is there, at least one octet. All connections of a thread share the memory it is read
    /// into: one on which nothing comes needs none.
    awaitable<input> read(time_limit limit);
    /// Writes all octets. They must stay where they are until it is done. Under TLS every record but the last
    /// is full.
    awaitable<io_result> write_all(std::string_view octets, time_limit limit);
    /// TLS handshake as the server.
    awaitable<error_code> start_tls(std::shared_ptr<tls_context> context, time_limit limit);

    /// Whether the peer has sent anything that was not read yet, without waiting for it.
    [[nodiscard]] bool input_pending();

    /// Ends in good order: under TLS says goodbye and waits for the peer's within the limit, then closes. No
    /// read or write may be under way.
    awaitable<void> finish(time_limit limit);
    /// Ends the read and the write under way with an error.
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
    /// TCP only: acknowledges what has come now, and not together with what is written next. A peer that
    /// writes in small pieces (fetchmail does) may keep the next one back until then, for 40 ms; so this is
    /// for those who wait for more of it and have nothing to say themselves.
    void send_acknowledgement();
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

    template <class Attempt>
    awaitable<io_step> carry_on(io_step step, deadline& d, const Attempt& attempt);
    io_step read_now();
    io_step write_now(std::string_view octets, std::size_t& written);

    stream_socket socket_;
    std::optional<tls_stream> tls_;
    bool more_at_hand_ = false;  ///< the last read may have left something
    bool tcp_ = false;
    deadline read_deadline_;
    deadline write_deadline_;
    std::string peer_address_;
};

}  // namespace odmr

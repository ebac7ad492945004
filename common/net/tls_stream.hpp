// tls_stream - TLS as the server, on a socket that somebody else owns and waits for.
//
// Each call does what can be done without waiting and says what it waits for. OpenSSL works on the socket
// itself, so a session that is idle keeps its keys and no buffers; and since waiting is not its business, a
// read that is given up loses nothing (docs/decisions/tls-on-the-socket.md).
#pragma once

#include "net/asio.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace odmr
{

/// How far an operation has come without waiting.
struct io_step {
    enum class wait { none, input, output };
    wait waits_for = wait::none;  ///< not none: when the socket is ready for that, call again with the same
    error_code error = {};        ///< asio::error::eof when the peer said goodbye, or just closed
    std::size_t count = 0;        ///< octets
};

class tls_stream
{
public:
    /// socket: a descriptor in non-blocking mode, which outlives this or is not used any more. SIGPIPE must
    /// be ignored. Throws boost::system::system_error.
    tls_stream(std::shared_ptr<tls_context> context, int socket);

    io_step handshake();
    /// At least one octet, up to the buffer's size.
    io_step read(asio::mutable_buffer into);
    /// All of them (at least one), in full records but for the last one.
    io_step write(std::string_view octets);
    /// Says goodbye and, when that is said, waits for the peer's.
    io_step shut_down();

    /// Octets were taken from the socket and not yet read.
    [[nodiscard]] bool input_pending() const;
    /// "TLSv1.3 TLS_AES_256_GCM_SHA384".
    [[nodiscard]] std::string summary() const;

private:
    [[nodiscard]] io_step outcome(int result, std::size_t count) const;

    struct free_ssl {
        void operator()(ssl_st* ssl) const;
    };
    std::shared_ptr<tls_context> context_;
    std::unique_ptr<ssl_st, free_ssl> ssl_;
};

}  // namespace odmr

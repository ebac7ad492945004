// connection - a TCP connection on loopback as a test wants it: blocking, every wait with a limit, TLS when
// asked.
//
// Lines end in CRLF and in nothing else (RFC 5321 2.3.8): a peer that sends a bare LF fails its test.
#pragma once

#include "support/file_descriptor.hpp"
#include "support/wait.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

struct ssl_st;

namespace odmr::test
{

/// The peer closed the connection, or broke it.
struct connection_closed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The peer was silent for longer than the limit.
struct peer_silent : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class connection
{
public:
    /// Connects to 127.0.0.1. Throws std::system_error.
    explicit connection(std::uint16_t port);
    /// Takes over an accepted connection.
    explicit connection(file_descriptor accepted);
    connection(connection&&) noexcept;
    connection& operator=(connection&&) noexcept;
    ~connection();

    /// How long one read or write may take (at first: patience).
    void set_limit(milliseconds limit) { limit_ = limit; }

    /// Becomes a TLS client that trusts exactly this certificate. Throws std::runtime_error when the
    /// handshake fails.
    void start_tls(const std::filesystem::path& trusted_certificate);
    [[nodiscard]] bool has_tls() const { return tls_ != nullptr; }

    void write(std::string_view octets);
    void write_line(std::string_view line) { write(std::string(line) + "\r\n"); }

    /// The next line, without its CRLF. Throws std::runtime_error for a bare LF.
    std::string read_line();
    /// What has come, at least one octet.
    std::string read_some();
    /// The same, into a block; how many octets.
    std::size_t read_some(std::span<char> block);
    /// Gives back octets that were read too far: they are what is read next.
    void unread(std::string_view octets) { received_.insert(0, octets); }
    /// Throws away what was received and not yet read.
    void forget_received() { received_.clear(); }
    /// A whole reply of an SMTP server: its lines, joined with "\n" (RFC 5321 4.2.1).
    std::string read_reply();

    /// What the peer still sends until it closes; throws peer_silent when it does not close.
    std::string read_until_closed();

    [[nodiscard]] int descriptor() const { return socket_.get(); }  ///< for poll(2)

    /// Closes the line in good order. Another thread may call this: reads and writes end as if the peer had
    /// closed.
    void cancel();
    /// Drops the line the hard way: the peer gets a reset.
    void reset();

private:
    void wait_for(short events);
    bool retry_tls(int result, const char* what);  ///< true when the operation must be tried again

    struct free_tls {
        void operator()(ssl_st* tls) const;
    };

    file_descriptor socket_;
    std::unique_ptr<ssl_st, free_tls> tls_;
    std::string received_;  ///< and not yet handed out
    milliseconds limit_ = patience;
};

}  // namespace odmr::test

// sasl - the server side of one AUTH exchange, and where its secrets come from (RFC 4954, RFC 4422).
//
// The front end sees only sasl_server and sasl_exchange; GNU SASL (gsasl_server.hpp) stands behind them
// today, and other back ends (Dovecot's auth socket, saslauthd) can stand there later. Octets here are raw:
// base64 is the business of the SMTP engine.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

/// What SCRAM keeps instead of a password (RFC 5802 3, RFC 7677). Octets, not base64.
struct scram_keys {
    std::string salt;
    std::uint32_t iterations = 0;
    std::string stored_key;
    std::string server_key;

    friend bool operator==(const scram_keys&, const scram_keys&) = default;
};

struct credentials {
    bool enabled = true;
    std::optional<scram_keys> scram_sha1 = {};
    std::optional<scram_keys> scram_sha256 = {};
    std::optional<std::string> cram_md5_secret = {};  ///< the password itself: RFC 2195 cannot work from less
};

/// Thrown by a credential_source that cannot answer now; becomes 454 4.7.0 (AUTH) or 451 4.3.0 (ATRN).
class temporary_failure : public std::exception
{
public:
    explicit temporary_failure(std::string reason) : reason_(std::move(reason)) {}
    [[nodiscard]] const char* what() const noexcept override { return reason_.c_str(); }

private:
    std::string reason_;
};

class credential_source
{
public:
    virtual ~credential_source() = default;
    /// What is kept for that account name, or nullopt when there is no such account. Throws
    /// temporary_failure.
    virtual std::optional<credentials> find_credentials(std::string_view account) = 0;
};

struct sasl_result {
    enum class kind {
        challenge,  ///< `text` goes to the client, an answer is expected
        success,  ///< `account` is authenticated; `text`, when not empty, is additional data that must reach
                  ///< the client first (the caller sends it as a challenge and expects an empty answer)
        refused,  ///< wrong credentials, unknown or disabled account, or a malformed exchange: 535 5.7.8
        temporary,  ///< secrets cannot be reached now: 454 4.7.0
    };
    kind what = kind::refused;
    std::string text = {};     ///< raw octets for the client
    std::string account = {};  ///< who it is, on success; else who it claims to be, when known (for the log)
    std::string reason = {};   ///< for the log, never for the client
};

/// One AUTH exchange.
class sasl_exchange
{
public:
    virtual ~sasl_exchange() = default;
    /// response: the client's next raw octets; nullopt only in the first step, when AUTH came without an
    /// initial response.
    virtual sasl_result step(std::optional<std::string_view> response) = 0;
};

class sasl_server
{
public:
    virtual ~sasl_server() = default;
    /// The mechanisms to list in EHLO, best first. Plaintext ones (PLAIN, LOGIN) only when tls.
    [[nodiscard]] virtual std::vector<std::string> mechanisms(bool tls) const = 0;
    /// Begins an exchange; nullptr when the mechanism is not among mechanisms(tls).
    virtual std::unique_ptr<sasl_exchange> begin(std::string_view mechanism, bool tls) = 0;
};

}  // namespace odmr

// sasl_client - the client side of one AUTH exchange, by GNU SASL (RFC 4422); octets are in base64 as on the
// wire.
#pragma once

#include <memory>
#include <string>

struct Gsasl;
struct Gsasl_session;

namespace odmr::test
{

class sasl_client
{
public:
    /// mechanism as GNU SASL names it: "SCRAM-SHA-256". Throws std::runtime_error when it does not know it.
    sasl_client(const std::string& mechanism, const std::string& user, const std::string& password);

    /// The answer to a challenge, or, with an empty challenge, what the mechanism sends first. Throws
    /// std::runtime_error when the server's octets make no sense or fail to prove that it knows the password.
    std::string step(const std::string& challenge);

    /// False when the mechanism waits for the server to speak first.
    [[nodiscard]] bool speaks_first() const { return speaks_first_; }

private:
    struct free_library {
        void operator()(Gsasl* library) const;
    };
    struct free_session {
        void operator()(Gsasl_session* session) const;
    };

    std::unique_ptr<Gsasl, free_library> library_;
    std::unique_ptr<Gsasl_session, free_session> session_;
    bool speaks_first_;
};

std::string base64(const std::string& octets);

}  // namespace odmr::test

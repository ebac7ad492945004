// gsasl_server - sasl_server by GNU SASL: SCRAM (RFC 5802, RFC 7677), CRAM-MD5 (RFC 2195), PLAIN (RFC 4616)
// and LOGIN.
//
// It compares; it keeps nothing and writes no log. An unknown account, a disabled one and a wrong password
// look alike from outside, in the answers and in the time they take; sasl_result::reason says which it was.
// GNU SASL's CRAM-MD5 challenges are <20 random digits.0@localhost>: a fixed name where RFC 2195 2 has the
// server's own, and no time, so that they give nothing away. Clients only digest them. One thread only: the
// credential_source is asked in the middle of step().
#pragma once

#include "auth/sasl.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

class gsasl_server final : public sasl_server
{
public:
    struct options {
        bool cram_md5 = true;  ///< RFC 2645 5.1.2: a MUST that a site may switch off
    };

    /// source must outlive the server, and the server every exchange it began. Throws std::runtime_error when
    /// GNU SASL cannot be initialised.
    gsasl_server(credential_source& source, const options& wanted);
    ~gsasl_server() override;

    [[nodiscard]] std::vector<std::string> mechanisms(bool tls) const override;
    std::unique_ptr<sasl_exchange> begin(std::string_view mechanism, bool tls) override;

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace odmr

// lmtp_sender - brings numbered messages to an LMTP server as fast as it takes them (RFC 2033).
#pragma once

#include "bench/numbered_mail.hpp"
#include "support/connection.hpp"

#include <filesystem>
#include <string>

namespace odmr::bench
{

class lmtp_sender
{
public:
    /// Throws std::runtime_error when the server does not want us.
    explicit lmtp_sender(const std::filesystem::path& socket);

    /// Throws std::runtime_error unless it is taken.
    void send(const std::string& recipient, const numbered_mail& message);

private:
    void must_answer(const char* code);

    test::connection line_;
};

}  // namespace odmr::bench

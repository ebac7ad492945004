// lmtp_line - what a mail system's LMTP client does on one connection (RFC 2033), as a test wants it.
#pragma once

#include "support/connection.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace odmr::test
{

class lmtp_line
{
public:
    /// Connects to a UNIX socket and reads the greeting. Throws std::system_error.
    explicit lmtp_line(const std::filesystem::path& path);

    std::string say(std::string_view command);

    /// LHLO, MAIL with these parameters, one recipient and DATA: the first reply that is a refusal, or that
    /// to DATA.
    std::string begin(const std::string& parameters, const std::string& recipient = "ann@example.org");

    /// Content and its end; the next reply, of as many as there are recipients.
    std::string content(const std::string& text);
    /// The next reply.
    std::string reply() { return line_.read_reply(); }

    /// True when the server closes the connection, and says nothing more, within patience.
    [[nodiscard]] bool is_closed();
    connection& line() { return line_; }

private:
    connection line_;
};

}  // namespace odmr::test

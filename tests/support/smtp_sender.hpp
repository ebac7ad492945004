// smtp_sender - hands a message to a mail server by SMTP, as any sender on the Internet does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::test
{

struct outgoing_message {
    std::string sender;
    std::vector<std::string> recipients;
    std::string content;               ///< ends in CRLF; not dot-stuffed
    std::string mail_parameters = {};  ///< such as "BODY=8BITMIME"
};

/// A message with all headers, a Message-ID of its own, and a body that is hard on a relay: lines that begin
/// with dots, long lines, 8-bit octets, empty lines at the end. At least so many octets.
std::string make_content(std::string_view subject, std::size_t octets = 0);

/// Sends it to 127.0.0.1. Returns the server's answer to the content: "250 2.0.0 Ok: queued as 4C0FFEE".
/// Throws std::runtime_error when the server refuses anything before.
std::string send_by_smtp(std::uint16_t port, const outgoing_message& message);

}  // namespace odmr::test

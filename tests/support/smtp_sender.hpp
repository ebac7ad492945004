// smtp_sender - hands messages to a mail server by SMTP, as any sender on the Internet does.
#pragma once

#include "support/connection.hpp"

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

/// A connection to a mail server on 127.0.0.1, EHLO said.
class smtp_sender
{
public:
    /// Throws std::runtime_error when the server does not want us.
    explicit smtp_sender(std::uint16_t port);

    /// Says a command line, whatever it is, and returns the reply.
    std::string say(std::string_view command);
    /// The same, and throws std::runtime_error unless the reply begins so: '2'.
    std::string must(std::string_view command, char expected = '2');
    /// Sends content behind a 354, and returns the reply to it.
    std::string content(std::string_view text);
    /// Sends octets as they stand and returns the next reply.
    std::string raw(std::string_view octets);

    /// A whole message, with its commands in one group (RFC 2920 3.1). Returns the answer to the content:
    /// "250 2.0.0 Ok: queued as 4C0FFEE". Throws std::runtime_error when the server refuses anything before.
    std::string send(const outgoing_message& message);

private:
    void must_answer(const std::string& command, char expected);

    connection line_;
};

/// Sends one message on a connection of its own, one command at a time; otherwise as smtp_sender::send.
std::string send_by_smtp(std::uint16_t port, const outgoing_message& message);

/// The answer to this recipient, in a transaction that goes no further. mail_parameters: such as "SIZE=1000".
std::string answer_to_rcpt(std::uint16_t port, const std::string& recipient,
                           const std::string& mail_parameters = "");

/// The queue id in Postfix's answer to a content. Throws std::runtime_error when it is another answer.
std::string queue_id_in(std::string_view reply);

}  // namespace odmr::test

#include "support/smtp_sender.hpp"

#include "support/connection.hpp"

#include <unistd.h>

#include <atomic>
#include <stdexcept>

namespace odmr::test
{
namespace
{

void must(connection& line, const std::string& command, char expected)
{
    line.write_line(command);
    const std::string reply = line.read_reply();
    if (reply.front() != expected)
        throw std::runtime_error(command + " -> " + reply);
}

/// RFC 5321 4.5.2
std::string dot_stuffed(std::string_view content)
{
    std::string wire;
    bool line_start = true;
    for (const char c : content) {
        if (line_start && c == '.')
            wire += '.';
        wire += c;
        line_start = c == '\n';
    }
    return wire;
}

}  // namespace

std::string make_content(std::string_view subject, std::size_t octets)
{
    static std::atomic<int> number = 0;
    const std::string id =
        std::to_string(::getpid()) + "." + std::to_string(++number) + "@sender.example.net";
    std::string content =
        "From: Sender <sender@elsewhere.example>\r\n"
        "To: undisclosed-recipients:;\r\n"
        "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
        "Message-ID: <" +
        id +
        ">\r\n"
        "Subject: " +
        std::string(subject) +
        "\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
        "\r\n"
        ".\r\n..\r\n.a line\r\n"
        "Gr\xc3\xbc\xc3\x9f"
        "e \xe2\x82\xac\r\n" +
        std::string(990, 'x') +
        "\r\n"
        "From here on\r\n";
    while (content.size() < octets)
        content += "." + std::string(70, static_cast<char>('a' + content.size() % 26)) + "\r\n";
    return content + ".\r\n\r\n\r\n";
}

std::string send_by_smtp(std::uint16_t port, const outgoing_message& message)
{
    connection line(port);
    if (const std::string banner = line.read_reply(); !banner.starts_with("220"))
        throw std::runtime_error("banner: " + banner);
    must(line, "EHLO sender.example.net", '2');
    must(line, "MAIL FROM:<" + message.sender + "> " + message.mail_parameters, '2');
    for (const std::string& recipient : message.recipients)
        must(line, "RCPT TO:<" + recipient + ">", '2');
    must(line, "DATA", '3');
    line.write(dot_stuffed(message.content) + ".\r\n");
    std::string reply = line.read_reply();
    must(line, "QUIT", '2');
    return reply;
}

}  // namespace odmr::test

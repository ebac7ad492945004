#include "support/smtp_sender.hpp"

#include <unistd.h>

#include <atomic>
#include <stdexcept>

namespace odmr::test
{
namespace
{

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

std::vector<std::string> mail_and_rcpt(const outgoing_message& message)
{
    std::vector<std::string> commands = {"MAIL FROM:<" + message.sender + "> " + message.mail_parameters};
    for (const std::string& recipient : message.recipients)
        commands.push_back("RCPT TO:<" + recipient + ">");
    return commands;
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

smtp_sender::smtp_sender(std::uint16_t port) : line_(port)
{
    must_answer("(connects)", '2');
    must("EHLO sender.example.net");
}

void smtp_sender::must_answer(const std::string& command, char expected)
{
    const std::string reply = line_.read_reply();
    if (reply.front() != expected)
        throw std::runtime_error(command + " -> " + reply);
}

std::string smtp_sender::raw(std::string_view octets)
{
    line_.write(octets);
    return line_.read_reply();
}

std::string smtp_sender::say(std::string_view command)
{
    return raw(std::string(command) + "\r\n");
}

std::string smtp_sender::must(std::string_view command, char expected)
{
    std::string reply = say(command);
    if (reply.front() != expected)
        throw std::runtime_error(std::string(command) + " -> " + reply);
    return reply;
}

std::string smtp_sender::content(std::string_view text)
{
    return raw(dot_stuffed(text) + ".\r\n");
}

std::string smtp_sender::send(const outgoing_message& message)
{
    std::vector<std::string> commands = mail_and_rcpt(message);
    commands.emplace_back("DATA");
    std::string group;
    for (const std::string& command : commands)
        group += command + "\r\n";
    line_.write(group);
    for (const std::string& command : commands)
        must_answer(command, command == "DATA" ? '3' : '2');
    return content(message.content);
}

std::string send_by_smtp(std::uint16_t port, const outgoing_message& message)
{
    smtp_sender sender(port);
    for (const std::string& command : mail_and_rcpt(message))
        sender.must(command);
    sender.must("DATA", '3');
    std::string reply = sender.content(message.content);
    sender.must("QUIT");
    return reply;
}

std::string answer_to_rcpt(std::uint16_t port, const std::string& recipient,
                           const std::string& mail_parameters)
{
    smtp_sender sender(port);
    sender.must("MAIL FROM:<sender@elsewhere.example> " + mail_parameters);
    return sender.say("RCPT TO:<" + recipient + ">");
}

std::string queue_id_in(std::string_view reply)
{
    constexpr std::string_view marker = "queued as ";
    const std::size_t id = reply.find(marker);
    if (!reply.starts_with("250 ") || id == std::string_view::npos)
        throw std::runtime_error("Postfix says " + std::string(reply));
    return std::string(reply.substr(id + marker.size()));
}

}  // namespace odmr::test

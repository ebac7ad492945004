#include "bench/lmtp_sender.hpp"

#include "bench/unix_socket.hpp"

#include <stdexcept>

namespace odmr::bench
{

lmtp_sender::lmtp_sender(const std::filesystem::path& socket) : line_(connect_to_unix(socket))
{
    must_answer("220");
    line_.write_line("LHLO sender.example.net");
    must_answer("250");
}

void lmtp_sender::send(const std::string& recipient, const numbered_mail& message)
{
    line_.write("MAIL FROM:<sender@elsewhere.example>\r\nRCPT TO:<" + recipient + ">\r\nDATA\r\n");
    must_answer("250");
    must_answer("250");
    must_answer("354");
    message.write(numbered_mail::form::dot_stuffed, [this](std::string_view piece) { line_.write(piece); });
    line_.write_line(".");
    must_answer("250");
}

void lmtp_sender::must_answer(const char* code)
{
    const std::string reply = line_.read_reply();
    if (!reply.starts_with(code))
        throw std::runtime_error("the LMTP server says " + reply + " instead of " + code);
}

}  // namespace odmr::bench

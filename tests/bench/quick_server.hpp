// quick_server - the server's end of an SMTP connection that is never what others wait for (RFC 5321): it
// accepts everything, answers all that has come in one go (RFC 2920 3.2), and keeps no mail. No I/O.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace odmr::bench
{

class quick_server
{
public:
    /// Called for each message when its content is complete, with its first recipient.
    using message_handler = std::function<void(const std::string& recipient)>;

    static constexpr std::string_view greeting = "220 quick.example ESMTP\r\n";

    explicit quick_server(message_handler taken) : taken_(std::move(taken)) {}

    /// Takes octets from the line and returns what is to be answered; empty for nothing yet.
    std::string receive(std::string_view octets);
    /// QUIT was said.
    [[nodiscard]] bool ended() const { return ended_; }

private:
    bool take_content();
    bool take_command();
    std::string_view answer(std::string_view command);

    message_handler taken_;
    std::string received_;
    std::size_t begin_ = 0;     ///< of what was not taken yet, in received_
    std::size_t searched_ = 0;  ///< for the end of the content, in received_
    std::string replies_;
    std::string recipient_;
    bool in_content_ = false;
    bool ended_ = false;
};

}  // namespace odmr::bench

// quick_server - the server's end of an SMTP connection that is never what others wait for (RFC 5321, LMTP of
// RFC 2033, CHUNKING of RFC 3030): it accepts everything, answers all that has come in one go (RFC 2920 3.2),
// and keeps no mail. No I/O.
//
// It is strict where a client could be wrong without anybody noticing: what is out of order is answered 503.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace odmr::bench
{

class quick_server
{
public:
    struct behaviour {
        bool pipelining = true;
        bool chunking = false;
        bool lmtp = false;               ///< one answer to the content for each recipient
        bool stalls_in_content = false;  ///< answers nothing any more once a message has begun
    };

    /// What is done with the mail; each may be empty.
    struct handlers {
        /// The message is complete. With its first recipient.
        std::function<void(const std::string& recipient)> complete = {};
        /// The next octets of a message, as they were before dots were stuffed.
        std::function<void(std::string_view octets)> content = {};
        /// The message under way will not be completed.
        std::function<void()> abandoned = {};
    };

    static constexpr std::string_view greeting = "220 quick.example ESMTP\r\n";

    quick_server(behaviour how, handlers mail) : how_(how), mail_(std::move(mail)) {}
    explicit quick_server(handlers mail) : quick_server({}, std::move(mail)) {}

    /// Takes octets from the line and returns what is to be answered; empty for nothing yet.
    std::string receive(std::string_view octets);
    /// QUIT was said.
    [[nodiscard]] bool ended() const { return ended_; }
    /// It stalls; nothing is to be read any more.
    [[nodiscard]] bool stalled() const { return how_.stalls_in_content && reading_ != part::commands; }

private:
    enum class part { commands, data, chunk };

    bool take(std::string_view& input);
    bool take_command(std::string_view& input);
    bool take_data(std::string_view& input);
    bool take_chunk(std::string_view& input);

    void answer(std::string_view command);
    void reply(std::string_view text);
    void begin_chunk(std::string_view arguments);
    void begin_mail();
    void content(std::string_view octets);
    void complete();

    behaviour how_;
    handlers mail_;
    std::string rest_;  ///< received and not taken yet: part of a command, or a dot that begins a line
    std::string replies_;
    part reading_ = part::commands;
    std::string line_before_;       ///< DATA: the last two octets of the content so far
    std::uint64_t chunk_left_ = 0;  ///< BDAT: octets to come
    bool chunk_is_last_ = false;
    bool chunks_begun_ = false;
    std::string recipient_;  ///< the first one
    std::size_t recipients_ = 0;
    bool ended_ = false;
};

}  // namespace odmr::bench

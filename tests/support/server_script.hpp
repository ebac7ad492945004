// server_script - how a test's SMTP server behaves: what it offers, and where and how it misbehaves.
//
// Unless a rule says otherwise the server accepts everything. A rule names the command it applies to by how
// the command begins ("RCPT TO:<bob@", compared without regard to case), and which of the matching ones: the
// first, the second, ... or all. Two names stand for what is not a command: "." is the end of a message's
// content, "greeting" the moment before the first line is sent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::test
{

inline constexpr int every = 0;  ///< a rule that holds for every matching command

class server_script
{
public:
    enum class action {
        reply,  ///< answer with text and go on
        end,    ///< answer with text (nothing when it is empty) and close the connection
        stall,  ///< answer nothing and read nothing until the test says so
    };

    struct rule {
        std::string command;  ///< how the command begins
        int nth = every;      ///< counted over the life of the script, from 1
        action what = action::reply;
        std::string text;
        std::size_t octets =
            0;         ///< of content received before the rule holds; only where command is "content"
        int seen = 0;  ///< matching commands so far
    };

    std::string greeting = "220 customer.example.org ESMTP";
    std::vector<std::string> features = {"PIPELINING", "SIZE 33554432", "8BITMIME", "ENHANCEDSTATUSCODES"};

    /// It offers PIPELINING and cannot: what came together with a command, or with the end of a message's
    /// content, is lost.
    bool loses_behind_command = false;
    bool loses_behind_content = false;

    /// Answers so, and does nothing else: "RCPT TO:<bob@example.org>", "550 5.1.1 No such user".
    server_script& answer(std::string_view command, std::string_view text, int nth = every);
    /// Answers and closes: "MAIL", "421 4.3.2 Going down". With an empty text the line is cut without a word.
    server_script& end_at(std::string_view command, std::string_view text = {}, int nth = 1);
    server_script& stall_at(std::string_view command, int nth = 1);
    /// Cuts the line, or stalls, when so many octets of the nth message's content have come.
    server_script& end_in_content(std::size_t octets, int nth = 1);
    server_script& stall_in_content(std::size_t octets, int nth = 1);

    /// The first rule that holds for this command, nullptr when there is none. Counts the command.
    const rule* find(std::string_view command);
    /// The rule that holds in this message's content; nullptr when there is none. Counts the message.
    const rule* find_in_content();

private:
    server_script& add(std::string_view command, int nth, action what, std::string_view text,
                       std::size_t octets = 0);

    std::vector<rule> rules_;
};

/// True when text begins with prefix; ASCII letters compare without regard to case.
bool begins_with(std::string_view text, std::string_view prefix);

}  // namespace odmr::test

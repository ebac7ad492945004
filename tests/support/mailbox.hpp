// mailbox - the messages that test servers have received, in order; shared by their threads and the test.
#pragma once

#include "support/wait.hpp"

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::test
{

struct received_message {
    std::string mail;                     ///< the MAIL command as it came
    std::string sender;                   ///< its address, without the angle brackets
    std::vector<std::string> recipients;  ///< addresses of the RCPT commands that were accepted
    std::string content;                  ///< octets as the sender's user wrote them: no dot stuffing
    bool answered = false;  ///< the 2xx that makes the receiver responsible was sent (RFC 5321 6.1)
};

class mailbox
{
public:
    void add(received_message message);

    [[nodiscard]] std::vector<received_message> messages() const;
    /// Those it has taken responsibility for.
    [[nodiscard]] std::vector<received_message> accepted() const;
    /// How often a message was accepted for that recipient whose content, behind what mail systems put in
    /// front of it, is this.
    [[nodiscard]] int count(std::string_view recipient, std::string_view content) const;

private:
    mutable std::mutex mutex_;
    std::vector<received_message> messages_;
};

}  // namespace odmr::test

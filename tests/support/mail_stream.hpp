// mail_stream - mail that comes all the time: a thread that hands in one message after another.
#pragma once

#include "support/mail_books.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <thread>
#include <vector>

namespace odmr::test
{

class mail_stream
{
public:
    /// To the server on that port of 127.0.0.1, for these recipients in turn, until so many have been sent.
    mail_stream(std::uint16_t port, std::vector<std::string> recipients, std::size_t messages);

    [[nodiscard]] bool ended() const { return ended_; }
    /// Waits for the end. Throws what went wrong.
    const std::vector<sent_message>& sent();

private:
    void run(std::uint16_t port, const std::vector<std::string>& recipients, std::size_t messages);

    std::vector<sent_message> sent_;
    std::exception_ptr problem_;
    std::atomic<bool> ended_ = false;
    std::jthread thread_;
};

}  // namespace odmr::test

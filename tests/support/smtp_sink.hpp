// smtp_sink - an SMTP or LMTP server that takes what comes and remembers it: "elsewhere" for a private mail
// system, and the local mail server of a customer.
#pragma once

#include "support/listener.hpp"
#include "support/mailbox.hpp"
#include "support/server_script.hpp"
#include "support/transcript.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <thread>
#include <vector>

namespace odmr::test
{

class smtp_sink
{
public:
    /// Every connection is served by a copy of the script.
    explicit smtp_sink(server_script script = {});
    /// Listens on a UNIX socket.
    explicit smtp_sink(const std::filesystem::path& path, server_script script = {});
    ~smtp_sink();
    smtp_sink(const smtp_sink&) = delete;
    smtp_sink& operator=(const smtp_sink&) = delete;

    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
    [[nodiscard]] const mailbox& box() const { return box_; }
    [[nodiscard]] const transcript& log() const { return log_; }

private:
    void serve();
    void serve_one(file_descriptor accepted);

    server_script script_;
    listener listener_;
    mailbox box_;
    transcript log_;
    std::atomic<bool> stopping_ = false;
    std::jthread thread_;
};

}  // namespace odmr::test

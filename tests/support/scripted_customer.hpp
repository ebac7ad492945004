// scripted_customer - a customer's mail server that does exactly what a test wants (RFC 2645): first the
// client that connects, authenticates and says ATRN, then, on the same connection, the server that takes the
// mail.
//
//   scripted_customer customer(box);
//   customer.connect(port);
//   customer.say("EHLO customer.example.org");
//   customer.authenticate("CRAM-MD5", "alice", "secret");      -> "235 2.7.0 ..."
//   customer.say("ATRN example.org");                          -> "250 2.0.0 ..."
//   customer.script().answer("RCPT TO:<bob@", "550 5.1.1 No such user");
//   customer.serve();                                          plays the server on a thread of its own
//   customer.wait_for_end()                                    -> session_end::quit
#pragma once

#include "support/connection.hpp"
#include "support/mailbox.hpp"
#include "support/server_script.hpp"
#include "support/smtp_server.hpp"
#include "support/transcript.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace odmr::test
{

class scripted_customer
{
public:
    /// What it receives goes into box, which outlives it.
    explicit scripted_customer(mailbox& box) : box_(box) {}
    ~scripted_customer();
    scripted_customer(const scripted_customer&) = delete;
    scripted_customer& operator=(const scripted_customer&) = delete;

    // --- the client; each returns the whole reply of the provider, its lines joined with "\n"
    std::string connect(std::uint16_t port);  ///< the greeting
    std::string connect_tls(std::uint16_t port, const std::filesystem::path& trusted_certificate);
    std::string say(std::string_view line);
    std::string ehlo() { return say("EHLO customer.example.org"); }
    /// STARTTLS and, when it is granted, the handshake.
    std::string start_tls(const std::filesystem::path& trusted_certificate);
    /// A whole AUTH exchange; the reply that ended it.
    std::string authenticate(const std::string& mechanism, const std::string& user,
                             const std::string& password);

    /// The line itself, for what a well-behaved client does not do.
    connection& line() { return *line_; }

    // --- the server
    server_script& script() { return script_; }
    void serve();
    /// How the session ended; nothing when it goes on after limit.
    std::optional<session_end> wait_for_end(milliseconds limit = 2 * patience);
    /// True when a stall of the script is reached within patience.
    [[nodiscard]] bool wait_until_stalled() const;
    /// Ends the stall: the server does what it would have done without it.
    void go_on() { server_->go_on(); }
    /// Cuts the line now: the provider gets a reset.
    void cut();

    [[nodiscard]] const transcript& log() const { return log_; }

private:
    std::string read_reply();

    mailbox& box_;
    server_script script_;
    transcript log_;
    std::optional<connection> line_;
    std::optional<smtp_server> server_;
    std::atomic<bool> ended_ = false;
    session_end end_ = session_end::failed;  ///< once ended_
    std::jthread thread_;
};

}  // namespace odmr::test

// smtp_server - plays the SMTP server on one connection, as a script says (RFC 5321; CHUNKING of RFC 3030);
// to a client that says LHLO the LMTP server, with a reply for each recipient (RFC 2033 section 4.2).
//
// The customer's side of a turned connection and the sinks of the tests are this.
#pragma once

#include "support/connection.hpp"
#include "support/mailbox.hpp"
#include "support/server_script.hpp"
#include "support/transcript.hpp"

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace odmr::test
{

/// How a session ended.
enum class session_end {
    quit,         ///< the client said QUIT
    by_script,    ///< a rule closed the connection
    client_gone,  ///< the client closed it, or the test did
    failed,       ///< the client broke the protocol or was silent for too long: see the transcript
};

class smtp_server
{
public:
    /// All of them outlive this.
    smtp_server(connection& line, server_script& script, mailbox& box, transcript& log)
        : line_(line), script_(script), box_(box), log_(log)
    {
    }

    /// Serves until the session ends. The connection is left open, except where the script drops it.
    session_end run();

    /// True while a stall of the script is under way.
    [[nodiscard]] bool stalled() const { return state_ == state::stalled; }
    /// Another thread may call this: a stall ends, and the server does what it would have done without it.
    void go_on() { state_ = state::serving; }
    /// Another thread may call this: ends run().
    void cancel();

private:
    using maybe_end = std::optional<session_end>;  ///< nothing: the session goes on

    session_end session();
    maybe_end serve(const std::string& command);
    /// Does what a rule says; nothing when there is none. A stall that go_on() ended counts as nothing done.
    maybe_end obey(const server_script::rule* rule);
    void reply(std::string_view text);

    std::string ehlo_reply() const;
    void mail(const std::string& command);
    void rcpt(const std::string& command);
    maybe_end data();
    maybe_end bdat(const std::string& command);
    maybe_end content_complete();
    /// Reads content as it comes on the wire; true when there are so many octets of it, false at its end.
    bool read_dotted(std::string& wire, std::size_t octets);

    connection& line_;
    server_script& script_;
    mailbox& box_;
    transcript& log_;
    received_message message_;
    bool in_mail_ = false;
    bool lmtp_ = false;
    enum class state { serving, stalled, cancelled };
    std::atomic<state> state_ = state::serving;
};

}  // namespace odmr::test

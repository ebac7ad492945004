// odmr_server - the provider's side of port 366 up to the turn (RFC 2645 4 and 5, RFC 4954, RFC 3207),
// sans-io.
//
//   initial --AUTH ok--> authenticated --ATRN, 250--> turned     (RFC 2645 5: no arrow leads back)
//   initial or authenticated --QUIT, 421, violation--> closed
//
// The engine says what it wants as an action, one at a time; the caller does it and answers. While an answer
// is awaited (TLS handshake, AUTH step, ATRN decision) nothing that comes in is looked at; what came in
// behind STARTTLS or ATRN, or before the greeting, is a violation and ends the session: it is never read as
// part of what follows.
#pragma once

#include "protocol/command.hpp"
#include "protocol/line_reader.hpp"
#include "protocol/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odmr
{

class odmr_server
{
public:
    struct settings {
        std::string name;                           ///< our host name
        std::string banner = "ODMR service ready";  ///< what follows it in the greeting
        bool tls = false;                           ///< TLS is on from the first octet
        bool starttls = false;                      ///< there is a certificate
        bool require_tls = false;                   ///< AUTH and ATRN only under TLS
        std::vector<std::string> mechanisms_clear;  ///< SASL mechanisms without TLS
        std::vector<std::string> mechanisms_tls;    ///< and under it
        std::size_t max_line = 12288;               ///< octets; AUTH lines and long domain lists (RFC 4954 4)
        std::size_t max_commands = 100;             ///< per session
        std::size_t max_errors = 20;                ///< per session
        std::size_t max_auth_attempts = 3;          ///< per session
    };

    struct action {
        enum class kind {
            read,          ///< more octets are needed
            write,         ///< `octets` go to the peer
            start_tls,     ///< handshake as the TLS server, then tls_started()
            authenticate,  ///< begin `mechanism` with `response` (nullopt: none was given), then an auth_
                           ///< answer
            respond,       ///< the next `response` of the exchange, then an auth_ answer
            cancel_auth,   ///< forget the exchange; no answer expected
            decide,        ///< may account() have these `domains` (none = all)? then atrn_answer()
            turn,          ///< the 250 is written: the peer is the server from here
            close,         ///< end the connection; `reason` for the log
        };
        kind what = kind::read;
        std::string octets;
        std::string mechanism;
        std::optional<std::string> response;
        std::vector<std::string> domains;
        std::string reason;
    };

    explicit odmr_server(settings s);

    // --- what happens
    void receive(std::string_view octets);
    void timed_out();                            ///< the peer took too long for a command: 421 4.4.2
    void shut_down();                            ///< the service ends: 421 4.3.2
    void refuse_session(std::string_view text);  ///< instead of the greeting: 421 4.7.0, too many sessions

    // --- answers to actions (one that comes after the session was ended changes nothing)
    void tls_started(bool ok);
    void auth_challenge(std::string_view octets);
    /// final_data: what the mechanism has still to tell the client (SCRAM), or empty.
    void auth_succeeded(std::string_view account, std::string_view final_data);
    void auth_refused();
    void auth_failed_for_now();
    /// 250 turns the connection round; 450, 451 and 453 leave it as it is (RFC 2645 5.2.1).
    void atrn_answer(const reply& answer);

    // --- what to do
    action next();
    /// Counts whole commands; the limit of time for a command starts anew when it changes.
    [[nodiscard]] std::uint64_t commands() const { return commands_; }
    [[nodiscard]] const std::string& account() const { return account_; }
    [[nodiscard]] bool under_tls() const { return settings_.tls; }
    /// Received and not consumed. Not empty at a turn is a violation.
    [[nodiscard]] std::string_view trailing() const { return lines_.pending(); }

private:
    enum class state {
        greeting,       ///< the banner has not been written
        command,        ///< a command line is awaited
        sasl_response,  ///< a line of the AUTH exchange is awaited
        sasl_final,     ///< an empty line is awaited that acknowledges the mechanism's last data
        asked,          ///< an answer of the caller is awaited
        handshaking,    ///< tls_started() is awaited; nothing can be said in the clear any more
        turned,
        closed,
    };
    using handler = void (odmr_server::*)(std::string_view line_tail, std::string_view argument);
    struct verb {
        std::string_view name;
        handler run;
        bool needs_hello;
        bool last_in_group;  ///< nothing may have been sent behind it (RFC 2920 3.1)
    };
    static const verb verbs[];

    void on_ehlo(std::string_view, std::string_view argument);
    void on_helo(std::string_view, std::string_view argument);
    void on_starttls(std::string_view, std::string_view argument);
    void on_auth(std::string_view, std::string_view argument);
    void on_atrn(std::string_view line_tail, std::string_view);
    void on_noop(std::string_view, std::string_view);
    void on_rset(std::string_view, std::string_view);
    void on_help(std::string_view, std::string_view);
    void on_vrfy(std::string_view, std::string_view);
    void on_quit(std::string_view, std::string_view);

    void read_line();
    void on_line(std::string_view line);
    void on_sasl_line(std::string_view line);
    void ask(action a);
    bool answered(state awaited);
    void end_exchange(int code, std::string_view enhanced, std::string_view text);
    void accept_authentication();
    void say(int code, std::string_view enhanced, std::string_view text);
    void refuse(int code, std::string_view enhanced, std::string_view text);
    void count_error();
    void hang_up_behind(std::string_view name);
    void hang_up(int code, std::string_view enhanced, std::string_view text, std::string_view reason);
    [[nodiscard]] const std::vector<std::string>& mechanisms() const;

    settings settings_;
    state state_ = state::greeting;
    line_reader lines_;
    std::optional<action> asked_;  ///< an action not yet handed out
    std::string output_;
    std::string close_reason_;

    bool greeted_ = false;  ///< EHLO or HELO was said
    std::string account_;   ///< who is authenticated; empty = nobody
    std::string pending_account_;
    std::size_t auth_attempts_ = 0;
    std::size_t errors_ = 0;
    std::uint64_t commands_ = 0;
};

}  // namespace odmr

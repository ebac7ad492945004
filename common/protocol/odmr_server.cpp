#include "protocol/odmr_server.hpp"

#include "protocol/atrn.hpp"
#include "protocol/encoding.hpp"

#include <algorithm>
#include <cassert>

namespace odmr
{

constexpr odmr_server::verb odmr_server::verbs[] = {
    // name      handler                   hello  last
    {"EHLO", &odmr_server::on_ehlo, false, false},        {"HELO", &odmr_server::on_helo, false, false},
    {"STARTTLS", &odmr_server::on_starttls, false, true}, {"AUTH", &odmr_server::on_auth, true, false},
    {"ATRN", &odmr_server::on_atrn, false, true},         {"NOOP", &odmr_server::on_noop, false, false},
    {"RSET", &odmr_server::on_rset, false, false},        {"HELP", &odmr_server::on_help, false, false},
    {"VRFY", &odmr_server::on_vrfy, false, false},        {"QUIT", &odmr_server::on_quit, false, false},
};

namespace
{

using kind = odmr_server::action::kind;

odmr_server::action make(kind what)
{
    odmr_server::action a;
    a.what = what;
    return a;
}

bool contains(const std::vector<std::string>& list, std::string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

odmr_server::odmr_server(settings s) : settings_(std::move(s)), lines_(settings_.max_line) {}

// --- what happens

void odmr_server::receive(std::string_view octets)
{
    lines_.append(octets);
}

void odmr_server::timed_out()
{
    hang_up(421, "4.4.2", "timeout: no whole command in time", "timeout");
}

void odmr_server::shut_down()
{
    hang_up(421, "4.3.2", "service is shutting down", "shutdown");
}

void odmr_server::refuse_session(std::string_view text)
{
    assert(state_ == state::greeting);
    hang_up(421, "4.7.0", text, text);
}

// --- what to do

odmr_server::action odmr_server::next()
{
    if (state_ == state::greeting) {
        if (!lines_.pending().empty()) {  // RFC 5321 4.3.1: the client waits for the greeting
            hang_up(554, "5.5.1", "you spoke before the greeting", "octets before the greeting");
        } else {
            state_ = state::command;
            say(220, "", settings_.name + " ESMTP " + settings_.banner);
        }
    }
    while (output_.empty() && !asked_ &&
           (state_ == state::command || state_ == state::sasl_response || state_ == state::sasl_final)) {
        const std::uint64_t before = commands_;
        read_line();
        if (commands_ == before)
            break;
    }
    if (!output_.empty()) {
        action a = make(kind::write);
        a.octets = std::exchange(output_, {});
        return a;
    }
    if (state_ == state::closed) {
        action a = make(kind::close);
        a.reason = close_reason_;
        return a;
    }
    if (asked_)
        return *std::exchange(asked_, std::nullopt);
    return make(kind::read);
}

void odmr_server::ask(action a)
{
    // The rest of a group is answered first: one action at a time, in order.
    state_ = a.what == kind::start_tls ? state::handshaking : state::asked;
    asked_ = std::move(a);
}

/// False when the answer comes too late: a timeout or the end of the service was faster.
bool odmr_server::answered(state awaited)
{
    assert(state_ == awaited || state_ == state::closed);
    return state_ == awaited;
}

void odmr_server::read_line()
{
    const auto [status, line] = lines_.next();
    switch (status) {
        case line_reader::status::incomplete:
            return;
        case line_reader::status::too_long:
            ++commands_;
            return end_exchange(500, "5.5.6", "line too long");  // RFC 4954 4: of an AUTH exchange, too
        case line_reader::status::bare_newline:
            ++commands_;
            return hang_up(500, "5.5.2", "lines end in CR LF; a CR or LF came alone", "bare CR, LF or NUL");
        case line_reader::status::line:
            ++commands_;
            break;
    }
    if (state_ == state::command)
        on_line(line);
    else
        on_sasl_line(line);
}

void odmr_server::on_line(std::string_view line)
{
    if (commands_ > settings_.max_commands)
        return hang_up(421, "4.7.0", "too many commands", "too many commands");
    const command c = split_command(line);
    const verb* row = find_verb<verb>(verbs, c.verb);
    if (!row)
        return refuse(502, "5.5.1", "command not implemented");  // RFC 2645 5.4
    if (row->last_in_group && !lines_.pending().empty())
        return hang_up_behind(c.verb);
    if (row->needs_hello && !greeted_)
        return refuse(503, "5.5.1", "say EHLO first");
    (this->*row->run)(line.substr(c.verb.size()), c.argument);
}

// --- verbs

void odmr_server::on_ehlo(std::string_view, std::string_view argument)
{
    if (argument.empty())
        return refuse(501, "5.5.4", "EHLO needs your host name");
    greeted_ = true;
    // AUTH and ATRN are always there: RFC 2645 5.1.1.
    std::string text = settings_.name + "\nATRN\nAUTH";
    for (const std::string& mechanism : mechanisms())
        text += " " + mechanism;
    text += "\nPIPELINING\nENHANCEDSTATUSCODES";
    if (settings_.starttls && !settings_.tls)
        text += "\nSTARTTLS";
    say(250, "", text);
}

void odmr_server::on_helo(std::string_view, std::string_view argument)
{
    if (argument.empty())
        return refuse(501, "5.5.4", "HELO needs your host name");
    greeted_ = true;
    say(250, "", settings_.name);
}

void odmr_server::on_starttls(std::string_view, std::string_view argument)
{
    if (!argument.empty())
        return refuse(501, "5.5.4", "STARTTLS takes no argument");
    if (settings_.tls)
        return refuse(503, "5.5.1", "TLS is already on");
    if (!settings_.starttls)
        return refuse(502, "5.5.1", "there is no TLS here");
    if (!account_.empty())
        return refuse(503, "5.5.1", "too late: you are authenticated");
    say(220, "2.0.0", "go ahead");
    ask(make(kind::start_tls));
}

void odmr_server::on_auth(std::string_view, std::string_view argument)
{
    if (!account_.empty())
        return refuse(503, "5.5.1", "you are already authenticated");  // RFC 4954 4
    if (settings_.require_tls && !settings_.tls)
        return refuse(538, "5.7.11", "encryption required: say STARTTLS first");
    const std::size_t space = argument.find(' ');
    const std::string mechanism = to_upper(argument.substr(0, space));
    if (mechanism.empty())
        return refuse(501, "5.5.4", "AUTH needs a mechanism");
    if (!contains(mechanisms(), mechanism)) {
        if (contains(settings_.mechanisms_tls, mechanism))
            return refuse(538, "5.7.11", "encryption required for " + mechanism);
        return refuse(504, "5.5.4", "mechanism not offered");
    }
    if (++auth_attempts_ > settings_.max_auth_attempts)
        return hang_up(421, "4.7.0", "too many attempts to authenticate", "too many AUTH attempts");

    action a = make(kind::authenticate);
    a.mechanism = mechanism;
    if (space != std::string_view::npos) {
        const std::string_view initial = argument.substr(space + 1);
        if (initial == "=") {  // RFC 4954 4: an initial response of no octets
            a.response.emplace();
        } else if (a.response = base64_decode(initial); !a.response || a.response->empty()) {
            return refuse(501, "5.5.2", "initial response is not base64");
        }
    }
    ask(std::move(a));
}

void odmr_server::on_atrn(std::string_view line_tail, std::string_view)
{
    if (settings_.require_tls && !settings_.tls)
        return refuse(530, "5.7.0", "say STARTTLS first");
    if (account_.empty())
        return refuse(530, "5.7.0", "authentication required");  // RFC 2645 5.2.1
    auto domains = parse_atrn(line_tail);
    if (!domains)
        return refuse(501, "5.5.4", "expected ATRN, or ATRN and domains separated by commas without spaces");
    action a = make(kind::decide);
    a.domains = std::move(*domains);
    ask(std::move(a));
}

void odmr_server::on_noop(std::string_view, std::string_view)
{
    say(250, "2.0.0", "Ok");
}

void odmr_server::on_rset(std::string_view, std::string_view)
{
    say(250, "2.0.0", "Ok");
}

void odmr_server::on_help(std::string_view, std::string_view)
{
    say(214, "2.0.0",
        "On-Demand Mail Relay, RFC 2645\n"
        "EHLO, STARTTLS, AUTH, then ATRN [domain,domain...] to have your mail delivered on this connection");
}

void odmr_server::on_vrfy(std::string_view, std::string_view)
{
    say(252, "2.5.0", "cannot verify anything here");
}

void odmr_server::on_quit(std::string_view, std::string_view)
{
    hang_up(221, "2.0.0", "Bye", "QUIT");
}

// --- TLS

void odmr_server::tls_started(bool ok)
{
    if (!answered(state::handshaking))
        return;
    if (!ok) {
        state_ = state::closed;
        close_reason_ = "TLS handshake failed";
        return;
    }
    settings_.tls = true;
    greeted_ = false;  // RFC 3207 4.2: what was learnt before counts no more
    state_ = state::command;
    if (!lines_.pending().empty())  // came in the clear: anybody can have sent it
        hang_up_behind("STARTTLS");
}

// --- AUTH

void odmr_server::on_sasl_line(std::string_view line)
{
    if (line == "*")  // RFC 4954 4
        return end_exchange(501, "5.7.0", "authentication cancelled");
    // RFC 4954 4: "=" is for initial responses, but clients send it for an empty answer too.
    auto response = base64_decode(line == "=" ? "" : line);
    if (!response)
        return end_exchange(501, "5.5.2", "response is not base64");
    if (state_ == state::sasl_final)
        return response->empty() ? accept_authentication()
                                 : end_exchange(501, "5.5.2", "expected an empty response");
    action a = make(kind::respond);
    a.response = std::move(response);
    ask(std::move(a));
}

/// A line that is no part of an exchange ends it, if one is under way.
void odmr_server::end_exchange(int code, std::string_view enhanced, std::string_view text)
{
    if (state_ == state::sasl_response)
        asked_ = make(kind::cancel_auth);
    state_ = state::command;
    refuse(code, enhanced, text);
}

void odmr_server::auth_challenge(std::string_view octets)
{
    if (!answered(state::asked))
        return;
    state_ = state::sasl_response;
    say(334, "", base64_encode(octets));
}

void odmr_server::auth_succeeded(std::string_view account, std::string_view final_data)
{
    assert(!account.empty());
    if (!answered(state::asked))
        return;
    pending_account_ = account;
    if (final_data.empty())
        return accept_authentication();
    state_ = state::sasl_final;
    say(334, "", base64_encode(final_data));
}

void odmr_server::accept_authentication()
{
    state_ = state::command;
    account_ = std::exchange(pending_account_, {});
    say(235, "2.7.0", "Authentication successful");
}

void odmr_server::auth_refused()
{
    if (!answered(state::asked))
        return;
    state_ = state::command;
    refuse(535, "5.7.8", "Authentication credentials invalid");
}

void odmr_server::auth_failed_for_now()
{
    if (!answered(state::asked))
        return;
    state_ = state::command;
    refuse(454, "4.7.0", "Temporary authentication failure");
}

// --- ATRN

void odmr_server::atrn_answer(const reply& answer)
{
    if (!answered(state::asked))
        return;
    if (!answer.positive()) {
        state_ = state::command;
        output_ += answer.wire();
        return count_error();
    }
    if (!lines_.pending().empty())  // came while the decision was made: no part of what follows
        return hang_up_behind("ATRN");
    output_ += answer.wire();
    asked_ = make(kind::turn);
    state_ = state::turned;
}

// --- replies

void odmr_server::say(int code, std::string_view enhanced, std::string_view text)
{
    output_ += reply(code, enhanced, text).wire();
}

void odmr_server::refuse(int code, std::string_view enhanced, std::string_view text)
{
    say(code, enhanced, text);
    count_error();
}

void odmr_server::count_error()
{
    if (++errors_ > settings_.max_errors)
        hang_up(421, "4.7.0", "too many errors", "too many errors");
}

/// RFC 2920 3.1: nothing follows such a verb in a group.
void odmr_server::hang_up_behind(std::string_view name)
{
    hang_up(503, "5.5.1", std::string(name) + " must be the last thing sent before its reply",
            "octets behind " + std::string(name));
}

void odmr_server::hang_up(int code, std::string_view enhanced, std::string_view text, std::string_view reason)
{
    if (state_ == state::closed || state_ == state::turned)
        return;
    if (state_ != state::handshaking)
        say(code, enhanced, text);
    asked_.reset();
    state_ = state::closed;
    close_reason_ = reason;
}

const std::vector<std::string>& odmr_server::mechanisms() const
{
    return settings_.tls ? settings_.mechanisms_tls : settings_.mechanisms_clear;
}

}  // namespace odmr

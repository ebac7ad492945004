#include "protocol/lmtp_server.hpp"

#include "protocol/ascii.hpp"
#include "protocol/encoding.hpp"

#include <cassert>

namespace odmr
{

constexpr lmtp_server::verb lmtp_server::verbs[] = {
    {"LHLO", &lmtp_server::on_lhlo, false},          {"EHLO", &lmtp_server::on_hello_of_smtp, false},
    {"HELO", &lmtp_server::on_hello_of_smtp, false}, {"XFORWARD", &lmtp_server::on_xforward, true},
    {"MAIL", &lmtp_server::on_mail, true},           {"RCPT", &lmtp_server::on_rcpt, true},
    {"DATA", &lmtp_server::on_data, true},           {"RSET", &lmtp_server::on_rset, false},
    {"NOOP", &lmtp_server::on_noop, false},          {"VRFY", &lmtp_server::on_vrfy, false},
    {"QUIT", &lmtp_server::on_quit, false},
};

namespace
{

/// The rest of argument behind a prefix such as "FROM:" in any case, or nullopt.
std::optional<std::string_view> after(std::string_view prefix, std::string_view argument)
{
    if (argument.size() < prefix.size() || !equal_no_case(argument.substr(0, prefix.size()), prefix))
        return std::nullopt;
    return argument.substr(prefix.size());
}

}  // namespace

lmtp_server::lmtp_server(settings s, recipient_check& check)
    : settings_(std::move(s)), check_(check), lines_(settings_.max_line)
{
    offer(settings_.offered);
    output_ = reply(220, "", settings_.name + " LMTP odmr").wire();
}

// --- input

void lmtp_server::receive(std::string_view octets)
{
    if (closed_)
        return;
    if (in_content_ && !in_content_->content.finished() && lines_.pending().empty()) {
        // The bulk of all traffic: content goes from the caller's buffer into the message, without a stop.
        const std::size_t used = decoder_.decode(octets, in_content_->content.tail());
        if (decoder_.done())
            in_content_->content.finish();
        octets.remove_prefix(used);
    }
    lines_.append(octets);
    read_lines();
}

void lmtp_server::read_lines()
{
    while (!closed_) {
        if (in_content_) {
            read_content();
            if (in_content_)
                return;
        }
        const auto [status, line] = lines_.next();
        switch (status) {
            case line_reader::status::incomplete:
                return;
            case line_reader::status::line:
                on_line(line);
                break;
            case line_reader::status::too_long:
                refuse(500, "5.5.6", "line too long");
                break;
            case line_reader::status::bare_newline:
                refuse(500, "5.5.2", "lines end in CR LF; a CR or LF came alone");
                closed_ = true;
                break;
        }
    }
}

void lmtp_server::read_content()
{
    if (in_content_->content.finished() || lines_.pending().empty())
        return;
    lines_.consume(decoder_.decode(lines_.pending(), in_content_->content.tail()));
    if (decoder_.done())
        in_content_->content.finish();
}

void lmtp_server::on_line(std::string_view line)
{
    const command c = split_command(line);
    const verb* row = find_verb<verb>(verbs, c.verb);
    if (!row)
        refuse(500, "5.5.1", "command not recognised");
    else if (row->needs_hello && !greeted_)
        refuse(503, "5.5.1", "say LHLO first");
    else
        (this->*row->run)(c.argument);
}

// --- verbs

void lmtp_server::on_lhlo(std::string_view argument)
{
    if (argument.empty())
        return refuse(501, "5.5.4", "LHLO needs a name");
    greeted_ = true;
    const bool reset = envelope_ != nullptr;
    forget_transaction();
    std::string text = settings_.name + "\nPIPELINING\nENHANCEDSTATUSCODES";  // RFC 2033 5: always
    for (const std::string& line : capability_lines(settings_.offered))
        text += "\n" + line;
    text += "\nXFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE";
    say(250, "", text);
    closed_ = shutting_down_ && reset;  // a client that has just come would take the host for dead
}

void lmtp_server::on_hello_of_smtp(std::string_view)
{
    refuse(500, "5.5.1", "this is LMTP: say LHLO");  // RFC 2033 4.1
}

void lmtp_server::on_xforward(std::string_view argument)
{
    const auto attributes = parse_parameters(argument);
    if (!attributes || attributes->empty())
        return refuse(501, "5.5.4", "XFORWARD needs NAME=value pairs");
    const esmtp_parameter* ident = find_parameter(*attributes, "IDENT");
    if (ident && ident->value) {
        const auto id = xtext_decode(*ident->value);
        queue_id_ = id && *id != "[UNAVAILABLE]" ? *id : "";
    }
    say(250, "2.0.0", "Ok");
}

void lmtp_server::on_mail(std::string_view argument)
{
    if (envelope_)
        return refuse(503, "5.5.1", "a transaction is open");
    const auto rest = after("FROM:", argument);
    const auto path = rest ? parse_path(*rest, utf8::allowed) : std::nullopt;
    if (!path)
        return refuse(501, "5.1.7", "expected MAIL FROM:<address>");
    if (!settings_.offered.smtputf8 && !is_ascii(path->path.text))  // RFC 6531 3.5
        return refuse(550, "5.6.7", "the customer's server takes only senders in ASCII");
    auto parameters = parse_parameters(path->rest);
    if (!parameters)
        return refuse(501, "5.5.4", "malformed parameter");
    for (const esmtp_parameter& p : *parameters)
        if (!mail_parameter_ok(p))
            return refuse(555, "5.5.4", "parameter " + p.keyword + " is not offered or has a wrong value");
    if (const auto* size = find_parameter(*parameters, "SIZE"); size && settings_.offered.size_limit > 0)
        if (*parse_number(*size->value) > settings_.offered.size_limit)  // RFC 1870 6.1
            return refuse(552, "5.3.4", "message is larger than the customer's server takes");
    envelope_ = std::make_shared<transaction>();
    envelope_->queue_id = queue_id_;
    envelope_->sender = path->path;
    envelope_->parameters = std::move(*parameters);
    say(250, "2.1.0", "Ok");
}

void lmtp_server::on_rcpt(std::string_view argument)
{
    if (!envelope_)
        return refuse(503, "5.5.1", "say MAIL first");
    const auto rest = after("TO:", argument);
    auto path = rest ? parse_path(*rest, utf8::allowed) : std::nullopt;
    if (!path || path->path.null())
        return refuse(501, "5.1.3", "expected RCPT TO:<address>");
    auto parameters = parse_parameters(path->rest);
    if (!parameters)
        return refuse(501, "5.5.4", "malformed parameter");
    for (const esmtp_parameter& p : *parameters)
        if (!rcpt_parameter_ok(p))
            return refuse(555, "5.5.4", "parameter " + p.keyword + " is not offered or has a wrong value");
    if (envelope_->recipients.size() >= settings_.max_recipients)
        return refuse(452, "4.5.3", "too many recipients in one transaction");
    recipient to{std::move(path->path), std::move(*parameters), std::nullopt};
    if (const auto refusal = check_.refuse(*envelope_, to)) {
        output_ += refusal->wire();
        return;
    }
    envelope_->add_recipient(std::move(to.path), std::move(to.parameters));
    say(250, "2.1.5", "Ok");
}

void lmtp_server::on_data(std::string_view argument)
{
    if (!argument.empty())
        return refuse(501, "5.5.4", "DATA takes no argument");
    if (!envelope_ || envelope_->recipients.empty())
        return refuse(503, "5.5.1", "no recipient was taken");  // RFC 2033 4.2
    in_content_ = std::exchange(envelope_, nullptr);
    decoder_ = dot_decoder();
    say(354, "", "End data with <CR><LF>.<CR><LF>");
}

void lmtp_server::on_rset(std::string_view)
{
    if (shutting_down_ && !envelope_)
        return say_goodbye("connect again: something else is offered now");
    forget_transaction();
    say(250, "2.0.0", "Ok");
    closed_ = shutting_down_;
}

void lmtp_server::on_noop(std::string_view)
{
    say(250, "2.0.0", "Ok");
}

void lmtp_server::on_vrfy(std::string_view)
{
    say(252, "2.5.0", "the customer's server knows");
}

void lmtp_server::on_quit(std::string_view)
{
    say(221, "2.0.0", "Bye");
    closed_ = true;
}

// --- endings

void lmtp_server::answer()
{
    assert(in_content_ && in_content_->content.finished() && in_content_->settled());
    for (const recipient& r : in_content_->recipients)
        output_ += r.outcome->wire();
    in_content_ = nullptr;
    forget_transaction();
    if (shutting_down_)
        closed_ = true;  // the host MTA sees the end of the connection between two messages
    else
        read_lines();
}

void lmtp_server::shut_down()
{
    shutting_down_ = true;
    if (!closed_ && !busy())
        say_goodbye("customer is offline");
}

void lmtp_server::offer(capabilities offered)
{
    settings_.offered = offered;
    settings_.offered.chunking = false;  // whatever the customer's server offers: there is no BDAT here
}

void lmtp_server::say_goodbye(std::string_view why)
{
    say(421, "4.3.2", why);
    closed_ = true;
}

void lmtp_server::say(int code, std::string_view enhanced, std::string_view text)
{
    output_ += reply(code, enhanced, text).wire();
}

void lmtp_server::refuse(int code, std::string_view enhanced, std::string_view text)
{
    say(code, enhanced, text);
    if (++errors_ <= settings_.max_errors)
        return;
    say(421, "4.7.0", "too many errors");
    closed_ = true;
}

/// What XFORWARD said was about one message: the next has a queue id of its own.
void lmtp_server::forget_transaction()
{
    envelope_ = nullptr;
    queue_id_.clear();
}

bool lmtp_server::mail_parameter_ok(const esmtp_parameter& p) const
{
    const capabilities& offered = settings_.offered;
    if (p.keyword == "SIZE")
        return offered.size && p.value && parse_number(*p.value);
    if (p.keyword == "BODY")
        return offered.eight_bit_mime && p.value &&
               (equal_no_case(*p.value, "7BIT") || equal_no_case(*p.value, "8BITMIME"));
    if (p.keyword == "SMTPUTF8")
        return offered.smtputf8 && !p.value;
    if (p.keyword == "RET" || p.keyword == "ENVID")
        return offered.dsn && p.value;
    return false;
}

bool lmtp_server::rcpt_parameter_ok(const esmtp_parameter& p) const
{
    return (p.keyword == "NOTIFY" || p.keyword == "ORCPT") && settings_.offered.dsn && p.value;
}

}  // namespace odmr

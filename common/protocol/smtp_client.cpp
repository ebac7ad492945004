#include "protocol/smtp_client.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace odmr
{

namespace
{

constexpr std::size_t max_reply_line = 2048;     // RFC 5321 4.5.3.1.5 asks for 512; servers exceed it
constexpr std::size_t output_share = 64 * 1024;  // octets encoded ahead of what the line has taken

/// What the host MTA hears for a recipient the customer's server did not take: its own words when they are a
/// refusal; anything else is unclear, and unclear is temporary. (421 never comes here: it ends the session.)
reply refusal_from(const reply& r)
{
    if (r.transient() || r.permanent())
        return r;
    return reply(451, "4.5.0", "customer's server gave an unexpected reply: " + r.text());
}

reply unavailable(std::string_view why)
{
    return reply(451, "4.4.2", "customer's session ended: " + std::string(why));
}

bool parameter_offered(const esmtp_parameter& p, const capabilities& offers)
{
    if (p.keyword == "SIZE")
        return offers.size;
    if (p.keyword == "BODY")
        return offers.eight_bit_mime;
    if (p.keyword == "SMTPUTF8")
        return offers.smtputf8;
    return offers.dsn;  // RET, ENVID, NOTIFY, ORCPT: RFC 3461
}

std::string parameters_for(const esmtp_parameters& all, const capabilities& offers)
{
    esmtp_parameters passed;
    std::copy_if(all.begin(), all.end(), std::back_inserter(passed),
                 [&](const esmtp_parameter& p) { return parameter_offered(p, offers); });
    return format_parameters(passed);
}

}  // namespace

smtp_client::smtp_client(settings s) : settings_(std::move(s)), lines_(max_reply_line)
{
    awaited_.push_back({awaits::greeting, nullptr, 0});  // RFC 2645 5.3: the customer speaks first
}

bool smtp_client::flight::any_accepted() const
{
    return std::find(accepted.begin(), accepted.end(), true) != accepted.end();
}

// --- what happens

void smtp_client::receive(std::string_view octets)
{
    if (closed())
        return;
    lines_.append(octets);
    while (!closed()) {
        const auto [status, line] = lines_.next();
        if (status == line_reader::status::incomplete)
            break;
        if (status != line_reader::status::line)
            return close("customer's server sent a reply that is not a line of text");
        switch (parser_.feed(line)) {
            case reply_parser::status::more:
                break;
            case reply_parser::status::malformed:
                return close("customer's server sent a malformed reply");
            case reply_parser::status::complete:
                on_reply(parser_.take());
                break;
        }
    }
    pump();
}

void smtp_client::submit(std::shared_ptr<transaction> message)
{
    if (closed() || quit_wanted_) {
        message->settle_open(unavailable("it is closing"));
        return;
    }
    open_.push_back(message);
    waiting_.push_back(std::move(message));
    pump();
}

void smtp_client::content_changed()
{
    pump();
}

void smtp_client::probe()
{
    if (idle())
        write_command("NOOP", awaits::noop);
}

void smtp_client::quit(std::string_view why)
{
    leave(why);
}

void smtp_client::lost(std::string_view reason)
{
    close(reason);
}

// --- what to do

void smtp_client::written(std::size_t n)
{
    output_.consume(n);
    if (sending_ || (!awaited_.empty() && awaited_.front().what == awaits::content))
        ++steps_;  // the line moves: RFC 5321 4.5.3.2.5 limits each block, not the whole content
    pump();
}

std::optional<smtp_client::event> smtp_client::next_event()
{
    if (events_.empty())
        return std::nullopt;
    event e = std::move(events_.front());
    events_.pop_front();
    return e;
}

std::optional<std::chrono::seconds> smtp_client::time_limit() const
{
    if (closed())
        return std::nullopt;
    if (awaited_.empty()) {
        if (sending_ && !output().empty())
            return settings_.limits.data_block;
        return std::nullopt;  // idle, or the host MTA has still to send: its own side watches over that
    }
    const time_limits& limits = settings_.limits;
    switch (awaited_.front().what) {
        case awaits::greeting:
            return limits.greeting;
        case awaits::ehlo:
        case awaits::helo:
            return limits.hello;
        case awaits::rset:
        case awaits::mail:
            return limits.mail;
        case awaits::rcpt:
            return limits.rcpt;
        case awaits::data:
            return limits.data_init;
        case awaits::content:
            return output().empty() ? limits.data_done : limits.data_block;
        case awaits::lone_dot:
            return limits.data_done;
        case awaits::noop:
            return limits.noop;
        case awaits::quit:
            return limits.quit;
    }
    return std::nullopt;
}

std::string_view smtp_client::awaiting() const
{
    if (awaited_.empty())
        return sending_ ? "the customer to take message content" : "nothing";
    switch (awaited_.front().what) {
        case awaits::greeting:
            return "the customer's greeting";
        case awaits::ehlo:
            return "the reply to EHLO";
        case awaits::helo:
            return "the reply to HELO";
        case awaits::rset:
            return "the reply to RSET";
        case awaits::mail:
            return "the reply to MAIL";
        case awaits::rcpt:
            return "the reply to RCPT";
        case awaits::data:
            return "the reply to DATA";
        case awaits::content:
        case awaits::lone_dot:
            return "the reply to the message content";
        case awaits::noop:
            return "the reply to NOOP";
        case awaits::quit:
            return "the reply to QUIT";
    }
    return "nothing";
}

// --- writing

void smtp_client::write_command(std::string_view line, awaits what, std::shared_ptr<flight> of,
                                std::size_t rcpt)
{
    if (awaited_.empty())
        ++steps_;
    output_.append(line);
    output_.append("\r\n");
    awaited_.push_back({what, std::move(of), rcpt});
}

void smtp_client::write_mail(const std::shared_ptr<flight>& f)
{
    const transaction& m = *f->message;
    write_command("MAIL FROM:<" + m.sender.text + ">" + parameters_for(m.parameters, offers_), awaits::mail,
                  f);
}

void smtp_client::write_rcpt(const std::shared_ptr<flight>& f, std::size_t index)
{
    const recipient& r = f->message->recipients[index];
    write_command("RCPT TO:<" + r.path.text + ">" + parameters_for(r.parameters, offers_), awaits::rcpt, f,
                  index);
}

void smtp_client::start_next()
{
    auto f = std::make_shared<flight>();
    f->message = std::move(waiting_.front());
    waiting_.pop_front();
    if (f->message->abandoned()) {
        f->message->settle_open(unavailable("the host MTA did not finish the message"));
        return finish(f);
    }
    f->accepted.resize(f->message->recipients.size());

    if (std::exchange(reset_first_, false)) {
        write_command("RSET", awaits::rset, f);
        if (!offers_.pipelining)
            return;  // on_reset goes on
    }
    write_mail(f);
    if (!offers_.pipelining)
        return;
    // One group, DATA last (RFC 2920 3.1).
    for (std::size_t i = 0; i < f->accepted.size(); ++i)
        write_rcpt(f, i);
    write_command("DATA", awaits::data, f);
}

void smtp_client::write_content()
{
    transaction& m = *sending_->message;
    if (m.abandoned())
        return close("the host MTA did not finish a message that was being sent");
    const std::size_t room = output_share - std::min(output_share, output().size());
    const std::string_view part = m.content.front().substr(0, room);
    if (output_.empty() && !part.empty())
        ++steps_;  // the time until now was the host MTA's, not the customer's
    sending_->encoder.encode(part, output_.tail());
    m.content.consume(part.size());
    if (m.content.finished() && m.content.empty()) {
        sending_->encoder.finish(output_.tail());
        ++steps_;
        awaited_.push_back({awaits::content, std::move(sending_), 0});
        sending_ = nullptr;
    }
    if (!part.empty())
        m.notify();
}

void smtp_client::pump()
{
    if (sending_)
        write_content();
    while (phase_ == phase::ready && awaited_.empty() && !sending_ && !waiting_.empty())
        start_next();
    if (phase_ == phase::ready && quit_wanted_ && awaited_.empty() && !sending_) {
        phase_ = phase::quitting;
        write_command("QUIT", awaits::quit);
    }
}

// --- replies

void smtp_client::on_reply(const reply& r)
{
    ++steps_;
    if (r.code == 421)  // RFC 5321 3.8: may come at any time, nothing follows it
        return close("customer's server closed the session: " + r.text());
    if (awaited_.empty())
        return close("customer's server sent a reply nobody asked for: " + r.text());
    const expectation e = std::move(awaited_.front());
    awaited_.pop_front();
    switch (e.what) {
        case awaits::greeting:
            return on_greeting(r);
        case awaits::ehlo:
        case awaits::helo:
            return on_hello(e.what, r);
        case awaits::mail:
            return on_mail(e.of, r);
        case awaits::rcpt:
            return on_rcpt(e.of, e.recipient, r);
        case awaits::data:
            return on_data(e.of, r);
        case awaits::content:
            return on_content(e.of, r);
        case awaits::lone_dot:
            return finish(e.of);
        case awaits::rset:
            return on_reset(e.of, r);
        case awaits::noop:
            return;  // any answer is a sign of life
        case awaits::quit:
            return close(quit_reason_);
    }
}

void smtp_client::on_greeting(const reply& r)
{
    greeting_ = r.text();
    // RFC 5321 3.1: 554 means no service here. Not a word about any message: all mail stays queued.
    if (!r.positive()) {
        phase_ = phase::ready;  // for QUIT only: no ready event, so no transaction ever comes
        return leave("customer's greeting: " + greeting_);
    }
    phase_ = phase::waiting_hello;
    write_command("EHLO " + settings_.name, awaits::ehlo);
}

void smtp_client::on_hello(awaits what, const reply& r)
{
    if (r.positive()) {
        if (what == awaits::ehlo)
            offers_ = parse_capabilities(r);
        phase_ = phase::ready;
        if (!quit_wanted_)
            events_.push_back({event::kind::ready, nullptr, {}});
    } else if (what == awaits::ehlo && r.permanent()) {
        write_command("HELO " + settings_.name, awaits::helo);  // RFC 5321 3.2
    } else {
        phase_ = phase::ready;
        leave("customer's server refused our greeting: " + r.text());
    }
}

void smtp_client::on_reset(const std::shared_ptr<flight>& f, const reply& r)
{
    // The old transaction may still be open there: the reply to MAIL would be no verdict on this message.
    if (!r.positive())
        close("customer's server refused RSET: " + r.text());
    else if (!offers_.pipelining)
        write_mail(f);
}

void smtp_client::on_mail(const std::shared_ptr<flight>& f, const reply& r)
{
    if (!r.positive()) {
        f->refusal = refusal_from(r);
        f->message->settle_open(*f->refusal);
        if (!offers_.pipelining)
            finish(f);
    } else if (!offers_.pipelining) {
        write_rcpt(f, 0);
    }
}

void smtp_client::on_rcpt(const std::shared_ptr<flight>& f, std::size_t index, const reply& r)
{
    if (f->refusal)
        return;  // MAIL was refused: this one only echoes it
    f->accepted[index] = r.positive();
    if (!r.positive())
        f->message->settle(index, refusal_from(r));
    if (offers_.pipelining)
        return;
    if (index + 1 < f->accepted.size())
        return write_rcpt(f, index + 1);
    if (f->any_accepted())
        return write_command("DATA", awaits::data, f);
    reset_first_ = true;
    finish(f);
}

void smtp_client::on_data(const std::shared_ptr<flight>& f, const reply& r)
{
    if (!r.intermediate()) {
        settle_accepted(*f, refusal_from(r));
        reset_first_ = !f->refusal;
        return finish(f);
    }
    if (f->any_accepted()) {
        sending_ = f;
        return;
    }
    // RFC 2920 3.1: 354 although no recipient is left. An empty message ends it; its reply means nothing.
    write_command(".", awaits::lone_dot, f);
}

void smtp_client::on_content(const std::shared_ptr<flight>& f, const reply& r)
{
    settle_accepted(*f, r.positive() ? r : refusal_from(r));
    finish(f);
}

// --- endings

void smtp_client::settle_accepted(const flight& f, const reply& r)
{
    for (std::size_t i = 0; i < f.accepted.size(); ++i)
        if (f.accepted[i])
            f.message->settle(i, r);
}

void smtp_client::finish(const std::shared_ptr<flight>& f)
{
    assert(f->message->settled());
    std::erase(open_, f->message);
    events_.push_back({event::kind::settled, f->message, {}});
}

void smtp_client::leave(std::string_view why)
{
    if (quit_wanted_ || closed())
        return;
    quit_wanted_ = true;
    quit_reason_ = why;
    for (auto& message : std::exchange(waiting_, {})) {
        message->settle_open(unavailable(why));
        std::erase(open_, message);
        events_.push_back({event::kind::settled, message, {}});
    }
    pump();
}

void smtp_client::close(std::string_view why)
{
    if (closed())
        return;
    phase_ = phase::closed;
    ++steps_;
    awaited_.clear();
    waiting_.clear();
    sending_ = nullptr;
    for (auto& message : std::exchange(open_, {})) {
        message->settle_open(unavailable(why));
        events_.push_back({event::kind::settled, message, {}});
    }
    events_.push_back({event::kind::closed, nullptr, std::string(why)});
}

}  // namespace odmr

// What smtp_client makes of each reply: the verdict on a recipient, or the next step of the dialogue.
#include "protocol/smtp_client.hpp"

#include <utility>

namespace odmr
{

namespace
{

/// What the host MTA hears for a recipient the customer's server did not take: its own words when they are a
/// refusal; anything else is unclear, and unclear is temporary. (421 never comes here: it ends the session.)
reply refusal_from(const reply& r)
{
    if (r.transient() || r.permanent())
        return r;
    return reply(451, "4.5.0", "customer's server gave an unexpected reply: " + r.text());
}

/// "I do not know that command", "not now": no verdict on what was asked. A server that says so in the middle
/// of a group has lost some of it, and then its replies are not what they seem.
bool out_of_step(const reply& r)
{
    return r.code == 500 || r.code == 502 || r.code == 503;
}

}  // namespace

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
        case awaits::chunk:
            return on_chunk(e.of, r);
        case awaits::lone_dot:
            return land(e.of);
        case awaits::rset:
            return on_reset(e.of, r);
        case awaits::cancel:
            return on_cancel(e.of, r);
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
    else if (!in_groups())
        write_mail(f);
}

void smtp_client::on_cancel(const std::shared_ptr<flight>& f, const reply& r)
{
    if (!r.positive())
        return close("customer's server refused RSET: " + r.text());
    land(f);
}

void smtp_client::on_mail(const std::shared_ptr<flight>& f, const reply& r)
{
    if (in_groups() && out_of_step(r))
        return lost_its_place(r);
    if (!r.positive()) {
        f->refusal = refusal_from(r);
        decide_open(*f, *f->refusal);
        if (!in_groups())
            land(f);
    } else if (!in_groups()) {
        write_rcpt(f, 0);
    }
}

void smtp_client::on_rcpt(const std::shared_ptr<flight>& f, std::size_t index, const reply& r)
{
    if (f->refusal)
        return;  // MAIL was refused: this one only echoes it
    if (in_groups() && out_of_step(r))
        return lost_its_place(r);
    f->accepted[index] = r.positive();
    if (!r.positive())
        decide(*f, index, refusal_from(r));
    if (in_groups())
        return;
    if (index + 1 < f->accepted.size())
        return write_rcpt(f, index + 1);
    if (f->any_accepted())
        return write_command("DATA", awaits::data, f);
    reset_first_ = true;
    land(f);
}

void smtp_client::on_data(const std::shared_ptr<flight>& f, const reply& r)
{
    if (in_groups() && out_of_step(r) && f->any_accepted())
        return lost_its_place(r);
    asking_ = nullptr;
    if (!r.intermediate()) {
        settle_accepted(*f, refusal_from(r));
        reset_first_ = !f->refusal;
        return land(f);
    }
    if (f->any_accepted()) {
        sending_ = f;
        return;
    }
    // RFC 2920 3.1: 354 although no recipient is left. An empty message ends it; its reply means nothing.
    write_command(".", awaits::lone_dot, f);
}

void smtp_client::on_chunk(const std::shared_ptr<flight>& f, const reply& r)
{
    if (out_of_step(r) && f->any_accepted())
        return lost_its_place(r);
    if (!r.positive())
        settle_accepted(*f, refusal_from(r));  // whatever is said of the chunks behind it
}

void smtp_client::on_content(const std::shared_ptr<flight>& f, const reply& r)
{
    if (in_groups() && out_of_step(r) && f->any_accepted())
        return lost_its_place(r);
    settle_accepted(*f, r.positive() ? r : refusal_from(r));
    if (in_the_air_ > 1 || settings_.depth == 1)
        ++answered_ahead_;
    if (in_chunks() && !r.positive() && awaited_.empty())
        reset_first_ = true;  // otherwise RSET is on the wire already
    land(f);
}

void smtp_client::lost_its_place(const reply& r)
{
    close("customer's server lost its place in a group of commands: " + r.text());
}

void smtp_client::settle_accepted(flight& f, const reply& r)
{
    for (std::size_t i = 0; i < f.accepted.size(); ++i)
        if (f.accepted[i])
            decide(f, i, r);
}

}  // namespace odmr

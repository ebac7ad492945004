#include "protocol/smtp_client.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace odmr
{

namespace
{

constexpr std::size_t max_reply_line = 2048;  // RFC 5321 4.5.3.1.5 asks for 512; servers exceed it

reply unavailable(std::string_view why)
{
    return reply(451, "4.4.2", "customer's session ended: " + std::string(why));
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

bool smtp_client::flight::decided() const
{
    return std::ranges::all_of(verdicts, [](const auto& verdict) { return verdict.has_value(); });
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
    if (idle())
        rest();
}

/// A customer who stays keeps no memory of the mail he got.
void smtp_client::rest()
{
    output_.rest();
    lines_.rest();
}

void smtp_client::submit(std::shared_ptr<transaction> message)
{
    if (closed() || quit_wanted_) {
        message->settle_open(unavailable("it is closing"));
        message->release();
        return;
    }
    const std::uint64_t octets = known_size(*message);
    open_.push_back({message, octets});
    open_octets_ += octets;
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
    if (n > 0)
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

const smtp_client::step& smtp_client::step_of(awaits what)
{
    static constexpr std::array<step, 13> steps{{
        {&time_limits::greeting, "the customer's greeting"},
        {&time_limits::hello, "the reply to EHLO"},
        {&time_limits::hello, "the reply to HELO"},
        {&time_limits::mail, "the reply to RSET"},
        {&time_limits::mail, "the reply to MAIL"},
        {&time_limits::rcpt, "the reply to RCPT"},
        {&time_limits::data_init, "the reply to DATA"},
        {&time_limits::data_block, "the reply to a chunk of message content"},
        {&time_limits::data_done, "the reply to the message content"},
        {&time_limits::data_done, "the reply to the message content"},
        {&time_limits::mail, "the reply to RSET"},
        {&time_limits::noop, "the reply to NOOP"},
        {&time_limits::quit, "the reply to QUIT"},
    }};
    static_assert(static_cast<std::size_t>(awaits::quit) + 1 == steps.size());
    return steps[static_cast<std::size_t>(what)];
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
    const awaits what = awaited_.front().what;
    if (what == awaits::content && (sending_ || !output().empty()))
        return settings_.limits.data_block;
    return settings_.limits.*step_of(what).limit;
}

std::string_view smtp_client::awaiting() const
{
    if (!awaited_.empty())
        return step_of(awaited_.front().what).what;
    return sending_ ? "the customer to take message content" : "nothing";
}

// --- endings

void smtp_client::decide(flight& f, std::size_t recipient, const reply& r)
{
    auto& verdict = f.verdicts[recipient];
    if (!verdict)
        verdict = r;
    if (believed())
        f.message->settle(recipient, *verdict);
}

void smtp_client::decide_open(flight& f, const reply& r)
{
    for (std::size_t i = 0; i < f.verdicts.size(); ++i)
        decide(f, i, r);
}

/// Has its final reply, or needs none.
void smtp_client::land(const std::shared_ptr<flight>& f)
{
    if (believed())
        conclude(*f);
    else
        in_doubt_.push_back(f);
}

void smtp_client::conclude(const flight& f)
{
    --in_the_air_;
    octets_in_the_air_ -= f.octets;
    finish(f.message);
}

/// As many replies came as were due: none of the transactions behind one another was lost.
void smtp_client::believe()
{
    const auto landed = std::exchange(in_doubt_, {});
    if (landed.size() > 1)
        proven_ += landed.size();
    for (const auto& f : landed) {
        for (std::size_t i = 0; i < f->verdicts.size(); ++i)
            f->message->settle(i, *f->verdicts[i]);
        conclude(*f);
    }
}

void smtp_client::finish(const std::shared_ptr<transaction>& message)
{
    assert(message->settled());
    const auto found = std::ranges::find(open_, message, &open_transaction::message);
    assert(found != open_.end());
    open_octets_ -= found->octets;
    open_.erase(found);
    message->release();
    events_.push_back({event::kind::settled, message, {}});
}

smtp_client::ahead smtp_client::how_far() const
{
    if (in_the_air_ > 1)
        return ahead::by_transactions;
    return awaited_.size() > 1 ? ahead::in_a_transaction : ahead::not_at_all;
}

void smtp_client::leave(std::string_view why)
{
    if (quit_wanted_ || closed())
        return;
    quit_wanted_ = true;
    quit_reason_ = why;
    for (const auto& message : std::exchange(waiting_, {})) {
        message->settle_open(unavailable(why));
        finish(message);
    }
    pump();
}

void smtp_client::close(std::string_view why)
{
    if (closed())
        return;
    const ahead broken_at = how_far();
    phase_ = phase::closed;
    ++steps_;
    awaited_.clear();
    waiting_.clear();
    asking_ = nullptr;
    sending_ = nullptr;
    in_doubt_.clear();
    while (!open_.empty()) {
        const auto message = open_.front().message;
        message->settle_open(unavailable(why));
        finish(message);
    }
    events_.push_back({event::kind::closed, nullptr, std::string(why), broken_at});
}

}  // namespace odmr

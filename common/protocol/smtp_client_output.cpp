// What smtp_client puts on the wire, and when: groups of commands (RFC 2920 3.1), and content with dots
// (RFC 5321 4.5.2) or in chunks (RFC 3030 2).
#include "protocol/smtp_client.hpp"

#include <algorithm>
#include <utility>

namespace odmr
{

namespace
{

constexpr std::size_t output_share = 64 * 1024;  // octets encoded ahead of what the line has taken

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

void smtp_client::pump()
{
    if (sending_)
        write_content();
    if (!in_doubt_.empty() && awaited_.empty() && !sending_)
        believe();
    while (may_start())
        start_next();
    if (phase_ == phase::ready && quit_wanted_ && awaited_.empty() && !sending_) {
        phase_ = phase::quitting;
        write_command("QUIT", awaits::quit);
    }
}

bool smtp_client::may_start() const
{
    if (phase_ != phase::ready || waiting_.empty() || sending_ || asking_)
        return false;
    if (awaited_.empty())
        return true;
    // Only content, or RSET, may have another command behind it before the reply (RFC 2920 3.1).
    const awaits last = awaited_.back().what;
    if (!in_groups() || (last != awaits::content && last != awaits::cancel))
        return false;
    const std::size_t depth = believed() ? settings_.depth : std::min(settings_.depth, settings_.proof);
    return output().size() < output_share && in_the_air_ < depth &&
           octets_in_the_air_ + waiting_.front()->content.size() <= settings_.depth_octets;
}

void smtp_client::start_next()
{
    const auto message = std::move(waiting_.front());
    waiting_.pop_front();
    if (message->abandoned()) {
        message->settle_open(reply(451, "4.4.2", "the host MTA did not finish the message"));
        return finish(message);
    }
    auto f = std::make_shared<flight>();
    f->message = message;
    f->accepted.resize(message->recipients.size());
    f->verdicts.resize(message->recipients.size());
    ++in_the_air_;
    start(f);
}

void smtp_client::start(const std::shared_ptr<flight>& f)
{
    // A BDAT that fails leaves its transaction open. Whether one in front of us does is not known yet.
    const bool in_doubt = in_chunks() && !awaited_.empty() && awaited_.back().what != awaits::cancel;
    if (std::exchange(reset_first_, false) || in_doubt) {
        write_command("RSET", awaits::rset, f);
        if (!in_groups())
            return;  // on_reset goes on
    }
    write_mail(f);
    if (!in_groups())
        return;  // on_mail goes on
    for (std::size_t i = 0; i < f->accepted.size(); ++i)
        write_rcpt(f, i);
    if (in_chunks()) {
        sending_ = f;
        write_content();
    } else {
        write_command("DATA", awaits::data, f);  // the last of its group
        asking_ = f;
    }
}

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

// --- content

void smtp_client::write_content()
{
    const std::size_t room = output_share - std::min(output_share, output().size());
    if (in_chunks())
        write_chunked(room);
    else
        write_stuffed(room);
}

/// Moves octets of content to the output, at most so many, and says how many.
std::size_t smtp_client::take_content(std::size_t most, bool stuffed)
{
    flight& f = *sending_;
    transaction& m = *f.message;
    const std::string_view part = m.content.front().substr(0, most);
    if (part.empty())
        return 0;
    if (output_.empty())
        ++steps_;  // the time until now was the host MTA's, not the customer's
    if (stuffed)
        f.encoder.encode(part, output_.tail());
    else
        output_.append(part);
    const std::size_t taken = part.size();
    m.content.consume(taken);
    f.octets += taken;
    octets_in_the_air_ += taken;
    m.notify();
    return taken;
}

void smtp_client::write_stuffed(std::size_t room)
{
    const transaction& m = *sending_->message;
    if (m.abandoned())
        return close("the host MTA did not finish a message that was being sent");
    take_content(room, true);
    if (!m.content.finished() || !m.content.empty())
        return;
    sending_->encoder.finish(output_.tail());
    ++steps_;
    awaited_.push_back({awaits::content, std::exchange(sending_, nullptr), 0});
}

void smtp_client::write_chunked(std::size_t room)
{
    while (sending_->chunk_left > 0 || announce_chunk()) {
        const std::size_t taken = take_content(std::min(room, sending_->chunk_left), false);
        sending_->chunk_left -= taken;
        room -= taken;
        if (sending_->chunk_left > 0)
            return;
        if (sending_->last_chunk) {
            sending_ = nullptr;
            return;
        }
    }
}

/// Between two chunks: says how long the next is, if there is one. Only what is here is announced, so that a
/// message its host MTA does not finish can still be taken back.
bool smtp_client::announce_chunk()
{
    flight& f = *sending_;
    const transaction& m = *f.message;
    if (m.abandoned() || f.decided()) {  // or refused on the way: RFC 3030 2 has the client reset, too
        decide_open(f, reply(451, "4.4.2", "the host MTA did not finish the message"));
        write_command("RSET", awaits::cancel, std::exchange(sending_, nullptr));
        return false;
    }
    f.last_chunk = m.content.finished();
    if (!f.last_chunk && m.content.empty())
        return false;
    f.chunk_left = m.content.size();
    write_command("BDAT " + std::to_string(f.chunk_left) + (f.last_chunk ? " LAST" : ""),
                  f.last_chunk ? awaits::content : awaits::chunk, sending_);
    return true;
}

}  // namespace odmr

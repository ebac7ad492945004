#include "odmrd/lmtp_session.hpp"

#include "core/acceptance.hpp"
#include "log/log.hpp"
#include "odmrd/service.hpp"

#include <boost/asio/co_spawn.hpp>

namespace odmr
{

std::shared_ptr<lmtp_session> lmtp_session::start(service& all, stream_socket socket,
                                                  const std::string& domain)
{
    const std::shared_ptr<lmtp_session> self(new lmtp_session(all, std::move(socket), domain));
    asio::co_spawn(all.executor(), self->run(), [self](const std::exception_ptr& problem) {
        if (problem)
            log::error("lmtp-session-failed", {{"domain", self->domain_}});
        self->connection_->close();
    });
    return self;
}

lmtp_session::lmtp_session(service& all, stream_socket socket, std::string domain)
    : service_(all),
      domain_(std::move(domain)),
      connection_(std::make_shared<connection>(std::move(socket))),
      progress_(all.executor())
{
}

void lmtp_session::shut_down()
{
    if (!engine_ || !engine_->busy())
        connection_->close();
    else
        engine_->shut_down();
}

awaitable<void> lmtp_session::run()
{
    offered_ = service_.online().offers(domain_);
    if (!offered_)
        co_return;  // went offline before we looked
    const settings& config = service_.config();
    lmtp_server::settings wanted;
    wanted.name = config.hostname;
    wanted.offered = promise_to_mta(*offered_, config.eight_bit);
    wanted.max_recipients = config.max_recipients;
    lmtp_server::recipient_check& check = *this;
    engine_.emplace(std::move(wanted), check);

    bool more = true;
    while (more && !engine_->closed()) {
        more = co_await write();
        if (more && engine_->message())
            more = co_await relay_content();
        else if (more && !engine_->closed())
            more = co_await read();
    }
    // Says the last word (221, 421) when there is still somebody to hear it.
    if (more)
        co_await write();
}

/// From DATA to the answers. Content goes on to the customer's session when it is whole, or when it is more
/// than fits our share of memory; from then on the two sides keep pace.
awaitable<bool> lmtp_session::relay_content()
{
    const std::shared_ptr<transaction> message = engine_->message();
    message->changed = [weak = weak_from_this()] {
        if (const auto self = weak.lock())
            self->progress_.set();
    };
    const std::size_t share = service_.config().content_buffer;
    bool submitted = false;
    while (!message->content.finished()) {
        if (!submitted && message->content.size() >= share) {
            submit(message);
            submitted = true;
        }
        if (message->released())
            message->content.consume(message->content.size());  // refused before its end
        bool more = true;
        if (message->content.size() >= share)
            co_await progress_.wait();
        else
            more = co_await read();
        if (!more) {
            message->abandon();
            if (message->grown)
                message->grown();
            service_.mta().settled(domain_, *message);
            co_return false;
        }
        if (submitted && message->grown)
            message->grown();
    }
    if (!submitted)
        submit(message);
    while (!message->settled())
        co_await progress_.wait();
    service_.mta().settled(domain_, *message);
    place_ = nullptr;
    engine_->answer();
    co_return true;
}

awaitable<bool> lmtp_session::read()
{
    const auto [error, octets] = co_await connection_->read(service_.config().lmtp_timeout);
    if (!error)
        engine_->receive(octets);
    co_return !error;
}

awaitable<bool> lmtp_session::write()
{
    const std::string octets = engine_->take_output();
    if (octets.empty())
        co_return true;
    const auto [error, n] = co_await connection_->write_all(octets, service_.config().lmtp_timeout);
    co_return !error;
}

void lmtp_session::submit(const std::shared_ptr<transaction>& message)
{
    // Not before: until the customer's session has it, the mail is still to come and the session must not
    // end.
    service_.mta().attempted(domain_, message->queue_id);
    if (mail_route* route = route_for(*message)) {
        route->submit(message);
    } else {
        message->settle_open(no_route_for(*message));
        message->release();
    }
}

std::optional<reply> lmtp_session::refuse(const transaction& message, const recipient& to)
{
    // The socket alone never decides who gets mail.
    if (!equal_no_case(to.path.domain, domain_))
        return reply(450, "4.4.1", "recipient's domain is not served on this socket");
    std::optional<reply> refusal = reply(450, "4.4.1", "customer is offline");
    const auto will_do = [&](const capabilities& offers) {
        refusal = cannot_take(offers, message, to, service_.config().eight_bit);
        return !refusal;
    };
    const mail_route* const route = service_.online().route_to(domain_, will_do);
    if (!route && refusal->permanent() && offers_changed())  // on a new connection the MTA may find a way
        return reply(451, "4.3.3", "customer has another session now: " + refusal->lines.front());
    if (!route)
        return refusal;
    // Said of one message, this costs the domain's others nothing; a refused connection would count against
    // the domain as a whole.
    if (!place_)
        place_ = service_.open().take(route->customer(), service_.config().max_open_messages);
    if (!place_)
        return reply(450, "4.4.5", "as many messages as may be are under way to this customer");
    return std::nullopt;
}

/// The session that takes the message as it is; where 8-bit content may go anywhere, the next best.
mail_route* lmtp_session::route_for(const transaction& message) const
{
    const auto route_by = [&](eight_bit_content rule) {
        return service_.online().route_to(
            domain_, [&](const capabilities& offers) { return can_take(offers, message, rule); });
    };
    const eight_bit_content rule = service_.config().eight_bit;
    mail_route* best = route_by(eight_bit_content::refuse);
    return best == nullptr && rule == eight_bit_content::pass ? route_by(rule) : best;
}

bool lmtp_session::offers_changed() const
{
    return service_.online().offers(domain_) != offered_;
}

/// Every recipient was taken, so there was a session for it at that time: what has changed since?
reply lmtp_session::no_route_for(const transaction& message) const
{
    if (!service_.online().route_to(domain_))
        return {451, "4.4.1", "customer is offline"};
    // Larger than was declared, if it was: the MTA could not know. It is not to come again.
    if (!offers_changed() && too_large(*offered_, known_size(message)))
        return too_large_reply();
    return {451, "4.3.3", "no session of the customer can take this message now"};
}

}  // namespace odmr

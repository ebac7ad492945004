#include "odmrd/lmtp_session.hpp"

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
      admission_(domain_, all.online(), all.open(), all.config()),
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

void lmtp_session::presence_changed()
{
    if (!engine_ || !admission_.promise_broken())
        return;
    if (engine_->greeted())
        engine_->wind_up();
    else if (const auto offered = admission_.promise())  // nobody has heard of the former
        engine_->offer(*offered);
}

awaitable<void> lmtp_session::run()
{
    const auto offered = admission_.promise();
    if (!offered)
        co_return;  // went offline before we looked
    const settings& config = service_.config();
    lmtp_server::settings wanted;
    wanted.name = config.hostname;
    wanted.offered = *offered;
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
            settled(*message);
            admission_.over();
            co_return false;
        }
        if (submitted && message->grown)
            message->grown();
    }
    if (!submitted)
        submit(message);
    while (!message->settled())
        co_await progress_.wait();
    settled(*message);
    admission_.over();
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
    for (const std::string& domain : admission_.domains())
        service_.mta().attempted(domain, message->queue_id);
    if (mail_route* route = admission_.route_for(*message)) {
        route->submit(message);
    } else {
        message->settle_open(admission_.no_route_for(*message));
        message->release();
    }
}

std::optional<reply> lmtp_session::refuse(const transaction& message, const recipient& to)
{
    return admission_.refuse(message, to);
}

void lmtp_session::settled(const transaction& message)
{
    for (const std::string& domain : admission_.domains())
        service_.mta().settled(domain, message);
}

}  // namespace odmr

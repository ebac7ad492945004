#include "odmrd/relay_session.hpp"

#include "log/log.hpp"
#include "odmrd/service.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>

namespace odmr
{

namespace
{

constexpr auto first_look = std::chrono::seconds(1);     // at the queue, after the line became idle
constexpr auto rarest_look = std::chrono::seconds(60);   // while a customer lingers
constexpr auto vain_wait = std::chrono::seconds(10);     // for mail that waits and does not come
constexpr auto goodbye_limit = std::chrono::seconds(2);  // for the peer's TLS close_notify

smtp_client::settings client_settings(const settings& config)
{
    smtp_client::settings s;
    s.name = config.hostname;
    s.limits.greeting = config.greeting_timeout;
    s.limits.hello = config.greeting_timeout;
    s.limits.mail = config.mail_timeout;
    s.limits.rcpt = config.rcpt_timeout;
    s.limits.data_init = config.data_init_timeout;
    s.limits.data_block = config.data_block_timeout;
    s.limits.data_done = config.data_done_timeout;
    s.limits.noop = config.noop_timeout;
    s.limits.quit = config.quit_timeout;
    s.depth = config.pipeline_messages;
    s.depth_octets = config.pipeline_size;
    return s;
}

std::string_view fate(const reply& outcome)
{
    if (outcome.positive())
        return "delivered";
    return outcome.permanent() ? "refused" : "deferred";
}

}  // namespace

relay_session::relay_session(service& all, std::shared_ptr<connection> line, who w)
    : service_(all),
      connection_(std::move(line)),
      writer_(*connection_),
      who_(std::move(w)),
      trust_(all.pipelining().trust_in(who_.customer, clock::now())),
      client_(with_trust(client_settings(all.config()), trust_)),
      writable_(all.executor()),
      idle_changed_(all.executor()),
      step_deadline_(all.executor()),
      stall_watch_(all.config().stall_timeout),
      stall_look_(all.executor()),
      begun_(clock::now())
{
}

relay_session::~relay_session() = default;

awaitable<void> relay_session::run()
{
    const auto self = shared_from_this();
    const auto over = [self](const std::exception_ptr& problem) {
        if (problem)
            self->abort("internal error");
    };
    asio::co_spawn(service_.executor(), write_loop(), over);
    asio::co_spawn(service_.executor(), watch_idle(), over);
    watch_time();

    bool line_lost = false;
    while (!client_.closed()) {
        const auto [error, octets] = co_await connection_->read(std::nullopt);
        line_lost = static_cast<bool>(error);
        if (error)
            lost(error);
        else
            client_.receive(octets);
        pump();
        if (client_.output().empty() && !client_.idle())
            connection_->send_acknowledgement();  // the next reply may be kept back until this one is
    }
    // A goodbye only when all is said; otherwise a write may still be under way.
    if (line_lost || !client_.output().empty())
        connection_->close();
    else
        co_await connection_->finish(goodbye_limit);
    const auto duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - begun_).count();
    log::info("relay-end", {{"session", who_.session},
                            {"customer", who_.customer},
                            {"delivered", delivered_},
                            {"deferred", deferred_},
                            {"refused", refused_},
                            {"ms", duration},
                            {"reason", end_reason_}});
}

void relay_session::show(session_view& v) const
{
    v.at = quiet() ? session_view::stage::lingering : session_view::stage::relaying;
    v.domains = who_.domains;
    v.under_way = client_.open_transactions();
    v.delivered = delivered_;
    v.deferred = deferred_;
    v.refused = refused_;
}

void relay_session::stop(std::string_view why)
{
    client_.quit(why);
    pump();
}

void relay_session::abort(std::string_view reason)
{
    servers_doing_ = false;
    give_up(reason);
}

void relay_session::give_up(std::string_view reason)
{
    client_.lost(reason);
    pump();
    close_when_over();
}

std::uint64_t relay_session::load() const
{
    // A message costs more than its octets; and a line that owes the answer to NOOP may be dead: any other is
    // better.
    constexpr std::uint64_t envelope = 1024;
    constexpr std::uint64_t doubtful = std::uint64_t{1} << 30U;
    return client_.open_octets() + envelope * client_.open_transactions() +
           (quiet() && !client_.idle() ? doubtful : 0);
}

void relay_session::probe()
{
    client_.probe();
    pump();
}

void relay_session::submit(std::shared_ptr<transaction> message)
{
    message->grown = [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->client_.content_changed();
            self->pump();
            self->close_when_over();
        }
    };
    client_.submit(std::move(message));
    pump();
}

/// Looks at everything the engine has to say. Called after whatever may have changed it.
void relay_session::pump()
{
    while (const auto event = client_.next_event()) {
        switch (event->what) {
            case smtp_client::event::kind::ready:
                ready();
                break;
            case smtp_client::event::kind::settled:
                log_outcomes(*event->message);
                event->message->grown = nullptr;
                break;
            case smtp_client::event::kind::closed:
                end_reason_ = event->reason;
                service_.online().leave(*this);
                blame_pipelining(*event);
                break;
        }
    }
    if (!client_.output().empty() || client_.closed())
        writable_.set();
    if (quiet() != was_quiet_ || client_.closed()) {
        was_quiet_ = quiet();
        idle_since_ = clock::now();
        idle_changed_.set();
    }
    watch_time();
    watch_stall();
}

void relay_session::lost(error_code error)
{
    servers_doing_ = error == asio::error::eof || error == asio::error::connection_reset;
    client_.lost(error == asio::error::eof ? std::string("connection closed by the customer")
                                           : "connection lost: " + error.message());
}

/// When the customer's server has broken the session ahead of its replies, the next one is less daring.
void relay_session::blame_pipelining(const smtp_client::event& closed)
{
    auto& caution = service_.pipelining();
    if (servers_doing_ &&
        caution.broke(who_.customer, trust_, closed.how_far, client_.answered_ahead(), clock::now()))
        log::warning("pipelining-in-doubt",
                     {{"session", who_.session},
                      {"customer", who_.customer},
                      {"reason", closed.reason},
                      {"next", name_of(caution.trust_in(who_.customer, clock::now()))}});
}

/// The reader ends by itself when it sees the engine closed; from anywhere else it has to be woken.
void relay_session::close_when_over()
{
    if (client_.closed())
        connection_->close();
}

void relay_session::ready()
{
    log::info("relay-begin", {{"session", who_.session},
                              {"customer", who_.customer},
                              {"greeting", client_.greeting()},
                              {"pipelining", client_.offers().pipelining ? "yes" : "no"},
                              {"chunking", client_.offers().chunking ? "yes" : "no"},
                              {"trust", name_of(trust_)}});
    // The customer may have come back because an older line of his is dead.
    for (mail_route* other : service_.online().routes_of(who_.customer))
        other->probe();
    service_.online().enter(*this, who_.domains);
}

awaitable<void> relay_session::write_loop()
{
    const auto self = shared_from_this();
    std::string octets;  // the engine goes on writing while these are on their way
    while (!client_.closed()) {
        octets.assign(client_.output());
        if (octets.empty()) {
            octets.shrink_to_fit();  // it may be long until there are more
            co_await writable_.wait();
            continue;
        }
        const auto [error, n] = co_await writer_.write_all(octets, std::nullopt);
        if (client_.closed())
            break;
        if (error)
            lost(error);
        else
            client_.written(octets.size());
        pump();
        if (error)
            close_when_over();
    }
}

/// One time limit for each step of the dialogue, however the octets trickle.
void relay_session::watch_time()
{
    if (client_.steps() == step_watched_)
        return;
    step_watched_ = client_.steps();
    const auto limit = client_.time_limit();
    if (!limit) {
        step_deadline_.cancel();
        return;
    }
    step_deadline_.expires_after(*limit);
    step_deadline_.async_wait([weak = weak_from_this(), step = step_watched_](error_code stopped) {
        const auto self = weak.lock();
        if (stopped || !self || self->client_.steps() != step || self->client_.closed())
            return;
        self->give_up("timeout waiting for " + std::string(self->client_.awaiting()));
    });
}

/// While there are so many messages open that a stall would harm others, now and then a look whether it is
/// one.
void relay_session::watch_stall()
{
    if (stall_look_comes_ || client_.closed() || !stall_watch_.concerned(client_.open_transactions()))
        return;
    stall_look_comes_ = true;
    stall_look_.expires_after(stall_watch_.interval());
    stall_look_.async_wait([weak = weak_from_this()](error_code stopped) {
        if (const auto self = weak.lock(); self && !stopped)
            self->look_for_stall();
    });
}

void relay_session::look_for_stall()
{
    stall_look_comes_ = false;
    const stall_watch::sight seen{client_.open_transactions(), client_.time_limit().has_value(),
                                  client_.steps(), connection_->acknowledged()};
    if (client_.closed() || !stall_watch_.stalled(seen, clock::now()))
        return watch_stall();
    log::warning("relay-stalled", {{"session", who_.session},
                                   {"customer", who_.customer},
                                   {"messages", seen.open},
                                   {"waiting_for", client_.awaiting()}});
    service_.open().stalled(who_.customer);
    give_up("no progress, waiting for " + std::string(client_.awaiting()));
}

/// While nothing is on the wire: asks the MTA whether something is still to come, keeps the line alive, and
/// ends the session when the customer has lingered long enough with nothing left.
awaitable<void> relay_session::watch_idle()
{
    const auto self = shared_from_this();
    clock::duration pause = std::min<clock::duration>(first_look, who_.linger);
    clock::time_point last_probe = clock::now();
    while (!client_.closed()) {
        if (!quiet()) {
            co_await idle_changed_.wait();
            pause = std::min<clock::duration>(first_look, who_.linger);
            continue;
        }
        const bool disturbed = co_await idle_changed_.wait(pause);
        if (disturbed || !quiet()) {
            pause = std::min<clock::duration>(first_look, who_.linger);
            continue;
        }
        const bool may_end = clock::now() - idle_since_ >= who_.linger;
        const auto left = co_await service_.mta().still_to_come(who_.domains, may_end);
        if (!quiet())
            continue;
        const auto idle_for = clock::now() - idle_since_;
        const bool nothing = left && *left == 0;
        if (nothing)
            service_.open().all_is_through(who_.customer);
        if (may_end && (nothing || idle_for >= vain_wait)) {
            if (!nothing)
                log::warning("mail-does-not-come", {{"session", who_.session},
                                                    {"customer", who_.customer},
                                                    {"messages", left ? std::to_string(*left) : "unknown"}});
            stop(nothing ? "nothing is left" : "the mail that waits does not come");
            co_return;
        }
        if (clock::now() - std::max(last_probe, idle_since_) >= service_.config().noop_interval) {
            last_probe = clock::now();
            probe();
        }
        if (!nothing)
            pause = first_look;
        else
            pause =
                std::clamp<clock::duration>(who_.linger - idle_for, std::chrono::milliseconds(1),
                                            std::clamp<clock::duration>(pause * 2, first_look, rarest_look));
    }
}

void relay_session::log_outcomes(const transaction& message)
{
    for (const recipient& r : message.recipients) {
        (r.outcome->positive() ? delivered_ : r.outcome->permanent() ? refused_ : deferred_) += 1;
        log::info(fate(*r.outcome), {{"session", who_.session},
                                     {"customer", who_.customer},
                                     log::field::when("queue_id", message.queue_id),
                                     {"recipient", r.path.text},
                                     {"reply", r.outcome->text()}});
    }
}

}  // namespace odmr

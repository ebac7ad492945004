#include "odmrd/front_session.hpp"

#include "log/log.hpp"
#include "odmrd/relay_session.hpp"
#include "odmrd/service.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>

namespace odmr
{

namespace
{

constexpr auto goodbye_limit = std::chrono::seconds(2);

odmr_server::settings server_settings(service& all, front_session::tls_mode mode)
{
    const settings& config = all.config();
    odmr_server::settings s;
    s.name = config.hostname;
    s.banner = config.banner;
    s.tls = mode == front_session::tls_mode::implicit;
    s.starttls = all.tls() != nullptr;
    s.require_tls = config.require_tls;
    s.mechanisms_clear = all.sasl()->mechanisms(false);
    s.mechanisms_tls = all.sasl()->mechanisms(true);
    s.max_line = config.max_line;
    s.max_commands = config.max_commands;
    s.max_errors = config.max_errors;
    s.max_auth_attempts = config.auth_attempts;
    return s;
}

std::string joined(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ",") + name;
    return text;
}

}  // namespace

void front_session::start(service& all, stream_socket socket, tls_mode mode)
{
    const std::shared_ptr<front_session> self(new front_session(all, std::move(socket), mode));
    self->admit();
    all.sessions().add(self);
    asio::co_spawn(all.executor(), self->run(), [self](const std::exception_ptr& problem) {
        if (problem) {
            log::error("session-failed", {{"session", self->id_}});
            self->abort();  // nobody may go on sending mail to it
        }
        self->connection_->close();
        self->service_.sessions().remove(*self);
    });
}

front_session::front_session(service& all, stream_socket socket, tls_mode mode)
    : service_(all),
      connection_(std::make_shared<connection>(std::move(socket))),
      mode_(mode),
      sasl_(all.sasl()),
      id_(all.sessions().next_id()),
      engine_(server_settings(all, mode)),
      session_deadline_(all.executor())
{
}

front_session::~front_session() = default;

void front_session::admit()
{
    connection_->tune(service_.config().tcp_user_timeout);
    const settings& config = service_.config();
    if (service_.sessions().count() >= config.max_sessions)
        engine_.refuse_session("too many sessions");
    else if (service_.sessions().count_address(peer_address()) >= config.max_sessions_per_address)
        engine_.refuse_session("too many sessions from your address");
}

session_view front_session::view() const
{
    using stage = session_view::stage;
    session_view v{.id = id_,
                   .at = customer().empty() ? stage::login : stage::commands,
                   .since = connected_,
                   .tls = engine_.under_tls()};
    if (relay_)
        relay_->show(v);
    return v;
}

void front_session::stop(std::string_view why)
{
    stopping_ = true;
    if (relay_)
        return relay_->stop(why);
    engine_.shut_down();
    connection_->interrupt();
}

void front_session::abort()
{
    if (relay_)
        return relay_->abort("the provider shuts down");
    connection_->close();
}

awaitable<void> front_session::run()
{
    const auto self = shared_from_this();
    limit_session();
    log::debug("connect", {{"session", id_}, {"peer", peer_address()}});
    bool more = true;
    if (mode_ == tls_mode::implicit)
        more = co_await start_tls();
    else
        co_await take_pending();  // who speaks before the greeting is found out by the engine
    while (more) {
        odmr_server::action next = engine_.next();
        more = co_await perform(std::move(next));
    }
}

awaitable<bool> front_session::perform(odmr_server::action what)
{
    using kind = odmr_server::action::kind;
    bool more = true;
    switch (what.what) {
        case kind::read:
            more = co_await read();
            break;
        case kind::write:
            more = co_await write(std::move(what.octets));
            break;
        case kind::start_tls:
            more = co_await start_tls();
            engine_.tls_started(more);
            break;
        case kind::authenticate:
            mechanism_ = what.mechanism;
            exchange_ = sasl_->begin(mechanism_, engine_.under_tls());
            co_await sasl_step(std::move(what.response));
            break;
        case kind::respond:
            co_await sasl_step(std::move(what.response));
            break;
        case kind::cancel_auth:
            exchange_ = nullptr;
            break;
        case kind::decide:
            co_await decide(std::move(what.domains));
            break;
        case kind::turn:
            co_await turn();
            more = false;
            break;
        case kind::close:
            log_end(what.reason);
            co_await connection_->finish(goodbye_limit);
            more = false;
            break;
    }
    co_return more;
}

void front_session::limit_session()
{
    const seconds limit = service_.config().session_limit;
    if (limit == seconds(0))
        return;
    session_deadline_.expires_after(limit);
    session_deadline_.async_wait([weak = weak_from_this()](error_code stopped) {
        const auto self = weak.lock();
        if (!stopped && self)
            self->stop("session_limit reached");
    });
}

/// The time limit is for the whole command, however it trickles in.
awaitable<bool> front_session::read()
{
    const auto now = std::chrono::steady_clock::now();
    if (engine_.commands() != command_watched_ || command_deadline_ == decltype(command_deadline_){}) {
        command_watched_ = engine_.commands();
        command_deadline_ = now + service_.config().command_timeout;
    }
    const auto left =
        std::max<std::chrono::steady_clock::duration>(command_deadline_ - now, std::chrono::milliseconds(1));
    if (!engine_.trailing().empty())
        connection_->send_acknowledgement();  // half a line has come, and nothing is to be said to that
    const auto [error, octets] = co_await connection_->read(left);
    if (!error) {
        engine_.receive(octets);
        co_return true;
    }
    if (stopping_)
        co_return true;  // the engine has its last word to say
    if (error == asio::error::timed_out) {
        engine_.timed_out();
        co_return true;
    }
    log_end("connection closed: " + error.message());
    co_return false;
}

awaitable<bool> front_session::write(std::string octets)
{
    const auto [error, n] = co_await connection_->write_all(octets, service_.config().command_timeout);
    if (error)
        log_end("connection lost: " + error.message());
    co_return !error;
}

awaitable<bool> front_session::start_tls()
{
    const auto error = co_await connection_->start_tls(service_.tls(), service_.config().command_timeout);
    if (error)
        log_end("TLS handshake failed: " + error.message());
    else
        log::debug("tls", {{"session", id_}, {"peer", peer_address()}, {"with", connection_->tls_summary()}});
    co_return !error;
}

/// Shows the engine what the peer has sent already, so that it can tell what came too early.
awaitable<void> front_session::take_pending()
{
    const bool pending = connection_->input_pending();
    if (pending) {
        const auto [error, octets] = co_await connection_->read(std::chrono::seconds(1));
        if (!error)
            engine_.receive(octets);
    }
}

awaitable<void> front_session::sasl_step(std::optional<std::string> response)
{
    const std::optional<std::string_view> octets = response;
    const sasl_result result = exchange_->step(octets);
    switch (result.what) {
        case sasl_result::kind::challenge:
            engine_.auth_challenge(result.text);
            co_return;
        case sasl_result::kind::success:
            service_.throttle().succeeded(result.account);
            log::info("auth", {{"session", id_},
                               {"peer", peer_address()},
                               {"customer", result.account},
                               {"mechanism", mechanism_},
                               {"tls", engine_.under_tls() ? "yes" : "no"}});
            engine_.auth_succeeded(result.account, result.text);
            break;
        case sasl_result::kind::refused: {
            const auto delay =
                service_.throttle().failed(result.account, peer_address(), std::chrono::steady_clock::now());
            log::warning("auth-refused", {{"session", id_},
                                          {"peer", peer_address()},
                                          log::field::when("account", result.account),
                                          {"mechanism", mechanism_},
                                          {"reason", result.reason}});
            asio::steady_timer pause(service_.executor(), delay);
            co_await pause.async_wait(nothrow);
            engine_.auth_refused();
            break;
        }
        case sasl_result::kind::temporary:
            log::error("auth-failed",
                       {{"session", id_}, {"peer", peer_address()}, {"reason", result.reason}});
            engine_.auth_failed_for_now();
            break;
    }
    exchange_ = nullptr;
}

awaitable<void> front_session::decide(std::vector<std::string> asked)
{
    const settings& config = service_.config();
    const std::string& account = engine_.account();
    try {
        const auto found = service_.customers().find_customer(account);
        if (!found || !found->enabled) {
            decision_ = {reply(450, "4.7.1", "ATRN request refused"), {}, "customer is disabled or gone"};
        } else {
            decision_ = decide_atrn(found->domains, asked);
            linger_ = found->linger.value_or(config.linger);
        }
    } catch (const temporary_failure& problem) {
        decision_ = {reply(451, "4.3.0", "Unable to process ATRN request now"), {}, problem.what()};
    }
    const auto relaying = service_.online().routes_of(account);
    if (decision_.answer.positive() && relaying.size() >= config.max_sessions_per_customer) {
        for (mail_route* other : relaying)
            other->probe();  // dead lines must not keep the customer out for long
        decision_ = {
            reply(450, "4.7.1", "ATRN request refused: too many sessions"), {}, "max_sessions_per_customer"};
    }
    if (decision_.answer.positive() && linger_ == seconds(0)) {
        const auto waiting = co_await service_.mta().waiting(decision_.domains, config.atrn_listing_timeout);
        weigh_waiting_mail(decision_, waiting, false);
    }
    log::info("atrn", {{"session", id_},
                       {"customer", account},
                       {"domains", asked.empty() ? "(all)" : joined(asked)},
                       {"reply", decision_.answer.code},
                       log::field::when("reason", decision_.reason)});
    co_await take_pending();
    engine_.atrn_answer(decision_.answer);
}

awaitable<void> front_session::turn()
{
    relay_session::who w;
    w.session = id_;
    w.customer = engine_.account();
    w.domains = decision_.domains;
    w.linger = linger_;
    relay_ = std::make_shared<relay_session>(service_, connection_, std::move(w));
    if (stopping_)
        relay_->stop("the provider shuts down");
    co_await relay_->run();
}

void front_session::log_end(std::string_view reason)
{
    log::info("disconnect", {{"session", id_},
                             {"peer", peer_address()},
                             log::field::when("customer", engine_.account()),
                             {"reason", reason}});
}

}  // namespace odmr

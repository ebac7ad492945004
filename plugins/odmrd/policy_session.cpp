#include "odmrd/policy_session.hpp"

#include "log/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace odmr
{

namespace
{

using clock = std::chrono::steady_clock;

constexpr std::string_view known_kind = "smtpd_access_policy";

}  // namespace

void policy_session::start(mail_intake& intake, stream_socket socket, std::chrono::milliseconds request_time)
{
    const auto executor = socket.get_executor();
    const std::shared_ptr<policy_session> self(new policy_session(intake, std::move(socket), request_time));
    asio::co_spawn(executor, self->run(), [self](const std::exception_ptr& problem) {
        if (problem)
            log::error("policy-session-failed", {{"peer", self->connection_->peer_address()}});
        self->connection_->close();
    });
}

policy_session::policy_session(mail_intake& intake, stream_socket socket,
                               std::chrono::milliseconds request_time)
    : intake_(intake),
      connection_(std::make_shared<connection>(std::move(socket))),
      interceptor_(intake.directory(), intake),
      request_time_(request_time)
{
}

awaitable<void> policy_session::run()
{
    bool more = true;
    while (more) {
        const policy_reader::result asked = reader_.next();
        if (asked.what == policy_reader::status::incomplete) {
            more = co_await read();
            continue;
        }
        const std::string wire = answer(asked).wire();
        const auto [error, n] = co_await connection_->write_all(wire, request_time_);
        more = !error;
        request_ends_ = clock::now() + request_time_;  // of the next one, in case it came together with this
    }
}

awaitable<bool> policy_session::read()
{
    const bool begun = reader_.in_request();
    time_limit limit;
    if (begun)
        limit = std::max<clock::duration>(request_ends_ - clock::now(), clock::duration(0));
    const auto [error, octets] = co_await connection_->read(limit);
    if (error == asio::error::timed_out)
        log::warning("policy-request-unfinished", {{"peer", connection_->peer_address()}});
    if (!error)
        reader_.append(octets);
    if (!begun)
        request_ends_ = clock::now() + request_time_;
    co_return !error;
}

policy_answer policy_session::answer(const policy_reader::result& asked)
{
    intake_.asked();
    if (asked.what == policy_reader::status::malformed) {
        not_understood("malformed");
        interceptor_.distrust();
        return policy_answer::pass();
    }
    if (asked.request.request != known_kind) {
        not_understood("another kind of request");
        return policy_answer::pass();
    }
    return interceptor_.answer(asked.request);
}

void policy_session::not_understood(std::string_view why)
{
    intake_.asked_nonsense();
    if (!std::exchange(complained_, true))
        log::warning("policy-request-not-understood",
                     {{"peer", connection_->peer_address()}, {"reason", why}});
}

}  // namespace odmr

#include "odmrd/service.hpp"

#include "log/log.hpp"
#include "odmrd/lmtp_session.hpp"
#include "odmrd/mail_system.hpp"

namespace odmr
{

namespace
{

std::shared_ptr<tls_context> open_tls(const settings& s)
{
    if (s.tls_certificate.empty())
        return nullptr;
    return std::make_shared<tls_context>(s.tls_certificate, s.tls_key, s.tls_minimum_version);
}

}  // namespace

service::service(const asio::any_io_executor& executor, settings from, std::shared_ptr<agent_client> agent)
    : executor_(executor),
      config_(std::move(from)),
      tls_(open_tls(config_)),
      customers_(config_.database, customer_store::open_mode::must_exist),
      holds_(config_.database),
      directory_(holds_,
                 [this] { return mail_amount{config_.max_waiting_messages, config_.max_waiting_size}; }),
      sasl_(std::make_shared<gsasl_server>(customers_, gsasl_server::options{config_.cram_md5})),
      throttle_(config_.auth_delay, config_.auth_delay_max),
      presence_(*this),
      mta_(make_host_mta(executor, {[this]() -> const settings& { return config_; }, ledger_, holds_,
                                    directory_, std::move(agent),
                                    [this](stream_socket socket, const std::string& domain) {
                                        lmtp_connected(std::move(socket), domain);
                                    }})),
      intake_({directory_, presence_, ledger_,
               [this](const std::string& customer) { return mta_->can_hold(customer); },
               [this](const arrival& message) { mta_->arrives(message); }, holds_})
{
}

service::~service() = default;

void service::reload(settings from)
{
    auto tls = open_tls(from);
    sasl_ = std::make_shared<gsasl_server>(customers_, gsasl_server::options{from.cram_md5});
    tls_ = std::move(tls);
    config_ = std::move(from);
}

void service::domain_online(const std::string& domain)
{
    log::info("online", {{"domain", domain}});
    look_at_promises();
    mta_->domain_online(domain, presence_.route_to(domain)->customer());
}

void service::domain_offline(const std::string& domain)
{
    // The socket goes first, so that the connections that end now are not made again.
    mta_->domain_offline(domain);
    close_lmtp(domain);
    look_at_promises();
    log::info("offline", {{"domain", domain}});
}

void service::routes_changed(const std::string& domain)
{
    close_lmtp(domain);  // what was offered in LHLO may hold no more
    look_at_promises();
}

void service::lmtp_connected(stream_socket socket, const std::string& domain)
{
    auto& sessions = lmtp_[domain];
    std::erase_if(sessions, [](const auto& s) { return s.expired(); });
    if (sessions.size() >= config_.lmtp_connections) {
        log::warning("lmtp-refused", {{"domain", domain}, {"reason", "lmtp_connections reached"}});
        return;
    }
    sessions.push_back(lmtp_session::start(*this, std::move(socket), domain));
}

void service::close_lmtp(const std::string& domain)
{
    const auto found = lmtp_.find(domain);
    if (found == lmtp_.end())
        return;
    const auto sessions = std::move(found->second);
    lmtp_.erase(found);
    for (const auto& weak : sessions)
        if (const auto s = weak.lock())
            s->shut_down();
}

/// The connections of the socket of all domains were promised what everybody online took then.
void service::look_at_promises()
{
    for (const auto& weak : lmtp_[std::string()])
        if (const auto s = weak.lock())
            s->presence_changed();
}

}  // namespace odmr

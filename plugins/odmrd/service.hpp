// service - what all sessions of the daemon share: settings, customers, who is online, who is connected.
#pragma once

#include "auth/gsasl_server.hpp"
#include "core/auth_throttle.hpp"
#include "core/ledger.hpp"
#include "core/open_messages.hpp"
#include "core/pipeline_caution.hpp"
#include "core/presence.hpp"
#include "core/settings.hpp"
#include "net/tls_context.hpp"
#include "odmrd/mail_intake.hpp"
#include "odmrd/session_registry.hpp"
#include "queue/agent_client.hpp"
#include "queue/host_mta.hpp"
#include "store/customer_store.hpp"
#include "store/hold_store.hpp"
#include "store/stored_directory.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace odmr
{

class lmtp_session;

class service final : private presence::listener
{
public:
    /// Opens the customers' database and the certificate. Throws when either cannot be used. agent: nullptr
    /// when there is none.
    service(const asio::any_io_executor& executor, settings from, std::shared_ptr<agent_client> agent);
    ~service();

    [[nodiscard]] const settings& config() const { return config_; }
    /// Puts new settings in force for what begins from now on. Throws when the new certificate cannot be
    /// used; then everything stays as it was.
    void reload(settings from);

    [[nodiscard]] asio::any_io_executor executor() const { return executor_; }
    [[nodiscard]] std::chrono::system_clock::time_point since() const { return since_; }
    [[nodiscard]] std::shared_ptr<tls_context> tls() const
    {
        return tls_;
    }  ///< nullptr without a certificate
    customer_store& customers() { return customers_; }
    hold_store& holds() { return holds_; }
    ledger& waiting() { return ledger_; }
    [[nodiscard]] std::shared_ptr<sasl_server> sasl() const { return sasl_; }  ///< must outlive its exchanges
    auth_throttle& throttle() { return throttle_; }
    pipeline_caution& pipelining() { return pipelining_; }
    presence& online() { return presence_; }
    open_messages& open() { return open_; }
    host_mta& mta() { return *mta_; }
    mail_intake& intake() { return intake_; }
    session_registry& sessions() { return sessions_; }

private:
    void domain_online(const std::string& domain) override;
    void domain_offline(const std::string& domain) override;
    void routes_changed(const std::string& domain) override;
    /// domain: empty for the socket of all domains.
    void lmtp_connected(stream_socket socket, const std::string& domain);
    void close_lmtp(const std::string& domain);
    void look_at_promises();

    asio::any_io_executor executor_;
    std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
    settings config_;
    std::shared_ptr<tls_context> tls_;
    customer_store customers_;
    hold_store holds_;
    stored_directory directory_;
    ledger ledger_;
    std::shared_ptr<sasl_server> sasl_;
    auth_throttle throttle_;
    pipeline_caution pipelining_;
    presence presence_;
    open_messages open_;
    session_registry sessions_;
    std::unique_ptr<host_mta> mta_;
    mail_intake intake_;
    std::map<std::string, std::vector<std::weak_ptr<lmtp_session>>, std::less<>> lmtp_;
};

}  // namespace odmr

// gsasl_exchange - one AUTH exchange by a session of GNU SASL; gsasl_server makes them. Not for other rooms.
#pragma once

#include "auth/decoy.hpp"
#include "auth/sasl.hpp"

#include <gsasl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace odmr
{

struct mechanism {
    std::string_view name;
    bool plaintext;     ///< the password crosses the wire: only under TLS (RFC 4954 4)
    bool server_first;  ///< the exchange opens with a challenge of ours
};

using gsasl_session = std::unique_ptr<Gsasl_session, decltype(&gsasl_finish)>;

class gsasl_exchange final : public sasl_exchange
{
public:
    gsasl_exchange(gsasl_session session, const mechanism& how, credential_source& source,
                   const decoy& nobody)
        : session_(std::move(session)), how_(how), source_(source), nobody_(nobody)
    {
        gsasl_session_hook_set(session_.get(), this);
    }

    sasl_result step(std::optional<std::string_view> response) override;

    /// GNU SASL asks for a property of the session, or to validate a password.
    static int on_callback(Gsasl* library, Gsasl_session* session, Gsasl_property wanted) noexcept;

private:
    sasl_result advance(const std::string& response);
    sasl_result admit(std::string text);
    sasl_result refuse(std::string reason);
    [[nodiscard]] std::string why_wrong() const;
    int provide(Gsasl_property wanted);
    void look_up();
    int give_scram_keys();
    int give_cram_md5_secret();
    int validate_password();
    [[nodiscard]] std::string text_of(Gsasl_property property) const;
    void set(Gsasl_property property, const std::string& text);

    gsasl_session session_;
    const mechanism& how_;
    credential_source& source_;
    const decoy& nobody_;

    bool first_ = true;
    bool over_ = false;
    std::string account_;                 ///< as claimed, in lower case
    std::optional<credentials> found_;    ///< what is kept of account_
    bool lacking_ = false;                ///< found, but without a secret for this mechanism
    std::optional<std::string> failure_;  ///< why the secrets cannot be had now
};

}  // namespace odmr

#include "auth/gsasl_server.hpp"

#include "auth/decoy.hpp"
#include "auth/secrets.hpp"
#include "protocol/command.hpp"
#include "protocol/encoding.hpp"

#include <gsasl.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace odmr
{
namespace
{

struct mechanism {
    std::string_view name;
    bool plaintext;     ///< the password crosses the wire: only under TLS (RFC 4954 4)
    bool server_first;  ///< the exchange opens with a challenge of ours
};

/// Best first, as EHLO lists them.
constexpr std::array<mechanism, 5> all_mechanisms{{
    {.name = "SCRAM-SHA-256", .plaintext = false, .server_first = false},
    {.name = "SCRAM-SHA-1", .plaintext = false, .server_first = false},
    {.name = "CRAM-MD5", .plaintext = false, .server_first = true},
    {.name = "PLAIN", .plaintext = true, .server_first = false},
    {.name = "LOGIN", .plaintext = true, .server_first = true},
}};

using library_handle = std::unique_ptr<Gsasl, decltype(&gsasl_done)>;
using session_handle = std::unique_ptr<Gsasl_session, decltype(&gsasl_finish)>;
using octets_handle = std::unique_ptr<char, decltype(&gsasl_free)>;

class exchange final : public sasl_exchange
{
public:
    exchange(session_handle session, const mechanism& how, credential_source& source, const decoy& nobody)
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

    session_handle session_;
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

sasl_result exchange::step(std::optional<std::string_view> response)
{
    const bool first = std::exchange(first_, false);
    if (over_) {
        return refuse("the exchange is over");
    }
    if (!response) {
        return first ? advance({}) : refuse("malformed: no response");
    }
    // None of these mechanisms knows an empty response; GNU SASL would take one for the opening and ask
    // again, for ever.
    if (response->empty()) {
        return refuse("malformed: an empty response");
    }
    if (first && how_.server_first) {
        // Some clients send the user name along with AUTH LOGIN; an answer to a challenge not yet seen is no
        // answer.
        if (how_.name != "LOGIN") {
            return refuse("malformed: an initial response, which this mechanism does not have");
        }
        if (auto opening = advance({}); opening.what != sasl_result::kind::challenge) {
            return opening;
        }
    }
    return advance(std::string(*response));
}

sasl_result exchange::advance(const std::string& response)
{
    char* output = nullptr;
    std::size_t size = 0;
    const int result = gsasl_step(session_.get(), response.data(), response.size(), &output, &size);
    std::string text;
    if (result == GSASL_OK || result == GSASL_NEEDS_MORE) {
        const octets_handle owner(output, &gsasl_free);
        text.assign(output ? output : "", output ? size : 0);
    }
    if (failure_) {
        over_ = true;
        return {.what = sasl_result::kind::temporary, .text = {}, .account = account_, .reason = *failure_};
    }
    switch (result) {
        case GSASL_NEEDS_MORE:
            return {.what = sasl_result::kind::challenge,
                    .text = std::move(text),
                    .account = account_,
                    .reason = {}};
        case GSASL_OK:
            return admit(std::move(text));
        case GSASL_AUTHENTICATION_ERROR:
            return refuse(why_wrong());
        default:
            return refuse(std::string("malformed: ") + gsasl_strerror(result));
    }
}

/// The credentials were right; what is left are the questions whose answer must not show before that.
sasl_result exchange::admit(std::string text)
{
    if (!found_) {
        return refuse("unknown account");
    }
    if (!found_->enabled) {
        return refuse("disabled");
    }
    // RFC 4422 2: an account may act as itself, as nobody else.
    const auto acting_as = to_lower(text_of(GSASL_AUTHZID));
    if (!acting_as.empty() && acting_as != account_) {
        return refuse("may not act as another account");
    }
    over_ = true;
    return {.what = sasl_result::kind::success, .text = std::move(text), .account = account_, .reason = {}};
}

std::string exchange::why_wrong() const
{
    if (account_.empty()) {
        return "wrong credentials";
    }
    if (!found_) {
        return "unknown account";
    }
    return lacking_ ? "no secret is kept for " + std::string(how_.name) : "wrong credentials";
}

sasl_result exchange::refuse(std::string reason)
{
    over_ = true;
    return {.what = sasl_result::kind::refused, .text = {}, .account = account_, .reason = std::move(reason)};
}

int exchange::on_callback(Gsasl*, Gsasl_session* session, Gsasl_property wanted) noexcept
{
    auto* self = static_cast<exchange*>(gsasl_session_hook_get(session));
    if (!self) {
        return GSASL_NO_CALLBACK;
    }
    // No exception may travel through the C code that called: remember it for advance().
    try {
        return self->provide(wanted);
    } catch (const std::exception& problem) {
        self->failure_ = problem.what();
    }
    return GSASL_AUTHENTICATION_ERROR;
}

int exchange::provide(Gsasl_property wanted)
{
    switch (wanted) {
        case GSASL_SCRAM_ITER:  // the first that SCRAM asks for
            return give_scram_keys();
        case GSASL_PASSWORD:  // only CRAM-MD5 asks
            return give_cram_md5_secret();
        case GSASL_VALIDATE_SIMPLE:
            return validate_password();
        default:
            return GSASL_NO_CALLBACK;
    }
}

void exchange::look_up()
{
    account_ = to_lower(text_of(GSASL_AUTHID));
    found_ = source_.find_credentials(account_);
}

int exchange::give_scram_keys()
{
    look_up();
    const auto hash = how_.name == "SCRAM-SHA-256" ? scram_hash::sha256 : scram_hash::sha1;
    auto keys = nobody_.keys(hash, account_);
    if (found_) {
        const auto& kept = hash == scram_hash::sha256 ? found_->scram_sha256 : found_->scram_sha1;
        lacking_ = !kept;
        keys = kept.value_or(keys);
    }
    set(GSASL_SCRAM_ITER, std::to_string(keys.iterations));
    set(GSASL_SCRAM_SALT, base64_encode(keys.salt));
    set(GSASL_SCRAM_STOREDKEY, base64_encode(keys.stored_key));
    set(GSASL_SCRAM_SERVERKEY, base64_encode(keys.server_key));
    return GSASL_OK;
}

int exchange::give_cram_md5_secret()
{
    look_up();
    const auto secret = found_ ? found_->cram_md5_secret : std::nullopt;
    lacking_ = found_ && !secret;
    set(GSASL_PASSWORD, secret.value_or(nobody_.password()));
    return GSASL_OK;
}

int exchange::validate_password()
{
    look_up();
    auto kept = found_.value_or(credentials{});
    if (!kept.scram_sha256 && !kept.scram_sha1) {
        lacking_ = found_.has_value();
        kept.scram_sha256 = nobody_.keys(scram_hash::sha256, account_);
    }
    return password_matches(kept, text_of(GSASL_PASSWORD)) ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
}

std::string exchange::text_of(Gsasl_property property) const
{
    const char* text = gsasl_property_fast(session_.get(), property);
    return text ? text : "";
}

void exchange::set(Gsasl_property property, const std::string& text)
{
    if (gsasl_property_set(session_.get(), property, text.c_str()) != GSASL_OK) {
        throw std::bad_alloc();
    }
}

library_handle open_library()
{
    Gsasl* library = nullptr;
    if (const int result = gsasl_init(&library); result != GSASL_OK) {
        throw std::runtime_error(std::string("GNU SASL cannot be initialised: ") + gsasl_strerror(result));
    }
    gsasl_callback_set(library, &exchange::on_callback);
    return {library, &gsasl_done};
}

}  // namespace

struct gsasl_server::impl {
    [[nodiscard]] bool offers(const mechanism& candidate, bool tls) const
    {
        return (tls || !candidate.plaintext) && (wanted.cram_md5 || candidate.name != "CRAM-MD5") &&
               gsasl_server_support_p(library.get(), candidate.name.data()) != 0;
    }

    credential_source& source;
    options wanted;
    library_handle library = open_library();
    decoy nobody{};
};

gsasl_server::gsasl_server(credential_source& source, const options& wanted)
    : impl_(new impl{.source = source, .wanted = wanted})
{
}

gsasl_server::~gsasl_server() = default;

std::vector<std::string> gsasl_server::mechanisms(bool tls) const
{
    std::vector<std::string> names;
    for (const auto& candidate : all_mechanisms) {
        if (impl_->offers(candidate, tls)) {
            names.emplace_back(candidate.name);
        }
    }
    return names;
}

std::unique_ptr<sasl_exchange> gsasl_server::begin(std::string_view mechanism, bool tls)
{
    const auto name = to_upper(mechanism);
    const auto* const row = std::find_if(all_mechanisms.begin(), all_mechanisms.end(),
                                         [&](const auto& candidate) { return candidate.name == name; });
    if (row == all_mechanisms.end() || !impl_->offers(*row, tls)) {
        return nullptr;
    }
    Gsasl_session* session = nullptr;
    if (gsasl_server_start(impl_->library.get(), row->name.data(), &session) != GSASL_OK) {
        throw std::runtime_error("GNU SASL cannot begin an exchange of " + name);
    }
    return std::make_unique<exchange>(session_handle(session, &gsasl_finish), *row, impl_->source,
                                      impl_->nobody);
}

}  // namespace odmr

// gsasl_exchange - see gsasl_exchange.hpp. GNU SASL leads the exchange and asks for secrets through
// on_callback().
#include "auth/gsasl_exchange.hpp"

#include "auth/secrets.hpp"
#include "protocol/command.hpp"
#include "protocol/encoding.hpp"

#include <new>
#include <utility>

namespace odmr
{

sasl_result gsasl_exchange::step(std::optional<std::string_view> response)
{
    const bool first = std::exchange(first_, false);
    if (over_)
        return refuse("the exchange is over");
    if (!response)
        return first ? advance({}) : refuse("malformed: no response");
    // None of these mechanisms knows an empty response, but GNU SASL would take one for the opening.
    if (response->empty())
        return refuse("malformed: an empty response");
    if (first && how_.server_first) {
        // Some clients send the user name along with AUTH LOGIN. An answer to an unseen challenge is none.
        if (how_.name != "LOGIN")
            return refuse("malformed: an initial response, which this mechanism does not have");
        if (auto opening = advance({}); opening.what != sasl_result::kind::challenge)
            return opening;
    }
    return advance(std::string(*response));
}

sasl_result gsasl_exchange::advance(const std::string& response)
{
    char* output = nullptr;
    std::size_t size = 0;
    const int result = gsasl_step(session_.get(), response.data(), response.size(), &output, &size);
    std::string text;
    if (result == GSASL_OK || result == GSASL_NEEDS_MORE) {
        const std::unique_ptr<char, decltype(&gsasl_free)> owner(output, &gsasl_free);
        text.assign(output ? output : "", output ? size : 0);
    }
    if (failure_) {
        over_ = true;
        return {.what = sasl_result::kind::temporary, .account = account_, .reason = *failure_};
    }
    switch (result) {
        case GSASL_NEEDS_MORE:
            return {.what = sasl_result::kind::challenge, .text = std::move(text), .account = account_};
        case GSASL_OK:
            return admit(std::move(text));
        case GSASL_AUTHENTICATION_ERROR:
            return refuse(why_wrong());
        default:
            return refuse(std::string("malformed: ") + gsasl_strerror(result));
    }
}

/// The credentials were right; what is left are the questions whose answer must not show before that.
sasl_result gsasl_exchange::admit(std::string text)
{
    if (!found_)
        return refuse("unknown account");
    if (!found_->enabled)
        return refuse("disabled");
    // RFC 4422 2: an account may act as itself, as nobody else.
    const auto acting_as = to_lower(text_of(GSASL_AUTHZID));
    if (!acting_as.empty() && acting_as != account_)
        return refuse("may not act as another account");
    over_ = true;
    return {.what = sasl_result::kind::success, .text = std::move(text), .account = account_};
}

std::string gsasl_exchange::why_wrong() const
{
    if (account_.empty())
        return "wrong credentials";
    if (!found_)
        return "unknown account";
    return lacking_ ? "no secret is kept for " + std::string(how_.name) : "wrong credentials";
}

sasl_result gsasl_exchange::refuse(std::string reason)
{
    over_ = true;
    return {.what = sasl_result::kind::refused, .account = account_, .reason = std::move(reason)};
}

int gsasl_exchange::on_callback(Gsasl*, Gsasl_session* session, Gsasl_property wanted) noexcept
{
    auto* self = static_cast<gsasl_exchange*>(gsasl_session_hook_get(session));
    if (!self)
        return GSASL_NO_CALLBACK;
    // No exception may travel through the C code that called: remember it for advance().
    try {
        return self->provide(wanted);
    } catch (const std::exception& problem) {
        self->failure_ = problem.what();
    }
    return GSASL_AUTHENTICATION_ERROR;
}

int gsasl_exchange::provide(Gsasl_property wanted)
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

void gsasl_exchange::look_up()
{
    account_ = to_lower(text_of(GSASL_AUTHID));
    found_ = source_.find_credentials(account_);
}

int gsasl_exchange::give_scram_keys()
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

int gsasl_exchange::give_cram_md5_secret()
{
    look_up();
    const auto secret = found_ ? found_->cram_md5_secret : std::nullopt;
    lacking_ = found_ && !secret;
    set(GSASL_PASSWORD, secret.value_or(nobody_.password()));
    return GSASL_OK;
}

int gsasl_exchange::validate_password()
{
    look_up();
    auto kept = found_.value_or(credentials{});
    if (!kept.scram_sha256 && !kept.scram_sha1) {
        lacking_ = found_.has_value();
        kept.scram_sha256 = nobody_.keys(scram_hash::sha256, account_);
    }
    return password_matches(kept, text_of(GSASL_PASSWORD)) ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
}

std::string gsasl_exchange::text_of(Gsasl_property property) const
{
    const char* text = gsasl_property_fast(session_.get(), property);
    return text ? text : "";
}

void gsasl_exchange::set(Gsasl_property property, const std::string& text)
{
    if (gsasl_property_set(session_.get(), property, text.c_str()) != GSASL_OK)
        throw std::bad_alloc();
}

}  // namespace odmr

// gsasl_client - the client side of an AUTH exchange by the real GNU SASL, to talk to the server under test.
#pragma once

#include <gsasl.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace odmr
{

struct client_identity {
    std::string account;
    std::string password;
    std::string acting_as;
};

class gsasl_client
{
public:
    gsasl_client(const std::string& mechanism, const client_identity& who)
    {
        Gsasl* library = nullptr;
        Gsasl_session* session = nullptr;
        if (gsasl_init(&library) != GSASL_OK ||
            gsasl_client_start(library, mechanism.c_str(), &session) != GSASL_OK) {
            throw std::runtime_error("no client for " + mechanism);
        }
        library_.reset(library);
        session_.reset(session);
        gsasl_property_set(session, GSASL_AUTHID, who.account.c_str());
        gsasl_property_set(session, GSASL_PASSWORD, who.password.c_str());
        if (!who.acting_as.empty())
            gsasl_property_set(session, GSASL_AUTHZID, who.acting_as.c_str());
    }

    /// The answer to a challenge; nullopt when the client gives up, as it does when a server cannot prove
    /// itself.
    std::optional<std::string> answer(std::string_view challenge)
    {
        char* output = nullptr;
        std::size_t size = 0;
        const int result = gsasl_step(session_.get(), challenge.data(), challenge.size(), &output, &size);
        if (result != GSASL_OK && result != GSASL_NEEDS_MORE)
            return std::nullopt;
        const std::unique_ptr<char, decltype(&gsasl_free)> owner(output, &gsasl_free);
        return output ? std::string(output, size) : std::string();
    }

private:
    std::unique_ptr<Gsasl, decltype(&gsasl_done)> library_{nullptr, &gsasl_done};
    std::unique_ptr<Gsasl_session, decltype(&gsasl_finish)> session_{nullptr, &gsasl_finish};
};

}  // namespace odmr

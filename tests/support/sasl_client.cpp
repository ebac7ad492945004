#include "support/sasl_client.hpp"

#include <gsasl.h>

#include <stdexcept>

namespace odmr::test
{
namespace
{

void must(int result)
{
    if (result != GSASL_OK && result != GSASL_NEEDS_MORE)
        throw std::runtime_error(std::string("SASL client: ") + ::gsasl_strerror(result));
}

std::string taken(char* text)
{
    std::string result = text == nullptr ? "" : text;
    ::gsasl_free(text);
    return result;
}

}  // namespace

void sasl_client::free_library::operator()(Gsasl* library) const
{
    ::gsasl_done(library);
}

void sasl_client::free_session::operator()(Gsasl_session* session) const
{
    ::gsasl_finish(session);
}

sasl_client::sasl_client(const std::string& mechanism, const std::string& user, const std::string& password)
    : speaks_first_(mechanism == "PLAIN" || mechanism.starts_with("SCRAM-"))
{
    Gsasl* library = nullptr;
    must(::gsasl_init(&library));
    library_.reset(library);
    Gsasl_session* session = nullptr;
    must(::gsasl_client_start(library, mechanism.c_str(), &session));
    session_.reset(session);
    ::gsasl_property_set(session, GSASL_AUTHID, user.c_str());
    ::gsasl_property_set(session, GSASL_PASSWORD, password.c_str());
}

std::string sasl_client::step(const std::string& challenge)
{
    char* answer = nullptr;
    const int result = ::gsasl_step64(session_.get(), challenge.c_str(), &answer);
    std::string text = taken(answer);
    must(result);
    return text;
}

std::string base64(const std::string& octets)
{
    char* text = nullptr;
    must(::gsasl_base64_to(octets.data(), octets.size(), &text, nullptr));
    return taken(text);
}

}  // namespace odmr::test

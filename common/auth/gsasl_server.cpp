// gsasl_server - see gsasl_server.hpp.
#include "auth/gsasl_server.hpp"

#include "auth/decoy.hpp"
#include "auth/gsasl_exchange.hpp"
#include "protocol/command.hpp"

#include <gsasl.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace odmr
{
namespace
{

/// Best first, as EHLO lists them.
constexpr std::array<mechanism, 5> all_mechanisms{{
    {.name = "SCRAM-SHA-256", .plaintext = false, .server_first = false},
    {.name = "SCRAM-SHA-1", .plaintext = false, .server_first = false},
    {.name = "CRAM-MD5", .plaintext = false, .server_first = true},
    {.name = "PLAIN", .plaintext = true, .server_first = false},
    {.name = "LOGIN", .plaintext = true, .server_first = true},
}};

using library_handle = std::unique_ptr<Gsasl, decltype(&gsasl_done)>;

library_handle open_library()
{
    Gsasl* library = nullptr;
    if (const int result = gsasl_init(&library); result != GSASL_OK)
        throw std::runtime_error(std::string("GNU SASL cannot be initialised: ") + gsasl_strerror(result));
    gsasl_callback_set(library, &gsasl_exchange::on_callback);
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
    for (const auto& candidate : all_mechanisms)
        if (impl_->offers(candidate, tls))
            names.emplace_back(candidate.name);
    return names;
}

std::unique_ptr<sasl_exchange> gsasl_server::begin(std::string_view mechanism, bool tls)
{
    const auto name = to_upper(mechanism);
    const auto* const row = std::find_if(all_mechanisms.begin(), all_mechanisms.end(),
                                         [&](const auto& candidate) { return candidate.name == name; });
    if (row == all_mechanisms.end() || !impl_->offers(*row, tls))
        return nullptr;
    Gsasl_session* session = nullptr;
    if (gsasl_server_start(impl_->library.get(), row->name.data(), &session) != GSASL_OK)
        throw std::runtime_error("GNU SASL cannot begin an exchange of " + name);
    return std::make_unique<gsasl_exchange>(gsasl_session(session, &gsasl_finish), *row, impl_->source,
                                            impl_->nobody);
}

}  // namespace odmr

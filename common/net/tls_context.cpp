#include "net/tls_context.hpp"

#include <openssl/ssl.h>

#include <stdexcept>

namespace odmr
{

namespace ssl = boost::asio::ssl;

tls_context::tls_context(const std::string& certificate_file, const std::string& key_file,
                         tls_version minimum)
    : context_(ssl::context::tls_server)
{
    boost::system::error_code error;
    const auto check = [&](const std::string& file) {
        if (error)
            throw std::runtime_error(file + ": " + error.message());
    };
    SSL_CTX_set_min_proto_version(native(), minimum == tls_version::tls1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    // An idle session keeps no record buffers, and one that ended leaves nothing behind: whoever wants to
    // resume it keeps a ticket.
    SSL_CTX_set_mode(native(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(native(), SSL_SESS_CACHE_OFF);
    // A record's header and its content are read together.
    SSL_CTX_set_read_ahead(native(), 1);
    // A renegotiation is never wanted. Every lost line looks like an end without a goodbye.
    context_.set_options(ssl::context::default_workarounds | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                             SSL_OP_IGNORE_UNEXPECTED_EOF,
                         error);
    check(certificate_file);
    context_.use_certificate_chain_file(certificate_file, error);
    check(certificate_file);
    context_.use_private_key_file(key_file, ssl::context::pem, error);
    check(key_file);
    if (SSL_CTX_check_private_key(native()) != 1)
        throw std::runtime_error(key_file + ": is not the key of " + certificate_file);
}

}  // namespace odmr

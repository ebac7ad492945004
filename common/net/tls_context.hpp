// tls_context - the certificate and rules for TLS as a server.
#pragma once

#include "core/settings.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace odmr
{

class tls_context
{
public:
    /// Loads a certificate chain and its key (PEM). Throws std::runtime_error that names the file and what is
    /// wrong with it.
    tls_context(const std::string& certificate_file, const std::string& key_file, tls_version minimum);

    SSL_CTX* native() { return context_.native_handle(); }

private:
    boost::asio::ssl::context context_;
};

}  // namespace odmr

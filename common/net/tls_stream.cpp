#include "net/tls_stream.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <utility>

namespace odmr
{

namespace
{

error_code last_error()
{
    return {static_cast<int>(::ERR_get_error()), asio::error::get_ssl_category()};
}

}  // namespace

void tls_stream::free_ssl::operator()(ssl_st* ssl) const
{
    ::SSL_free(ssl);
}

tls_stream::tls_stream(std::shared_ptr<tls_context> context, int socket)
    : context_(std::move(context)), ssl_(::SSL_new(context_->native()))
{
    if (!ssl_ || ::SSL_set_fd(ssl_.get(), socket) != 1)
        throw boost::system::system_error(last_error());
    ::SSL_set_accept_state(ssl_.get());
}

io_step tls_stream::handshake()
{
    ::ERR_clear_error();
    const int result = ::SSL_do_handshake(ssl_.get());
    return outcome(result, 0);
}

io_step tls_stream::read(asio::mutable_buffer into)
{
    ::ERR_clear_error();
    std::size_t count = 0;
    const int result = ::SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
    return outcome(result, count);
}

io_step tls_stream::write(std::string_view octets)
{
    ::ERR_clear_error();
    std::size_t count = 0;
    const int result = ::SSL_write_ex(ssl_.get(), octets.data(), octets.size(), &count);
    return outcome(result, count);
}

io_step tls_stream::shut_down()
{
    ::ERR_clear_error();
    int result = ::SSL_shutdown(ssl_.get());
    if (result == 0)  // ours is said
        result = ::SSL_shutdown(ssl_.get());
    return outcome(result, 0);
}

bool tls_stream::input_pending() const
{
    return ::SSL_has_pending(ssl_.get()) == 1;
}

std::string tls_stream::summary() const
{
    return std::string(::SSL_get_version(ssl_.get())) + " " + ::SSL_get_cipher_name(ssl_.get());
}

io_step tls_stream::outcome(int result, std::size_t count) const
{
    const int system_error = errno;
    switch (::SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_NONE:
            return {.count = count};
        case SSL_ERROR_WANT_READ:
            return {.waits_for = io_step::wait::input};
        case SSL_ERROR_WANT_WRITE:
            return {.waits_for = io_step::wait::output};
        case SSL_ERROR_ZERO_RETURN:
            return {.error = asio::error::eof};
        case SSL_ERROR_SYSCALL:
            if (system_error != 0)
                return {.error = error_code(system_error, asio::error::get_system_category())};
            return {.error = asio::error::eof};
        default:
            return {.error = last_error()};
    }
}

}  // namespace odmr

#include "support/connection.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace odmr::test
{
namespace
{

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

file_descriptor connect_to(std::uint16_t port)
{
    file_descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail("connect");
    return socket;
}

std::string tls_error()
{
    char text[256] = "closed";
    if (const unsigned long code = ::ERR_get_error(); code != 0)
        ::ERR_error_string_n(code, text, sizeof text);
    ::ERR_clear_error();
    return text;
}

using tls_context = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;

}  // namespace

void connection::free_tls::operator()(ssl_st* tls) const
{
    ::SSL_free(tls);
}

connection::connection(std::uint16_t port) : connection(connect_to(port)) {}

connection::connection(file_descriptor accepted) : socket_(std::move(accepted))
{
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with write(2)
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
}

connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;
connection::~connection() = default;

void connection::wait_for(short events)
{
    pollfd poll_for{socket_.get(), events, 0};
    const int n = ::poll(&poll_for, 1, static_cast<int>(limit_.count()));
    if (n == 0)
        throw peer_silent("the peer is silent");
    if (n < 0 && errno != EINTR)
        fail("poll");
}

bool connection::retry_tls(int result, const char* what)
{
    switch (::SSL_get_error(tls_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            wait_for(POLLIN);
            return true;
        case SSL_ERROR_WANT_WRITE:
            wait_for(POLLOUT);
            return true;
        default:
            throw connection_closed(std::string(what) + ": " + tls_error());
    }
}

void connection::start_tls(const std::filesystem::path& trusted_certificate)
{
    if (!received_.empty())
        throw std::runtime_error("octets came before TLS: " + received_);
    const tls_context context(::SSL_CTX_new(::TLS_client_method()), &::SSL_CTX_free);
    ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (::SSL_CTX_load_verify_locations(context.get(), trusted_certificate.c_str(), nullptr) != 1)
        throw std::runtime_error("certificate: " + tls_error());
    tls_.reset(::SSL_new(context.get()));
    ::SSL_set_fd(tls_.get(), socket_.get());
    for (int result = 0; (result = ::SSL_connect(tls_.get())) != 1;)
        retry_tls(result, "TLS handshake");
}

void connection::write(std::string_view octets)
{
    while (!octets.empty()) {
        ssize_t n = 0;
        if (tls_) {
            n = ::SSL_write(tls_.get(), octets.data(), static_cast<int>(octets.size()));
            if (n <= 0 && retry_tls(static_cast<int>(n), "write"))
                continue;
        } else {
            n = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
            if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
                wait_for(POLLOUT);
                continue;
            }
            if (n < 0)
                throw connection_closed("the peer closed the connection");
        }
        octets.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::string connection::read_some()
{
    if (!received_.empty())
        return std::exchange(received_, {});
    char block[16384];
    return {block, read_some(block)};
}

std::size_t connection::read_some(std::span<char> block)
{
    if (const std::size_t known = received_.copy(block.data(), block.size()); known > 0) {
        received_.erase(0, known);
        return known;
    }
    for (;;) {
        ssize_t n = 0;
        if (tls_) {
            n = ::SSL_read(tls_.get(), block.data(), static_cast<int>(block.size()));
            if (n <= 0 && retry_tls(static_cast<int>(n), "read"))
                continue;
        } else {
            n = ::recv(socket_.get(), block.data(), block.size(), 0);
            if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
                wait_for(POLLIN);
                continue;
            }
            if (n <= 0)
                throw connection_closed("the peer closed the connection");
        }
        return static_cast<std::size_t>(n);
    }
}

std::string connection::read_line()
{
    std::string line;
    for (;;) {
        std::string more = read_some();
        const std::size_t old = line.size();
        line += more;
        const std::size_t end = line.find('\n', old);
        if (end == std::string::npos)
            continue;
        received_ = line.substr(end + 1);
        line.resize(end);
        if (line.empty() || line.back() != '\r')
            throw std::runtime_error("a line ends in a bare LF: " + line);
        line.pop_back();
        return line;
    }
}

std::string connection::read_reply()
{
    std::string reply;
    for (;;) {
        const std::string line = read_line();
        reply += line;
        if (line.size() < 4 || line[3] != '-')
            return reply;
        reply += '\n';
    }
}

std::string connection::read_until_closed()
{
    std::string all;
    try {
        for (;;)
            all += read_some();
    } catch (const connection_closed&) {
        return all;
    }
}

void connection::cancel()
{
    ::shutdown(socket_.get(), SHUT_RDWR);
}

void connection::reset()
{
    const linger at_once{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    tls_.reset();
    socket_.reset();
}

}  // namespace odmr::test

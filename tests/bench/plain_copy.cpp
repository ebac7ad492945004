#include "bench/plain_copy.hpp"

#include "bench/numbered_mail.hpp"
#include "bench/unix_socket.hpp"
#include "support/connection.hpp"
#include "support/listener.hpp"
#include "support/temp_dir.hpp"

#include <sys/socket.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace odmr::bench
{
namespace
{

using test::connection;

constexpr std::size_t forwarded_octets = 64 * 1024;  ///< at a time
constexpr std::size_t received_octets = 256 * 1024;  ///< as fast_customer does

connection accepted_by(int listener)
{
    test::file_descriptor socket(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (socket.get() < 0)
        throw std::runtime_error("nobody comes");
    return connection(std::move(socket));
}

/// Reads until the other end closes.
template <class Take>
void read_all(connection& from, std::size_t at_a_time, Take take)
{
    std::vector<char> block(at_a_time);
    try {
        for (;;)
            take(std::string_view(block.data(), from.read_some(block)));
    } catch (const test::connection_closed&) {
    }
}

}  // namespace

test::clock::duration copy_plainly(std::uint64_t octets)
{
    const test::temp_dir directory;
    const test::file_descriptor unix_listener = listen_on_unix(directory.path() / "socket");
    const test::listener tcp_listener;
    connection sender(connect_to_unix(directory.path() / "socket"));
    connection in = accepted_by(unix_listener.get());
    connection out(tcp_listener.port());
    connection receiver = accepted_by(tcp_listener.descriptor());
    const numbered_mail message(0, octets);

    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    const auto begin = test::clock::now();
    {
        const std::jthread sends([&] {
            message.write(numbered_mail::form::dot_stuffed, [&](std::string_view piece) {
                sender.write(piece);
                sent += piece.size();
            });
            sender.cancel();
        });
        const std::jthread forwards([&] {
            read_all(in, forwarded_octets, [&](std::string_view block) { out.write(block); });
            out.cancel();
        });
        read_all(receiver, received_octets, [&](std::string_view block) { received += block.size(); });
    }
    const auto time = test::clock::now() - begin;
    if (sent != received)
        throw std::runtime_error("the plain copy has lost octets");
    return time;
}

}  // namespace odmr::bench

// listener - ports on loopback, and UNIX sockets.
#pragma once

#include "support/file_descriptor.hpp"
#include "support/wait.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace odmr::test
{

/// A port of 127.0.0.1 kept for a program that binds it later with SO_REUSEADDR, as Postfix does. As long as
/// this lives the kernel gives the port to nobody else, so tests that run side by side do not collide.
class reserved_port
{
public:
    reserved_port();

    [[nodiscard]] std::uint16_t number() const { return number_; }

private:
    std::uint16_t number_ = 0;  // before the socket, whose making sets it
    file_descriptor socket_;
};

/// Whether anybody listens on that port of 127.0.0.1, as the kernel has it: nobody is disturbed.
bool listens(std::uint16_t port);

/// Listens on a free port of 127.0.0.1, or on a UNIX socket.
class listener
{
public:
    listener();
    /// path: no file of that name may be there yet.
    explicit listener(const std::filesystem::path& path);

    [[nodiscard]] std::uint16_t port() const { return port_; }      ///< 0 of a UNIX socket
    [[nodiscard]] int descriptor() const { return socket_.get(); }  ///< for poll(2)
    /// The next connection; nothing when none came within limit.
    std::optional<file_descriptor> accept(milliseconds limit);

private:
    std::uint16_t port_ = 0;  // before the socket, whose making sets it
    file_descriptor socket_;
};

}  // namespace odmr::test

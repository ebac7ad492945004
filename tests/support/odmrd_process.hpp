// odmrd_process - the odmrd of this build, running.
#pragma once

#include "support/child_process.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace odmr::test
{

class odmrd_process
{
public:
    /// Starts it with that configuration file, which must say log_to = stderr, and waits until so many
    /// listeners are ready. launcher: a command that is to run it; empty for none. Throws
    /// std::runtime_error, with its log, when they do not become so.
    odmrd_process(const std::filesystem::path& config_file, std::size_t listeners,
                  std::vector<std::string> launcher = {});

    /// The ports it listens on: those of `listen`, then those of `listen_tls`.
    [[nodiscard]] std::uint16_t port(std::size_t listener = 0) const { return ports_.at(listener); }

    /// SIGTERM, without waiting for the end.
    void begin_stop() const;
    /// SIGTERM, and its exit status once it has ended. Throws std::runtime_error when it does not end.
    int stop();
    /// SIGKILL, and waits until it is dead.
    void kill_9();
    /// It gets no time to run until resume().
    void pause() const;
    void resume() const;
    void reread_configuration() const;

    /// How much memory of its own it has in use, in octets.
    [[nodiscard]] std::size_t memory() const;

    [[nodiscard]] bool running() { return process_.running(); }
    [[nodiscard]] std::string log() const { return process_.standard_error(); }

private:
    child_process process_;
    std::vector<std::uint16_t> ports_;
};

}  // namespace odmr::test

// daemon - odmr-milter as a process: background, pid file, user, socket, signals, and libmilter's loop.
#pragma once

#include "milter/options.hpp"

#include <stdexcept>

namespace odmr::milter
{

/// Something outside is not as it must be; status is one of sysexits.h.
class failure : public std::runtime_error
{
public:
    failure(int status, const std::string& what) : std::runtime_error(what), status_(status) {}
    [[nodiscard]] int status() const { return status_; }

private:
    int status_;
};

/// Serves until SIGTERM or SIGINT, and ends the process then. Throws `failure` when it cannot begin.
[[noreturn]] void run_daemon(const options& how);

}  // namespace odmr::milter

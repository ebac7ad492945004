// short_units - sizes and ages as people read them in a table: short, and no more exact than is of use.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace odmr::ctl
{

/// "0", "512", "3.4K", "12M": rounded down, in units of 1024.
std::string short_size(std::uint64_t octets);

/// "42s", "5min", "2h", "3d": whole units that have passed. Less than nothing is nothing.
std::string short_age(std::chrono::seconds age);

/// "2026-03-01 08:30:00", in local time.
std::string local_time(std::chrono::sys_seconds when);

}  // namespace odmr::ctl

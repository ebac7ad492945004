// open_files - how many descriptors the process may have.
#pragma once

#include <cstddef>

namespace odmr
{

/// Raises the limit as far as the process may, and beyond what it was started with when that is less than
/// wanted and the process is privileged. Returns what is in force then.
std::size_t raise_open_files(std::size_t wanted);

}  // namespace odmr

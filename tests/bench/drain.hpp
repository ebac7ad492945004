// drain - a customer who comes, says ATRN and takes all of its mail as fast as it is brought.
#pragma once

#include "bench/site.hpp"

#include <cstddef>

namespace odmr::bench
{

struct drained {
    std::size_t messages = 0;
    clock::duration first{};  ///< from ATRN to the end of the first message
    clock::duration all{};    ///< to the end of the last one
};

/// Throws std::runtime_error when odmrd refuses, or does not end the session in good order.
drained drain(const site& provider, std::size_t customer);

}  // namespace odmr::bench

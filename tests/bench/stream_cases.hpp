// stream_cases - how fast large messages come, and what they cost.
#pragma once

#include "bench/options.hpp"
#include "bench/report.hpp"

#include <cstdint>

namespace odmr::bench
{

inline constexpr std::uint64_t large_octets = 20'000'000;  ///< a large message
inline constexpr double megabyte = 1'000'000;

/// An LMTP client hands large messages to odmrd, which brings them to a customer: against a plain copy.
void relay_alone(const options& how, report& into);
/// A message of 1 GB on the same way: how much memory odmrd takes for it.
void memory(const options& how, report& into);
/// Large messages out of Postfix's queue, against what Postfix delivers to an LMTP server beside it.
void through_postfix(const options& how, report& into);

}  // namespace odmr::bench

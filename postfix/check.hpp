// check - compares a Postfix as it is configured now with what odmr needs, point by point, and says what to
// change.
//
// Nothing is changed here. What is read is postconf's view of main.cf and master.cf, the lookup tables by
// postmap, the sockets as Postfix sees them, and one harmless question to the policy server.
#pragma once

#include "core/check_report.hpp"
#include "core/settings.hpp"

#include <vector>

namespace odmr::postfix
{

/// Every point, in the order of the table in check.cpp; at least one finding for each. It runs commands and
/// waits for them. Throws std::runtime_error when Postfix's configuration cannot be read.
std::vector<finding> check_postfix(const settings& s, const check_subject& subject);

}  // namespace odmr::postfix

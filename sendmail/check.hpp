// check - compares a Sendmail as it is configured now with what odmr needs, point by point, and says what to
// change.
//
// Nothing is changed here. What is read is sendmail.cf, the two tables, what Sendmail itself makes of the
// customers' domains (sendmail -bt), its answer to ETRN, who listens on the sockets, and how the machine is
// called.
#pragma once

#include "core/check_report.hpp"
#include "core/settings.hpp"

#include <vector>

namespace odmr::sendmail
{

/// Every point, in the order of the table in check.cpp; at least one finding for each. It runs commands and
/// waits for them. Throws std::runtime_error when sendmail.cf cannot be read.
std::vector<finding> check_sendmail(const settings& s, const check_subject& subject);

}  // namespace odmr::sendmail

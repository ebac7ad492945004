// drain_cases - how fast waiting mail comes to customers, measured with a real Postfix and a real Sendmail.
#pragma once

#include "bench/options.hpp"
#include "bench/report.hpp"

namespace odmr::bench
{

/// One customer with messages of 4 KB, on lines with and without delay, against what the same Postfix
/// delivers to an LMTP server beside it, and against a relay that waits for each answer.
void rates(const options& how, report& into);
/// Twenty customers who take their mail at the same time, with and without one who stalls.
void neighbours(const options& how, report& into);
/// The same without delay and at 100 ms, where the mail waits in Sendmail.
void sendmail(const options& how, report& into);

}  // namespace odmr::bench

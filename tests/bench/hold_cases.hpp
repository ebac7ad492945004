// hold_cases - what holding mail costs and gives, measured with a real Postfix.
#pragma once

#include "bench/options.hpp"
#include "bench/report.hpp"

namespace odmr::bench
{

/// 20,000 messages for one customer who comes: how fast, and what everybody else notices of it.
void one_customer(const options& how, report& into);
/// 100,000 messages for 1,000 customers: odmrd starts, lists the queue, and one of them comes.
void many_customers(const options& how, report& into);
/// What it costs that Postfix asks odmrd about every message.
void policy_cost(const options& how, report& into);

}  // namespace odmr::bench

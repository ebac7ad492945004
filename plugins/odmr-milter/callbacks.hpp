// callbacks - what libmilter calls for each step of a mail transaction, and what is told to the mail system
// then. (https://milter.org or libmilter/docs of Sendmail describe the functions.)
//
// libmilter has threads of its own and hands them the steps of its connections as they come.
#pragma once

#include "milter/policy_pool.hpp"

#include <libmilter/mfapi.h>

namespace odmr::milter
{

/// The description of this milter for smfi_register. pool: what all connections ask; it must live as long as
/// libmilter does. There is one, because libmilter gives its callbacks no more than a connection.
smfiDesc description(policy_pool& pool);

}  // namespace odmr::milter

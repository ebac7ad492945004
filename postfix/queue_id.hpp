// queue_id - what Postfix names a message in its queue, in the form that root's commands may be given.
#pragma once

#include <string_view>

namespace odmr::postfix
{

/// True for the two forms and for nothing else (postconf(5), enable_long_queue_ids):
///   short  upper-case hexadecimal: five digits of microseconds, then the inode:  08441A86312
///   long   base 52, digits and consonants: seconds and microseconds, "z", and the inode, which has no "z":
///          4jXH4t0txFz1cBNb
bool is_queue_id(std::string_view text);

}  // namespace odmr::postfix

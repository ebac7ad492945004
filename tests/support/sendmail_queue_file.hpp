// sendmail_queue_file - reads a file of Sendmail's queue, as the "Sendmail Installation and Operation Guide",
// appendix B, describes it.
//
// Only tests may look there: the format is Sendmail's own. They do because `sendmail -bp` cuts addresses
// short.
#pragma once

#include "support/queued_message.hpp"

#include <string>
#include <string_view>

namespace odmr::test
{

/// text: what is in the file qfID. Lines it does not know are passed over.
queued_message read_queue_file(const std::string& queue_name, const std::string& queue_id,
                               std::string_view text);

}  // namespace odmr::test

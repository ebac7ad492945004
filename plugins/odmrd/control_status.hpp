// control_status - the requests about the daemon itself and its sessions: odmrctl status, session list,
// session end.
#pragma once

#include "odmrd/control_commands.hpp"

namespace odmr
{

/// words: a customer, or none for all of them.
awaitable<nlohmann::ordered_json> control_status(service& all, control_words words, control_output& out);
awaitable<nlohmann::ordered_json> control_session_list(service& all, control_words words,
                                                       control_output& out);
/// words: the id of a session, or a customer.
awaitable<nlohmann::ordered_json> control_session_end(service& all, control_words words, control_output& out);

}  // namespace odmr

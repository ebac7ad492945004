// control_mail - the requests about mail that waits: odmrctl queue, release, release --adopt, reconcile.
#pragma once

#include "odmrd/control_commands.hpp"

namespace odmr
{

/// words: a customer or a domain, or none for all mail.
awaitable<nlohmann::ordered_json> control_queue(service& all, control_words words, control_output& out);
/// words: customers, domains and queue ids; when one of them names nothing we hold, nothing is let go.
awaitable<nlohmann::ordered_json> control_release(service& all, control_words words, control_output& out);
/// words: a customer. What somebody else has put on hold and is all for that customer becomes ours.
awaitable<nlohmann::ordered_json> control_adopt(service& all, control_words words, control_output& out);
awaitable<nlohmann::ordered_json> control_reconcile(service& all, control_words words, control_output& out);

}  // namespace odmr

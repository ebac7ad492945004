// mail_system - the only place that knows which mail systems there are: it makes what the one of the
// configuration needs.
#pragma once

#include "core/ledger.hpp"
#include "core/settings.hpp"
#include "net/asio.hpp"
#include "queue/agent_client.hpp"
#include "queue/host_mta.hpp"
#include "queue/queue_agent.hpp"
#include "store/hold_store.hpp"
#include "store/stored_directory.hpp"

#include <functional>
#include <memory>
#include <string>

namespace odmr
{

/// What an adapter works with. All but the agent outlive it.
struct adapter_surroundings {
    std::function<const settings&()> current;
    ledger& books;
    hold_store& records;
    const stored_directory& directory;
    std::shared_ptr<agent_client> agent;  ///< nullptr when there is none
    /// Called for each LMTP connection; domain: whose mail it may bring, empty for anybody's.
    std::function<void(stream_socket, const std::string& domain)> connected;
};

std::unique_ptr<host_mta> make_host_mta(const asio::any_io_executor& executor, adapter_surroundings with);

/// The only part that stays root; nullptr when we are not, or the mail system needs none. To be called before
/// there is an event loop.
std::unique_ptr<queue_agent> fork_queue_agent(const settings& config);

/// Makes the folder of the LMTP sockets when it is missing. To be called while we are root, if we are. Throws
/// std::runtime_error.
void prepare_socket_dir(const settings& config);

}  // namespace odmr

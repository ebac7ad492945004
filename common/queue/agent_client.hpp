// agent_client - the daemon's side of its queue agent.
//
// One request is under way at a time; who comes meanwhile waits for his turn. Nothing the agent does takes
// long: listings and flushes of a domain need no privileges and do not come here.
#pragma once

#include "net/asio.hpp"
#include "queue/queue_commands.hpp"

#include <memory>
#include <string>
#include <vector>

namespace odmr
{

class agent_client
{
public:
    /// socket: what queue_agent::release_socket() gave; closed with this object, which ends the agent.
    /// limit: for one answer; longer than the limit of any of the agent's commands.
    agent_client(const asio::any_io_executor& executor, int socket,
                 std::chrono::steady_clock::duration limit);
    ~agent_client();
    agent_client(const agent_client&) = delete;
    agent_client& operator=(const agent_client&) = delete;

    /// Releases these messages, in batches the agent takes: the ids that are really on hold no more. What is
    /// missing without a problem was not on hold (or not yet: a message that is still arriving). With a
    /// problem, later batches were not tried.
    awaitable<command_outcome> release(std::vector<std::string> ids);

    /// Has the MTA look at its deferred mail now; flush_dead: and try again what it believes dead.
    awaitable<command_outcome> wake(bool flush_dead);

    /// False once the agent has ended, or has not answered in time: then nothing can be released until the
    /// daemon is started again.
    [[nodiscard]] bool alive() const;

private:
    struct link;
    std::shared_ptr<link> link_;
};

}  // namespace odmr

// queue_agent - the only part of the daemon that stays root: a small process that lets the mail server's own
// commands release mail and look at its queue, when the daemon asks for it.
//
// It is forked before the daemon has an event loop, a thread or a customer, and it has none of these: it
// reads one request at a time from its end of a socket pair, checks every octet of it, runs one command with
// fixed arguments and no shell, and answers. It ends when the daemon's end closes, whatever way the daemon
// ended.
#pragma once

#include "queue/agent_protocol.hpp"
#include "queue/queue_commands.hpp"

#include <sys/types.h>

#include <string_view>

namespace odmr
{

/// What the agent answers to these octets, once it has done what they ask for. Nothing is done for a request
/// that is wrong anywhere.
agent_answer answer_request(std::string_view octets, queue_commands& commands);

/// The agent's whole life: answers what comes from the socket until its other end closes.
void serve_queue_agent(int socket, queue_commands& commands);

/// The agent as the daemon's child.
class queue_agent
{
public:
    /// Forks it. To be called while the process has one thread and the privileges that the commands need.
    /// Throws std::system_error.
    explicit queue_agent(queue_commands& commands);
    /// Closes the socket, if nobody took it, and waits for the agent, which ends when the daemon's end is
    /// closed and the command it runs is done: so whoever took the socket must have closed it.
    ~queue_agent();
    queue_agent(const queue_agent&) = delete;
    queue_agent& operator=(const queue_agent&) = delete;

    /// The daemon's end, which is the caller's to close from now on. Once.
    [[nodiscard]] int release_socket();
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    int socket_ = -1;
    pid_t pid_ = -1;
};

}  // namespace odmr

#include "queue/queue_agent.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

namespace odmr
{

namespace
{

constexpr int agent_socket = STDERR_FILENO + 1;  // the only descriptor that is not one of the standard three

agent_answer refused(std::string reason)
{
    return {agent_answer::kind::refused, std::move(reason)};
}

/// False when the daemon has gone.
bool send_answer(int socket, const agent_answer& answer)
{
    const std::string octets = encode(answer);
    ssize_t sent = 0;
    do {
        sent = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == static_cast<ssize_t>(octets.size());
}

/// Leaves behind what the daemon has. A signal to the whole process group must not end a release half done,
/// so the agent ignores those; it ends with its socket.
void settle(int socket)
{
    ::prctl(PR_SET_NAME, "odmr-agent");
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
        ::signal(number, SIG_IGN);
    ::signal(SIGCHLD, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::umask(077);
    if (::chdir("/") != 0 || ::dup2(socket, agent_socket) < 0 || ::close_range(agent_socket + 1, ~0U, 0) != 0)
        ::_exit(EXIT_FAILURE);
}

/// Never returns into the daemon's code, and runs none of its destructors.
[[noreturn]] void live_as_agent(int socket, queue_commands& commands)
{
    settle(socket);
    try {
        serve_queue_agent(agent_socket, commands);
    } catch (...) {
        ::_exit(EXIT_FAILURE);  // the daemon sees its end close
    }
    ::_exit(EXIT_SUCCESS);
}

}  // namespace

agent_answer answer_request(std::string_view octets, queue_commands& commands)
{
    const auto request = decode_request(octets);
    if (!request)
        return refused("not a request");
    for (const std::string& id : request->ids)
        if (!commands.valid_id(id))
            return refused(id + " is not a queue id");
    command_outcome outcome;
    if (request->what == agent_request::kind::release)
        outcome = commands.release(request->ids);
    else
        outcome = commands.wake(request->what == agent_request::kind::wake_flush);
    const auto what = outcome.problem.empty() ? agent_answer::kind::done : agent_answer::kind::failed;
    return {what, std::move(outcome.problem), std::move(outcome.released)};
}

void serve_queue_agent(int socket, queue_commands& commands)
{
    std::vector<char> buffer(max_agent_message);
    for (;;) {
        // MSG_TRUNC: the real size of the message, even when the buffer is too small for it.
        const ssize_t received = ::recv(socket, buffer.data(), buffer.size(), MSG_TRUNC);
        if (received < 0 && errno == EINTR)
            continue;
        if (received <= 0)
            return;
        const auto size = static_cast<std::size_t>(received);
        const agent_answer answer =
            size > buffer.size() ? refused("too long") : answer_request({buffer.data(), size}, commands);
        if (!send_answer(socket, answer))
            return;
    }
}

queue_agent::queue_agent(queue_commands& commands)
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "queue agent: socketpair");
    const auto [ours, agents] = ends;
    pid_ = ::fork();
    if (pid_ == 0) {
        ::close(ours);
        live_as_agent(agents, commands);
    }
    const int error = errno;
    ::close(agents);
    socket_ = ours;
    if (pid_ < 0) {
        ::close(ours);
        throw std::system_error(error, std::generic_category(), "queue agent: fork");
    }
}

queue_agent::~queue_agent()
{
    if (socket_ >= 0)
        ::close(socket_);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

int queue_agent::release_socket()
{
    return std::exchange(socket_, -1);
}

}  // namespace odmr

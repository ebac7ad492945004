// new_password - see new_password.hpp.
#include "odmrctl/new_password.hpp"

#include "auth/secrets.hpp"
#include "odmrctl/command.hpp"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <optional>

namespace odmr::ctl
{
namespace
{

volatile std::sig_atomic_t caught = 0;

/// While it lives, a signal that would end the program is seen only in wait_for_input(), so that the terminal
/// does not stay silent; the program ends by it afterwards.
class deferred_signals
{
public:
    deferred_signals()
    {
        caught = 0;
        sigset_t blocked;
        ::sigemptyset(&blocked);
        for (const int number : numbers)
            ::sigaddset(&blocked, number);
        ::sigprocmask(SIG_BLOCK, &blocked, &mask_before_);
        struct sigaction remember{};
        remember.sa_handler = [](int number) { caught = number; };
        for (std::size_t i = 0; i < numbers.size(); ++i)
            ::sigaction(numbers[i], &remember, &before_[i]);
    }
    ~deferred_signals()
    {
        for (std::size_t i = 0; i < numbers.size(); ++i)
            ::sigaction(numbers[i], &before_[i], nullptr);
        ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
        if (caught != 0)
            ::raise(caught);
    }
    deferred_signals(const deferred_signals&) = delete;
    deferred_signals& operator=(const deferred_signals&) = delete;

    /// Whether there is something to read, or the end of it, before one of the signals. Let in only while it
    /// waits, no signal can come between a look at `caught` and a read that then lasts for ever.
    [[nodiscard]] bool wait_for_input() const
    {
        pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
        while (caught == 0)
            if (::ppoll(&input, 1, nullptr, &mask_before_) >= 0 || errno != EINTR)
                return true;
        return false;
    }

private:
    static constexpr std::array<int, 4> numbers{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    std::array<struct sigaction, numbers.size()> before_{};
    sigset_t mask_before_{};
};

class silent_terminal
{
public:
    silent_terminal()
    {
        ::tcgetattr(STDIN_FILENO, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~silent_terminal() { ::tcsetattr(STDIN_FILENO, TCSANOW, &before_); }
    silent_terminal(const silent_terminal&) = delete;
    silent_terminal& operator=(const silent_terminal&) = delete;

private:
    termios before_{};
};

/// One line of standard input without its end; nullopt when there is none, or a signal came first. No longer
/// than tells that it is too long.
std::optional<std::string> read_line(const deferred_signals* signals = nullptr)
{
    std::string line;
    while (line.size() <= max_password_octets) {
        if (signals != nullptr && !signals->wait_for_input())
            return std::nullopt;
        char octet = 0;
        const auto count = ::read(STDIN_FILENO, &octet, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return line.empty() || count < 0 ? std::nullopt : std::optional(line);
        if (octet == '\n')
            break;
        line += octet;
    }
    return line;
}

std::string ask(const std::string& question)
{
    std::optional<std::string> answer;
    {
        const deferred_signals signals;
        const silent_terminal silence;  // before the question: an answer may come at once
        std::cerr << question << std::flush;
        answer = read_line(&signals);
    }
    if (!answer)
        throw bad_data("no password was given");
    return *answer;
}

}  // namespace

std::string read_new_password(std::string_view customer)
{
    if (::isatty(STDIN_FILENO) == 0) {
        const auto line = read_line();
        if (!line)
            throw bad_data("no password on standard input; expected one line");
        return *line;
    }
    auto password = ask("New password for " + std::string(customer) + ": ");
    if (ask("The same again: ") != password)
        throw bad_data("the two passwords differ");
    return password;
}

}  // namespace odmr::ctl

// odmrctl_terminal - see odmrctl_terminal.hpp.
#include "odmrctl_terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <pty.h>
#include <system_error>

namespace odmr::test
{

program_at_terminal::program_at_terminal(const std::vector<std::string>& arguments)
{
    std::vector<char*> pointers;
    for (const auto& argument : arguments)
        pointers.push_back(const_cast<char*>(argument.c_str()));  // exec's interface is older than const
    pointers.push_back(nullptr);

    int near = -1;
    int far = -1;
    if (::openpty(&near, &far, nullptr, nullptr, nullptr) != 0)
        throw std::system_error(errno, std::generic_category(), "openpty");
    terminal_ = file_descriptor(near);
    far_end_ = file_descriptor(far);
    pid_ = ::fork();
    if (pid_ < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) {
        ::setsid();
        ::ioctl(far, TIOCSCTTY, 0);  // so that ^C reaches it
        for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            ::dup2(far, standard);
        ::close(near);
        ::execv(pointers.front(), pointers.data());
        ::_exit(127);
    }
}

program_at_terminal::~program_at_terminal()
{
    if (status_)
        return;
    ::kill(pid_, SIGKILL);
    wait();
}

void program_at_terminal::read_screen()
{
    char block[4096];
    pollfd ready{.fd = terminal_.get(), .events = POLLIN, .revents = 0};
    while (::poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN) != 0) {
        const auto count = ::read(terminal_.get(), block, sizeof block);
        if (count <= 0)
            return;
        screen_.append(block, static_cast<std::size_t>(count));
    }
}

bool program_at_terminal::shows(const std::string& text)
{
    return wait_until([&] {
        read_screen();
        return screen_.find(text) != std::string::npos;
    });
}

void program_at_terminal::type(const std::string& keys) const
{
    if (::write(terminal_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw std::system_error(errno, std::generic_category(), "terminal");
}

bool program_at_terminal::echoes() const
{
    termios now{};
    ::tcgetattr(far_end_.get(), &now);
    return (now.c_lflag & ECHO) != 0;
}

std::optional<int> program_at_terminal::wait()
{
    const auto ended = [this] {
        int status = 0;
        if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_)
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return status_.has_value();
    };
    if (!wait_until(ended))
        return std::nullopt;
    read_screen();
    return status_;
}

}  // namespace odmr::test

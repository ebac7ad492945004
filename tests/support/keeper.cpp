#include "support/keeper.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace odmr::test
{

keeper::keeper(pid_t who)
{
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ != 0)
        return;
    // Other threads may have held locks at the fork, so only system calls are made here.
    sigset_t term;
    ::sigemptyset(&term);
    ::sigaddset(&term, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &term, nullptr);
    ::close_range(0, ~0U, 0);
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() == parent)
        ::sigwaitinfo(&term, nullptr);
    ::kill(who, SIGTERM);
    ::_exit(0);
}

keeper::~keeper()
{
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

}  // namespace odmr::test

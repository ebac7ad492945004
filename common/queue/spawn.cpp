#include "queue/spawn.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace odmr
{

namespace
{

[[noreturn]] void fail(int error, const std::string& what)
{
    throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

descriptor& descriptor::operator=(descriptor&& other) noexcept
{
    std::swap(fd_, other.fd_);
    return *this;
}

descriptor::~descriptor()
{
    if (fd_ >= 0)
        ::close(fd_);
}

int descriptor::release()
{
    return std::exchange(fd_, -1);
}

descriptor memory_file(std::string_view text)
{
    descriptor file(::memfd_create("command", MFD_CLOEXEC));
    if (!file)
        fail(errno, "memfd_create");
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n =
            ::pwrite(file.get(), text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (n < 0)
            fail(errno, "a file in memory");
        done += static_cast<std::size_t>(n);
    }
    return file;
}

std::string beginning_of(const descriptor& memory_file, std::size_t octets)
{
    const off_t end = ::lseek(memory_file.get(), 0, SEEK_END);
    std::string text(end > 0 ? std::min(octets, static_cast<std::size_t>(end)) : 0, '\0');
    const ssize_t n = ::pread(memory_file.get(), text.data(), text.size(), 0);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
}

pid_t spawn(const std::vector<std::string>& argv, const standard_files& files,
            std::initializer_list<int> minds)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, files.input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, files.output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, files.errors, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int number : minds)
        sigaddset(&defaults, number);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

    std::vector<char*> arguments;
    for (const std::string& argument : argv)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    std::array<char*, 2> environment{const_cast<char*>("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nullptr};

    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, argv.front().c_str(), &actions, &attributes, arguments.data(),
                                    environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0)
        fail(error, argv.front());
    return pid;
}

descriptor end_of(pid_t pid)
{
    return descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

int reap(pid_t pid)
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

}  // namespace odmr

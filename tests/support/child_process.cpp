#include "support/child_process.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace odmr::test
{
namespace
{

/// A file in memory: what a child writes into it can be read at any time, and it never blocks the child as a
/// full pipe would.
file_descriptor memory_file(const std::string& content = {})
{
    file_descriptor file(::memfd_create("odmr-test", MFD_CLOEXEC));
    if (file.get() < 0 || ::write(file.get(), content.data(), content.size()) < 0)
        throw std::system_error(errno, std::generic_category(), "memory file");
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

std::string content_of(const file_descriptor& file)
{
    std::string content;
    char block[16384];
    for (ssize_t n = 0;
         (n = ::pread(file.get(), block, sizeof block, static_cast<off_t>(content.size()))) > 0;)
        content.append(block, static_cast<std::size_t>(n));
    return content;
}

std::vector<char*> pointers(const std::vector<std::string>& strings)
{
    std::vector<char*> result;
    for (const std::string& s : strings)
        result.push_back(const_cast<char*>(s.c_str()));  // exec's interface is older than const
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> environment_with(const std::vector<std::string>& added)
{
    std::vector<std::string> result = added;  // the first of a name is the one that getenv finds
    for (char** entry = environ; *entry != nullptr; ++entry)
        result.emplace_back(*entry);
    return result;
}

/// The rest of the child's life before exec. Other threads of the test may have held locks at the fork, so
/// only plain system calls are made here.
[[noreturn]] void become(const std::vector<char*>& arguments, const std::vector<char*>& environment,
                         int input, int output, int error, pid_t parent)
{
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent)
        ::_exit(127);
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(error, STDERR_FILENO);
    ::execvpe(arguments.front(), arguments.data(), environment.data());
    ::_exit(127);
}

}  // namespace

child_process::child_process(const program& what) : output_(memory_file()), error_(memory_file())
{
    const file_descriptor input = memory_file(what.input);
    const std::vector<std::string> environment = environment_with(what.environment);
    const std::vector<char*> argument_pointers = pointers(what.arguments);
    const std::vector<char*> environment_pointers = pointers(environment);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0)
        become(argument_pointers, environment_pointers, input.get(), output_.get(), error_.get(), parent);
}

child_process::~child_process()
{
    if (!running())
        return;
    signal(SIGTERM);
    if (!wait(milliseconds(5'000))) {
        signal(SIGKILL);
        wait();
    }
}

void child_process::signal(int number) const
{
    if (!status_)
        ::kill(pid_, number);
}

std::optional<int> child_process::wait(milliseconds limit)
{
    const auto ended = [this] {
        int status = 0;
        if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_)
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return status_.has_value();
    };
    return wait_until(ended, limit) ? status_ : std::nullopt;
}

std::string child_process::standard_output() const
{
    return content_of(output_);
}

std::string child_process::standard_error() const
{
    return content_of(error_);
}

command_result run_command(const program& what, milliseconds limit)
{
    child_process child(what);
    const std::optional<int> status = child.wait(limit);
    if (!status)
        throw std::runtime_error(what.arguments.front() + " does not end: " + child.standard_error());
    return {*status, child.standard_output(), child.standard_error()};
}

std::string run_or_throw(const program& what)
{
    command_result result = run_command(what);
    if (result.status != 0) {
        std::string command;
        for (const std::string& argument : what.arguments)
            command += argument + " ";
        throw std::runtime_error(command + "ends with status " + std::to_string(result.status) + ": " +
                                 result.output + result.error);
    }
    return std::move(result.output);
}

std::string built_program(const std::string& name)
{
    if (const char* elsewhere = std::getenv("ODMR_BIN"))
        return std::filesystem::path(elsewhere) / name;
    return std::filesystem::read_symlink("/proc/self/exe").replace_filename(name);
}

}  // namespace odmr::test

// spawn - starts a program of the mail system: no shell, nothing of our environment, no descriptor but the
// standard three. How its end is awaited is the business of command and blocking_command.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

/// A file descriptor that is closed in the end.
class descriptor
{
public:
    explicit descriptor(int fd = -1) : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor();

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] int release();
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_;
};

/// A file in memory with this text, to be read from its beginning: unlike a pipe it makes no program wait.
/// Throws std::system_error.
descriptor memory_file(std::string_view text = {});

/// The first octets of such a file, wherever it has been read or written to.
std::string beginning_of(const descriptor& memory_file, std::size_t octets);

struct standard_files {
    int input = -1;
    int output = -1;
    int errors = -1;
};

/// Starts argv[0], an absolute path. The program minds these signals, which we may ignore. Throws
/// std::system_error.
pid_t spawn(const std::vector<std::string>& argv, const standard_files& files,
            std::initializer_list<int> minds);

/// Becomes readable when the process has ended; invalid where the system has no such thing (Linux has it
/// since 5.3).
descriptor end_of(pid_t pid);

/// Waits for the end of the process: its status, as waitpid(2) tells it.
int reap(pid_t pid);

}  // namespace odmr

// odmrctl_terminal - odmrctl at a terminal, and somebody who types: a program on a pseudo-terminal, for
// tests.
#pragma once

#include "support/file_descriptor.hpp"
#include "support/wait.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace odmr::test
{

class program_at_terminal
{
public:
    /// Throws std::system_error when it cannot be started.
    explicit program_at_terminal(const std::vector<std::string>& arguments);
    ~program_at_terminal();
    program_at_terminal(const program_at_terminal&) = delete;
    program_at_terminal& operator=(const program_at_terminal&) = delete;

    /// Waits until the screen shows the text, somewhere; false when it does not.
    [[nodiscard]] bool shows(const std::string& text);
    void type(const std::string& keys) const;

    /// Everything shown so far, what the terminal echoed included.
    [[nodiscard]] const std::string& screen() const { return screen_; }
    [[nodiscard]] bool echoes() const;

    /// Its exit status, 128 + signal number when a signal ended it; nullopt when it does not end.
    std::optional<int> wait();

private:
    void read_screen();

    file_descriptor terminal_;
    file_descriptor far_end_;  ///< kept open, so that the settings outlive the program
    pid_t pid_ = -1;
    std::string screen_;
    std::optional<int> status_;
};

}  // namespace odmr::test

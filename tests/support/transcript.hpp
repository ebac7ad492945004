// transcript - what was said on a connection, line by line, as the test's side saw it.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odmr::test
{

class transcript
{
public:
    /// "< " the peer said it, "> " the test did.
    void received(std::string_view line) { add("< ", line); }
    void sent(std::string_view line) { add("> ", line); }

    [[nodiscard]] std::vector<std::string> lines() const
    {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const std::string& line : lines())
            all += line + "\n";
        return all;
    }

    /// How many lines begin so: "< RCPT".
    [[nodiscard]] int count(std::string_view beginning) const
    {
        int n = 0;
        for (const std::string& line : lines())
            n += line.starts_with(beginning) ? 1 : 0;
        return n;
    }

private:
    void add(std::string_view direction, std::string_view line)
    {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::string(direction) + std::string(line));
    }

    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

}  // namespace odmr::test

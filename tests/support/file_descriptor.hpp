// file_descriptor - owns one.
#pragma once

#include <unistd.h>

#include <utility>

namespace odmr::test
{

class file_descriptor
{
public:
    file_descriptor() = default;
    explicit file_descriptor(int number) : number_(number) {}
    file_descriptor(file_descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }
    ~file_descriptor() { reset(); }

    [[nodiscard]] int get() const { return number_; }
    void reset()
    {
        if (number_ >= 0)
            ::close(std::exchange(number_, -1));
    }

private:
    int number_ = -1;
};

}  // namespace odmr::test

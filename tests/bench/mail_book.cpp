#include "bench/mail_book.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

namespace odmr::bench
{

void mail_book::arrived(const mail_inspector::finding& what)
{
    const auto now = test::clock::now();
    const std::lock_guard lock(mutex_);
    times_.push_back(now);
    if (!what.number || *what.number < first_ || *what.number - first_ >= copies_.size()) {
        ++unknown_;
        return;
    }
    ++copies_[*what.number - first_];
    damaged_ += what.whole ? 0 : 1;
}

std::size_t mail_book::arrived() const
{
    const std::lock_guard lock(mutex_);
    return times_.size();
}

test::clock::time_point mail_book::when(double part) const
{
    const std::lock_guard lock(mutex_);
    const auto count = static_cast<std::size_t>(std::ceil(part * static_cast<double>(times_.size())));
    return times_.at(std::max<std::size_t>(count, 1) - 1);
}

void mail_book::check() const
{
    const std::lock_guard lock(mutex_);
    const auto missing = std::count(copies_.begin(), copies_.end(), 0U);
    const auto doubled = std::count_if(copies_.begin(), copies_.end(), [](unsigned n) { return n > 1; });
    if (missing + doubled == 0 && damaged_ + unknown_ == 0)
        return;
    throw std::runtime_error("of " + std::to_string(copies_.size()) + " messages " + std::to_string(missing) +
                             " are missing, " + std::to_string(doubled) + " came more than once, " +
                             std::to_string(damaged_) + " are damaged; " + std::to_string(unknown_) +
                             " others came");
}

quick_server::handlers booked_in(mail_book& book)
{
    const auto inspector = std::make_shared<mail_inspector>();
    return {.complete = [&book, inspector](const std::string&) { book.arrived(inspector->end()); },
            .content = [inspector](std::string_view octets) { inspector->content(octets); },
            .abandoned = [inspector] { inspector->forget(); }};
}

}  // namespace odmr::bench

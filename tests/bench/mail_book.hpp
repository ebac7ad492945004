// mail_book - the numbered messages that were sent, and what became of each of them.
#pragma once

#include "bench/numbered_mail.hpp"
#include "bench/quick_server.hpp"
#include "support/wait.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace odmr::bench
{

class mail_book
{
public:
    /// Messages first, first + 1, ... are to come.
    mail_book(std::uint64_t first, std::size_t messages) : first_(first), copies_(messages) {}

    /// One has come, now; any thread may say so.
    void arrived(const mail_inspector::finding& what);

    [[nodiscard]] std::size_t expected() const { return copies_.size(); }
    [[nodiscard]] std::size_t arrived() const;
    /// When so large a part of them (0 to 1, more than 0) had come, counted from then. Nothing may be
    /// missing.
    [[nodiscard]] test::clock::time_point when(double part) const;
    /// Throws std::runtime_error unless each has come once and whole, and nothing else has.
    void check() const;

private:
    std::uint64_t first_;
    mutable std::mutex mutex_;
    std::vector<unsigned> copies_;  ///< of each that have come
    std::size_t damaged_ = 0;
    std::size_t unknown_ = 0;
    std::vector<test::clock::time_point> times_;
};

/// For a server whose mail goes into that book, which outlives it.
quick_server::handlers booked_in(mail_book& book);

}  // namespace odmr::bench

// numbered_mail - messages that a receiver can tell from each other and find whole or damaged: a header field
// says which one it is, how many octets its body has, and their sum.
//
// A body is generated as it is sent, so one of any size takes no memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace odmr::bench
{

/// A sum that depends on each octet and its place, whatever pieces they come in; far quicker than the
/// sockets.
class running_sum
{
public:
    void add(std::string_view octets);
    [[nodiscard]] std::uint64_t value() const;
    [[nodiscard]] std::uint64_t octets() const { return octets_; }

private:
    static constexpr std::size_t word = sizeof(std::uint64_t);
    void add_words(const char* begin, std::size_t count);

    std::uint64_t sum_ = 0;
    std::uint64_t sum_of_sums_ = 0;
    std::uint64_t octets_ = 0;
    std::array<char, word> cut_ = {};  ///< the octets of a word that is not complete
};

class numbered_mail
{
public:
    /// How lines that begin with a dot are written.
    enum class form { as_it_is, dot_stuffed };

    /// The body gets about so many octets, in whole lines.
    numbered_mail(std::uint64_t number, std::uint64_t octets);

    /// Calls take with one piece after the other: the headers and the body, without the dot that ends it.
    void write(form how, const std::function<void(std::string_view)>& take) const;
    /// All of it in one.
    [[nodiscard]] std::string text(form how) const;

private:
    void write_body(form how, const std::function<void(std::string_view)>& take) const;

    std::uint64_t number_;
    std::uint64_t lines_;  ///< of filling
    std::string headers_;
};

/// Looks at one message after the other as it comes in pieces.
class mail_inspector
{
public:
    struct finding {
        std::optional<std::uint64_t> number = {};  ///< nothing when no header says it
        bool whole = false;                        ///< the octets of the body are those that were sent
    };

    void content(std::string_view octets);
    /// The message is complete: what it was. Begins anew.
    finding end();
    /// It will not be completed. Begins anew.
    void forget() { *this = {}; }

private:
    std::string headers_;
    bool in_body_ = false;
    running_sum sum_;
};

}  // namespace odmr::bench

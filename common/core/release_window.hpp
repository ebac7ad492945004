// release_window - how much held mail may be let go now for one customer, so that it follows the customer's
// line.
//
// Mail that has been let go is in the mail system's hands: it takes delivery processes and room in its active
// queue from everybody else's mail, its time limits run, and it is what is deferred when the line is lost. So
// there is never more of it than the line delivers in about two seconds, and never so little that the line
// runs dry.
#pragma once

#include "core/mail_amount.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace odmr
{

class release_window
{
public:
    using clock_point =
        std::chrono::steady_clock::time_point;  ///< given by the caller; nothing here reads a clock

    static constexpr std::chrono::milliseconds ahead{2000};  ///< of delivery
    static constexpr std::uint64_t few = 5;  ///< messages that may be under way however slow the line is
    /// To begin with, when nothing is known of the line: no more than the mail system delivers at once.
    static constexpr mail_amount first{20, 4 * 1024 * 1024};

    /// What may be let go now, asked about one message after the other.
    class allowance
    {
    public:
        /// May this message, the next oldest, go as well? After the first no it is no: what waits longest is
        /// not passed by because it is large.
        bool take(std::uint64_t octets);

    private:
        friend class release_window;
        allowance(mail_amount under_way, mail_amount target, mail_amount most)
            : under_way_(under_way), target_(target), most_(most)
        {
        }
        [[nodiscard]] bool fits(std::uint64_t octets, std::uint64_t limit) const;

        mail_amount under_way_;
        mail_amount target_;
        mail_amount most_;
        bool over_ = false;
    };

    /// most: never to be exceeded, but by a single message.
    explicit release_window(mail_amount most) : most_(most) {}

    /// So much was let go.
    void released(mail_amount amount, clock_point now);
    /// So much of it got the customer's answer, whichever.
    void settled(mail_amount amount, clock_point now);
    /// So much of it is not to be waited for: it could not be let go after all, or has vanished.
    void withdrawn(mail_amount amount, clock_point now);
    /// Nothing is under way any more, and the next line may be another one.
    void line_lost();

    /// Let go and not settled.
    [[nodiscard]] mail_amount under_way() const { return under_way_; }
    /// How much should be under way.
    [[nodiscard]] mail_amount target(clock_point now);
    /// share: this customer's part of what may be under way for all of them (divide_fairly).
    [[nodiscard]] allowance top_up(clock_point now, mail_amount share);
    [[nodiscard]] allowance top_up(clock_point now) { return top_up(now, most_); }

private:
    /// The line is measured while something is under way: when there is nothing to deliver it is not slow.
    void advance(clock_point now);
    void take_off(mail_amount amount);

    static constexpr int slices = 8;
    static constexpr std::chrono::milliseconds slice = ahead / slices;

    mail_amount most_;
    mail_amount under_way_;
    clock_point now_{};
    std::chrono::steady_clock::duration busy_{};      ///< for so long something has been under way
    std::array<mail_amount, slices> delivered_ = {};  ///< in each of the last slices of that time, in a ring
};

/// Divides a total so that nobody gets more than wanted, and who gets less than wanted gets no less than
/// anybody else (but for one, of what cannot be divided). In the order of wants.
std::vector<std::uint64_t> divide_fairly(std::uint64_t total, std::span<const std::uint64_t> wants);

/// The same for messages and octets, each by itself: the shares of windows with these targets.
std::vector<mail_amount> divide_fairly(mail_amount total, std::span<const mail_amount> wants);

}  // namespace odmr

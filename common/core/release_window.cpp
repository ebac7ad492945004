#include "core/release_window.hpp"

#include <algorithm>
#include <utility>

namespace odmr
{

using std::chrono::duration_cast;
using std::chrono::milliseconds;

bool release_window::allowance::fits(std::uint64_t octets, std::uint64_t limit) const
{
    return under_way_.octets <= limit && octets <= limit - under_way_.octets;
}

bool release_window::allowance::take(std::uint64_t octets)
{
    const bool line_idle = under_way_.messages == 0;  // a message of any size must go some time
    const bool one_of_few = under_way_.messages < std::min(few, most_.messages) && fits(octets, most_.octets);
    const bool on_target = under_way_.messages < target_.messages && fits(octets, target_.octets);
    over_ = over_ || !(line_idle || one_of_few || on_target);
    if (over_)
        return false;
    ++under_way_.messages;
    under_way_.octets += octets;
    return true;
}

void release_window::released(mail_amount amount, clock_point now)
{
    advance(now);
    under_way_.messages += amount.messages;
    under_way_.octets += amount.octets;
}

void release_window::settled(mail_amount amount, clock_point now)
{
    advance(now);
    if (under_way_.messages == 0)
        return;  // of a line that is lost
    mail_amount& present = delivered_[static_cast<std::size_t>(busy_ / slice) % slices];
    present.messages += amount.messages;
    present.octets += amount.octets;
    take_off(amount);
}

void release_window::withdrawn(mail_amount amount, clock_point now)
{
    advance(now);
    take_off(amount);
}

void release_window::line_lost()
{
    under_way_ = {};
    busy_ = {};
    delivered_ = {};
}

mail_amount release_window::target(clock_point now)
{
    advance(now);
    mail_amount sum;
    for (const mail_amount& d : delivered_) {
        sum.messages += d.messages;
        sum.octets += d.octets;
    }
    if (busy_ < slice && sum == mail_amount{})
        return {std::min(first.messages, most_.messages), std::min(first.octets, most_.octets)};
    // The oldest slice has made room for the present one, which has only begun. And what was delivered in
    // less than one slice says no more than if it had taken all of it: so a new window grows eightfold at
    // most, not at once.
    const auto measured = std::min(busy_, (slices - 1) * slice + busy_ % slice);
    const auto span =
        static_cast<std::uint64_t>(std::max(duration_cast<milliseconds>(measured), slice).count());
    const auto scaled = [&](std::uint64_t n) { return n * static_cast<std::uint64_t>(ahead.count()) / span; };
    return {std::min(std::max(scaled(sum.messages), few), most_.messages),
            std::min(scaled(sum.octets), most_.octets)};
}

release_window::allowance release_window::top_up(clock_point now, mail_amount share)
{
    const mail_amount wanted = target(now);
    const auto within = [&](mail_amount amount) {
        return mail_amount{std::min(amount.messages, share.messages), std::min(amount.octets, share.octets)};
    };
    return {under_way_, within(wanted), within(most_)};
}

void release_window::advance(clock_point now)
{
    if (under_way_.messages > 0 && now > now_) {
        const auto before = busy_ / slice;
        busy_ += now - now_;
        const auto begun = std::min<std::int64_t>(busy_ / slice - before, slices);
        for (std::int64_t i = 1; i <= begun; ++i)
            delivered_[static_cast<std::size_t>(before + i) % slices] = {};
    }
    now_ = std::max(now_, now);
}

void release_window::take_off(mail_amount amount)
{
    under_way_.messages -= std::min(under_way_.messages, amount.messages);
    under_way_.octets -= std::min(under_way_.octets, amount.octets);
    if (under_way_.messages == 0)
        under_way_.octets = 0;
}

std::vector<std::uint64_t> divide_fairly(std::uint64_t total, std::span<const std::uint64_t> wants)
{
    std::vector<std::pair<std::uint64_t, std::size_t>> modest_first;
    for (std::size_t i = 0; i < wants.size(); ++i)
        modest_first.emplace_back(wants[i], i);
    std::sort(modest_first.begin(), modest_first.end());
    std::vector<std::uint64_t> shares(wants.size());
    std::uint64_t left = wants.size();
    for (const auto& [want, i] : modest_first) {
        // What the modest do not take is left to the others.
        shares[i] = std::min(want, total / left);
        total -= shares[i];
        --left;
    }
    return shares;
}

std::vector<mail_amount> divide_fairly(mail_amount total, std::span<const mail_amount> wants)
{
    std::vector<std::uint64_t> messages;
    std::vector<std::uint64_t> octets;
    for (const mail_amount& want : wants) {
        messages.push_back(want.messages);
        octets.push_back(want.octets);
    }
    messages = divide_fairly(total.messages, messages);
    octets = divide_fairly(total.octets, octets);
    std::vector<mail_amount> shares;
    for (std::size_t i = 0; i < wants.size(); ++i)
        shares.push_back({messages[i], octets[i]});
    return shares;
}

}  // namespace odmr

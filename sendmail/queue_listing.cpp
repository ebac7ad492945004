#include "sendmail/queue_listing.hpp"

#include "protocol/command.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <utility>

namespace odmr::sendmail
{

namespace
{

constexpr std::size_t shown_verbosely = 71;  // octets of a recipient
constexpr std::size_t shown_briefly = 38;
constexpr std::size_t date_verbose = 12;  // "Nov 22 13:45"
constexpr std::size_t date_brief = 16;    // "Sun Nov 22 13:45"
constexpr std::string_view white = " \t";

bool is_id(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

void skip_white(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(white), text.size()));
}

/// Takes a number off the front; nullopt when there is none.
std::optional<std::int64_t> take_number(std::string_view& text)
{
    skip_white(text);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::string without_brackets(std::string_view address)
{
    if (address.starts_with('<'))
        address.remove_prefix(1);
    if (address.ends_with('>'))
        address.remove_suffix(1);
    return std::string(address);
}

}  // namespace

void listing_reader::take(std::string_view octets)
{
    while (!octets.empty()) {
        const std::size_t end = octets.find('\n');
        const std::string_view piece = octets.substr(0, end);
        partial_ += piece.substr(0, max_line - std::min(partial_.size(), max_line));
        if (end == std::string_view::npos)
            return;
        octets.remove_prefix(end + 1);
        line(std::exchange(partial_, {}));
    }
}

bool listing_reader::finish()
{
    if (!partial_.empty())
        line(std::exchange(partial_, {}));
    deliver();
    return listing_ && shown_ == announced_ && !unreadable_;
}

/// Messages begin at the margin; what belongs to them is indented: recipients by five tabs and more, what
/// became of an attempt in parentheses.
void listing_reader::line(std::string_view text)
{
    // "gatherq: cannot open "...": Permission denied", and then "... is empty"; or that in place of a
    // message. The exit status is 0 all the same.
    unreadable_ = unreadable_ || text.starts_with("gatherq: ") || text.ends_with(" (Permission denied)");
    if (message_begins(text))
        return;
    const std::size_t tabs = std::min(text.find_first_not_of('\t'), text.size());
    std::string_view rest = text.substr(tabs);
    skip_white(rest);
    if (tabs >= 5)
        recipient(rest);
    else if (present_ && rest.size() < text.size() && rest.ends_with(')') && rest.find('(') < rest.size() &&
             !rest.ends_with(" requests)") && !rest.ends_with(" request)"))
        status(rest);
    else
        headline(text);
}

/// "/var/spool/mqueue/odmr (4 requests)" or "/var/spool/mqueue/odmr is empty".
void listing_reader::headline(std::string_view text)
{
    if (text.ends_with(" is empty")) {
        listing_ = true;
        return;
    }
    const std::size_t open = text.rfind(" (");
    if (open == std::string_view::npos || text.find(" request", open) == std::string_view::npos)
        return;
    std::string_view rest = text.substr(open + 2);
    const auto count = take_number(rest);
    if (!count || *count < 0 || !rest.starts_with(" request"))
        return;
    deliver();
    listing_ = true;
    announced_ += static_cast<std::size_t>(*count);
}

/// "6AMDjah8016989*     143      30155 Nov 22 13:45 <sender@remote.example>"; without -v there is no
/// priority, and the day of the week stands before the date. In place of all that may stand "(no control
/// file)" or "(job completed)": the message has gone meanwhile.
bool listing_reader::message_begins(std::string_view text)
{
    constexpr std::size_t shortest_id = 8;
    const auto id_end = std::find_if_not(text.begin(), text.end(), is_id);
    const auto id_size = static_cast<std::size_t>(id_end - text.begin());
    if (id_size < shortest_id || id_size == text.size())
        return false;
    std::string_view rest = text.substr(id_size + 1);
    const bool locked = text[id_size] == '*';
    if (const auto size = take_number(rest)) {
        deliver();
        present_ = {.queue_id = std::string(text.substr(0, id_size)),
                    .locked = locked,
                    .size = static_cast<std::uint64_t>(std::max<std::int64_t>(*size, 0))};
        present_->priority = take_number(rest);
        if (rest.starts_with('+'))  // its sender was told that it is late
            rest.remove_prefix(1);
        skip_white(rest);
        const std::size_t date = present_->priority ? date_verbose : date_brief;
        const std::string_view shown = rest.substr(0, date);
        present_->arrival = shown.substr(shown.size() - std::min(shown.size(), date_verbose));
        rest.remove_prefix(std::min(date, rest.size()));
        skip_white(rest);
        present_->sender = without_brackets(rest);
    } else {
        skip_white(rest);
        if (!rest.starts_with('('))
            return false;
        deliver();
    }
    ++shown_;
    return true;
}

void listing_reader::recipient(std::string_view text)
{
    // "(---user---)" is on whose behalf the next ones get it.
    if (!present_ || text.empty() || text.starts_with("(---") ||
        present_->recipients.size() == max_recipients)
        return;
    const std::size_t limit = present_->priority ? shown_verbosely : shown_briefly;
    const bool whole = text.size() < limit || (text.starts_with('<') && text.ends_with('>'));
    present_->recipients.push_back({without_brackets(text), !whole});
}

/// Perhaps with the kind of the body in front: "  8BITMIME   (Deferred: ...)". Above the first recipient it
/// is the message's.
void listing_reader::status(std::string_view text)
{
    text = text.substr(text.find('(') + 1);
    text.remove_suffix(1);
    (present_->recipients.empty() ? present_->status : present_->recipients.back().status) = text;
}

void listing_reader::deliver()
{
    if (const auto done = std::exchange(present_, std::nullopt))
        found_(*done);
}

std::optional<std::chrono::sys_seconds> time_of(const std::string& arrival, std::chrono::sys_seconds now)
{
    const std::time_t present = std::chrono::system_clock::to_time_t(now);
    std::tm today{};
    ::localtime_r(&present, &today);
    std::tm shown{};
    if (::strptime(arrival.c_str(), "%b %d %H:%M", &shown) == nullptr)
        return std::nullopt;
    for (const int year : {today.tm_year + 1, today.tm_year, today.tm_year - 1}) {
        std::tm guess = shown;
        guess.tm_year = year;
        guess.tm_isdst = -1;
        const auto at = std::chrono::floor<std::chrono::seconds>(
            std::chrono::system_clock::from_time_t(std::mktime(&guess)));
        if (at <= now + std::chrono::days(1))
            return at;
    }
    return std::nullopt;
}

shown_domain domain_of(const queued_recipient& recipient)
{
    const std::size_t at = recipient.address.rfind('@');
    if (at == std::string::npos)
        return {"", recipient.cut};
    std::string domain = to_lower(std::string_view(recipient.address).substr(at + 1));
    if (!recipient.cut && domain.ends_with('.'))
        domain.pop_back();
    return {std::move(domain), recipient.cut};
}

}  // namespace odmr::sendmail

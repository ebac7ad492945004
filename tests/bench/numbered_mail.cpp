#include "bench/numbered_mail.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <sstream>
#include <utility>

namespace odmr::bench
{
namespace
{

constexpr std::string_view field = "X-Numbered: ";
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view end_of_headers = "\r\n\r\n";
constexpr std::size_t line_octets = 80;  ///< with the line end
constexpr std::size_t block_lines = 800;
constexpr std::size_t dotted_every = 10;  ///< so often a line begins with a dot

/// Lines to fill bodies with, written in that way.
std::string make_block(numbered_mail::form how)
{
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz 0123456789";
    std::string block;
    for (std::size_t line = 0; line < block_lines; ++line) {
        const bool dotted = line % dotted_every == 0;
        if (dotted && how == numbered_mail::form::dot_stuffed)
            block += '.';
        for (std::size_t i = 0; i < line_octets - line_end.size(); ++i)
            block += dotted && i == 0 ? '.' : letters[(line * 7 + i * (line % 5 + 1)) % letters.size()];
        block += line_end;
    }
    return block;
}

std::string_view filling(numbered_mail::form how, std::size_t lines)
{
    static const std::string as_it_is = make_block(numbered_mail::form::as_it_is);
    static const std::string dot_stuffed = make_block(numbered_mail::form::dot_stuffed);
    if (how == numbered_mail::form::as_it_is)
        return std::string_view(as_it_is).substr(0, lines * line_octets);
    const std::size_t dots = (lines + dotted_every - 1) / dotted_every;
    return std::string_view(dot_stuffed).substr(0, lines * line_octets + dots);
}

}  // namespace

void running_sum::add(std::string_view octets)
{
    const auto used = static_cast<std::size_t>(octets_ % word);
    octets_ += octets.size();
    if (used > 0) {
        const std::size_t n = octets.copy(cut_.data() + used, word - used);
        octets.remove_prefix(n);
        if (used + n < word)
            return;
        add_words(cut_.data(), 1);
    }
    add_words(octets.data(), octets.size() / word);
    octets.substr(octets.size() / word * word).copy(cut_.data(), word);
}

void running_sum::add_words(const char* begin, std::size_t count)
{
    std::uint64_t sum = sum_;
    std::uint64_t sum_of_sums = sum_of_sums_;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t next = 0;
        std::memcpy(&next, begin + i * word, word);
        sum += next;
        sum_of_sums += sum;
    }
    sum_ = sum;
    sum_of_sums_ = sum_of_sums;
}

std::uint64_t running_sum::value() const
{
    constexpr int half = 32;
    running_sum all = *this;
    const std::array<char, word> zeros{};
    if (const auto used = static_cast<std::size_t>(octets_ % word); used > 0)
        all.add({zeros.data(), word - used});
    return all.sum_of_sums_ ^ std::rotl(all.sum_, half) ^ octets_;
}

numbered_mail::numbered_mail(std::uint64_t number, std::uint64_t octets)
    : number_(number), lines_(octets / line_octets)
{
    running_sum sum;
    write_body(form::as_it_is, [&](std::string_view piece) { sum.add(piece); });
    std::ostringstream text;
    text << "From: Sender <sender@elsewhere.example>" << line_end << "To: undisclosed-recipients:;"
         << line_end << "Date: Thu, 01 Jan 2026 00:00:00 +0000" << line_end << "Message-ID: <" << number
         << "@elsewhere.example>" << line_end << field << number << ' ' << sum.octets() << ' ' << sum.value()
         << end_of_headers;
    headers_ = text.str();
}

void numbered_mail::write(form how, const std::function<void(std::string_view)>& take) const
{
    take(headers_);
    write_body(how, take);
}

void numbered_mail::write_body(form how, const std::function<void(std::string_view)>& take) const
{
    take("This is message " + std::to_string(number_) + ".\r\n");
    for (std::uint64_t left = lines_; left > 0;) {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left, block_lines));
        take(filling(how, n));
        left -= n;
    }
}

std::string numbered_mail::text(form how) const
{
    std::string all;
    write(how, [&](std::string_view piece) { all += piece; });
    return all;
}

void mail_inspector::content(std::string_view octets)
{
    if (in_body_) {
        sum_.add(octets);
        return;
    }
    const std::size_t seen = headers_.size() - std::min(headers_.size(), end_of_headers.size());
    headers_ += octets;
    const std::size_t end = headers_.find(end_of_headers, seen);
    if (end == std::string::npos)
        return;
    in_body_ = true;
    sum_.add(std::string_view(headers_).substr(end + end_of_headers.size()));
    headers_.resize(end);
}

mail_inspector::finding mail_inspector::end()
{
    const mail_inspector seen = std::exchange(*this, {});
    const std::size_t begin = seen.headers_.find(std::string(line_end) + std::string(field));
    std::uint64_t number = 0;
    std::uint64_t octets = 0;
    std::uint64_t sum = 0;
    if (begin == std::string::npos)
        return {};
    std::istringstream values(seen.headers_.substr(begin + line_end.size() + field.size()));
    if (!(values >> number >> octets >> sum))
        return {};
    return {number, octets == seen.sum_.octets() && sum == seen.sum_.value()};
}

}  // namespace odmr::bench

#include "postfix/queue_id.hpp"

#include <cstddef>

namespace odmr::postfix
{

namespace
{

constexpr std::string_view hexadecimal = "0123456789ABCDEF";
constexpr std::string_view base_52 = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
constexpr char separator = 'z';

// In characters. An inode has 64 bits at most, and so have the seconds.
constexpr std::size_t short_time = 5;
constexpr std::size_t short_inode_max = 16;
constexpr std::size_t long_time_min = 6 + 4;
constexpr std::size_t long_time_max = 12 + 4;
constexpr std::size_t long_inode_max = 12;

bool made_of(std::string_view text, std::string_view alphabet)
{
    return text.find_first_not_of(alphabet) == std::string_view::npos;
}

bool is_short(std::string_view text)
{
    return text.size() > short_time && text.size() <= short_time + short_inode_max &&
           made_of(text, hexadecimal);
}

bool is_long(std::string_view text)
{
    const std::size_t time = text.rfind(separator);  // in the time it may stand too
    if (time == std::string_view::npos || time < long_time_min || time > long_time_max)
        return false;
    const std::size_t inode = text.size() - time - 1;
    return inode > 0 && inode <= long_inode_max && made_of(text, base_52);
}

}  // namespace

bool is_queue_id(std::string_view text)
{
    return is_short(text) || is_long(text);
}

}  // namespace odmr::postfix

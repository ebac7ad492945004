#include "net/record_writer.hpp"

#include <utility>

namespace odmr
{

awaitable<connection::io_result> record_writer::write_all(std::string_view octets, time_limit limit)
{
    if (!tls_ || taken_at_once(octets))
        return line_.write_all(octets, limit);
    return write_last_apart(octets, limit);
}

/// Whether one look is enough for every peer: a single octet, or a single line that is not too long. The end
/// of a line that began earlier is not: the peer's buffer may become full before it.
bool record_writer::taken_at_once(std::string_view octets)
{
    constexpr std::size_t longest_command = 512;  // octets (RFC 5321 4.5.3.1.4)
    if (octets.empty())
        return true;
    const bool began_inside = std::exchange(inside_line_, octets.back() != '\n');
    return octets.size() == 1 ||
           (!began_inside && octets.size() <= longest_command && octets.find('\n') == octets.size() - 1);
}

awaitable<connection::io_result> record_writer::write_last_apart(std::string_view octets, time_limit limit)
{
    auto result = co_await line_.write_all(octets.substr(0, octets.size() - 1), limit);
    if (result.error)
        co_return result;
    const auto last = co_await line_.write_all(octets.substr(octets.size() - 1), limit);
    result.error = last.error;
    result.count += last.count;
    co_return result;
}

}  // namespace odmr

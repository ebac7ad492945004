#include "support/sendmail_queue_file.hpp"

#include <utility>

namespace odmr::test
{
namespace
{

std::string without_brackets(std::string_view address)
{
    if (address.starts_with('<') && address.ends_with('>'))
        address = address.substr(1, address.size() - 2);
    return std::string(address);
}

std::string_view next_line(std::string_view& text)
{
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
}

/// The id in the Received field that Sendmail wrote itself, the first: "... with ESMTP id 6AMDfeVu012183;".
std::string id_of_received(std::string_view text)
{
    constexpr std::string_view marker = " id ";
    const std::size_t field = text.find("Received: ");
    const std::size_t id = text.find(marker, field);
    if (field == std::string_view::npos || id == std::string_view::npos)
        return {};
    const std::size_t begin = id + marker.size();
    return std::string(text.substr(begin, text.find_first_of(";\n", begin) - begin));
}

}  // namespace

queued_message read_queue_file(const std::string& queue_name, const std::string& queue_id,
                               std::string_view text)
{
    queued_message message{queue_name, queue_id, {}, {}};
    if (std::string id = id_of_received(text); !id.empty())
        message.accepted_as = std::move(id);
    std::string of_all;   // M in front of S: why the whole message is still here
    std::string of_next;  // M behind it: why the next recipient is
    bool sender_seen = false;
    while (!text.empty()) {
        const std::string_view line = next_line(text);
        const std::string_view value = line.substr(std::min<std::size_t>(line.size(), 1));
        switch (line.empty() ? '\0' : line.front()) {
            case 'M':
                (sender_seen ? of_next : of_all) = value;
                break;
            case 'S':
                message.sender = without_brackets(value);
                sender_seen = true;
                break;
            case 'R':  // flags, a colon, the address
                message.recipients.push_back({without_brackets(value.substr(value.find(':') + 1)),
                                              of_next.empty() ? of_all : std::exchange(of_next, {})});
                break;
            case '.':
                return message;
            default:
                break;
        }
    }
    return message;
}

}  // namespace odmr::test

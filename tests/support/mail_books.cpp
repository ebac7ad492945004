#include "support/mail_books.hpp"

#include <algorithm>
#include <ranges>
#include <sstream>
#include <string_view>
#include <utility>

namespace odmr::test
{
namespace
{

/// The Message-ID of a message; of a report about one, that of the message it returns: what mail systems
/// write themselves begins with "Message-Id".
std::string message_id(std::string_view content)
{
    constexpr std::string_view name = "\r\nMessage-ID: ";
    const std::size_t begin = content.find(name);
    if (begin == std::string_view::npos)
        return {};
    content.remove_prefix(begin + name.size());
    return std::string(content.substr(0, content.find("\r\n")));
}

std::string in_lower_case(std::string text)
{
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

/// A bounce is a report that names the recipient (RFC 3464 2.3.2) and returns the headers of the message.
bool is_bounce_for(const received_message& report, const std::string& recipient)
{
    return report.sender.empty() &&
           in_lower_case(report.content).find(in_lower_case("Final-Recipient: rfc822; " + recipient)) !=
               std::string::npos;
}

bool is_copy_for(const received_message& received, const outgoing_message& message,
                 const std::string& recipient)
{
    return std::ranges::find(received.recipients, recipient) != received.recipients.end() &&
           received.content.ends_with(message.content);
}

}  // namespace

std::string whereabouts::text() const
{
    std::ostringstream out;
    out << "queued " << queued << ", at the customer " << at_customer << ", elsewhere " << elsewhere
        << ", bounced " << bounced;
    return out.str();
}

mail_books::mail_books(std::vector<queued_message> queue, std::vector<received_message> customers,
                       std::vector<received_message> elsewhere)
    : queue_(std::move(queue)),
      customers_(std::move(customers)),
      elsewhere_(std::move(elsewhere)),
      at_customers_(sort(customers_)),
      at_elsewhere_(sort(elsewhere_))
{
    for (const queued_message& message : queue_)
        queued_.emplace(message.accepted_as, &message);
}

mail_books::by_id mail_books::sort(const std::vector<received_message>& messages)
{
    by_id sorted;
    for (const received_message& message : messages)
        if (message.answered)
            sorted.emplace(message_id(message.content), &message);
    return sorted;
}

whereabouts mail_books::find(const sent_message& sent, const std::string& recipient) const
{
    whereabouts found;
    for (const queued_message& part : parts_of(sent))
        found.queued +=
            std::ranges::any_of(part.recipients, [&](const auto& r) { return r.address == recipient; }) ? 1
                                                                                                        : 0;
    const auto received = [id = message_id(sent.message.content)](const by_id& where) {
        const auto [first, last] = where.equal_range(id);
        return std::ranges::subrange(first, last) | std::views::values;
    };
    for (const received_message* const copy : received(at_customers_))
        found.at_customer += is_copy_for(*copy, sent.message, recipient) ? 1 : 0;
    for (const received_message* const copy : received(at_elsewhere_)) {
        found.bounced += is_bounce_for(*copy, recipient) ? 1 : 0;
        found.elsewhere += is_copy_for(*copy, sent.message, recipient) ? 1 : 0;
    }
    return found;
}

std::vector<queued_message> mail_books::parts_of(const sent_message& message) const
{
    std::vector<queued_message> parts;
    const auto [first, last] = queued_.equal_range(message.queue_id);
    for (const auto& [id, part] : std::ranges::subrange(first, last))
        parts.push_back(*part);
    return parts;
}

std::string mail_books::queue_of(const sent_message& message) const
{
    const auto entry = queued_.find(message.queue_id);
    return entry == queued_.end() ? "" : entry->second->queue_name;
}

}  // namespace odmr::test

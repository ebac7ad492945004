#include "milter/transaction.hpp"

#include "protocol/address.hpp"
#include "protocol/ascii.hpp"
#include "protocol/command.hpp"
#include "protocol/parameters.hpp"

#include <algorithm>
#include <utility>

namespace odmr::milter
{

namespace
{

constexpr std::size_t max_reply_text = 480;  // octets: with the codes in front a line of RFC 5321 4.5.3.1.5

/// RFC 1870 3: SIZE=digits.
std::uint64_t announced_size(const std::vector<std::string_view>& mail)
{
    constexpr std::string_view name = "SIZE=";
    for (const std::string_view word : mail)
        if (equal_no_case(word.substr(0, name.size()), name))
            return parse_number(word.substr(name.size())).value_or(0);
    return 0;
}

}  // namespace

std::string plain_address(std::string_view given)
{
    if (const auto path = parse_path(given, utf8::allowed)) {
        const address& found = path->path;
        return found.domain.empty() ? found.local : found.local + "@" + found.domain;
    }
    if (const auto mailbox = parse_mailbox(given, utf8::allowed))
        return mailbox->domain.empty() ? mailbox->local : mailbox->local + "@" + mailbox->domain;
    if (given.size() >= 2 && given.front() == '<' && given.back() == '>')
        given = given.substr(1, given.size() - 2);
    return std::string(given);
}

std::string reply_text(std::string_view text)
{
    std::string result;
    for (const char c : text.substr(0, max_reply_text)) {
        result += is_control(c) || is_utf8(c) ? '?' : c;
        if (c == '%')
            result += c;
    }
    return result;
}

transaction::transaction(std::unique_ptr<policy_line> line, std::string instance,
                         const std::vector<std::string_view>& mail)
    : line_(std::move(line)),
      instance_(std::move(instance)),
      sender_(mail.empty() ? "" : plain_address(mail.front())),
      announced_size_(announced_size(mail))
{
}

policy_request transaction::question(std::string_view state) const
{
    policy_request asked;
    asked.request = "smtpd_access_policy";
    asked.protocol_state = state;
    asked.instance = instance_;
    asked.sender = sender_;
    return asked;
}

policy_verdict transaction::recipient(std::string_view given)
{
    policy_request asked = question("RCPT");
    asked.recipient = plain_address(given);
    asked.size = announced_size_;
    const auto verdict = line_->ask(asked);
    if (verdict && verdict->what == policy_verdict::action::refuse)
        return *verdict;
    // Whoever is not refused counts, asked about or not: odmrd sees from the number whether it knows the
    // whole envelope.
    ++recipients_;
    last_recipient_ = std::move(asked.recipient);
    return {};
}

policy_verdict transaction::end_of_message(std::string_view queue_id, std::string_view size)
{
    policy_request asked = question("END-OF-MESSAGE");
    asked.queue_id = queue_id;
    asked.size = parse_number(size).value_or(announced_size_);
    asked.recipient_count = recipients_;
    if (recipients_ == 1)
        asked.recipient = last_recipient_;  // as Postfix has it
    const auto verdict = line_->ask(asked);
    if (verdict && verdict->what == policy_verdict::action::hold)
        return *verdict;
    return {};
}

}  // namespace odmr::milter

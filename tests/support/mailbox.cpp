#include "support/mailbox.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace odmr::test
{

void mailbox::add(received_message message)
{
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
}

std::vector<received_message> mailbox::messages() const
{
    const std::lock_guard lock(mutex_);
    return messages_;
}

std::vector<received_message> mailbox::accepted() const
{
    std::vector<received_message> result = messages();
    std::erase_if(result, [](const received_message& m) { return !m.answered; });
    return result;
}

int mailbox::count(std::string_view recipient, std::string_view content) const
{
    const std::lock_guard lock(mutex_);
    return static_cast<int>(std::ranges::count_if(messages_, [&](const received_message& m) {
        return m.answered && std::ranges::find(m.recipients, recipient) != m.recipients.end() &&
               m.content.ends_with(content);
    }));
}

}  // namespace odmr::test

#include "postfix/expected_mail.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace odmr::postfix
{

void expected_mail::came(const std::string& queue_id)
{
    messages_[queue_id].came = true;
}

void expected_mail::comes_again(const std::string& queue_id)
{
    messages_[queue_id].came = false;
}

void expected_mail::listed(const std::vector<listed_message>& messages, clock_point now)
{
    std::set<std::string_view> present;
    for (const listed_message& m : messages) {
        messages_[m.queue_id].at_rest = m.at_rest;
        present.insert(m.queue_id);
    }
    for (auto entry = messages_.begin(); entry != messages_.end();) {
        auto& missed_since = entry->second.missed_since;
        if (present.contains(entry->first))
            missed_since.reset();
        else if (!missed_since)
            missed_since = now;
        const bool gone = missed_since && now - *missed_since >= missed_for_good;
        entry = gone ? messages_.erase(entry) : std::next(entry);
    }
}

std::size_t expected_mail::missing() const
{
    return static_cast<std::size_t>(std::count_if(messages_.begin(), messages_.end(),
                                                  [](const auto& entry) { return !entry.second.came; }));
}

std::size_t expected_mail::count(const std::function<bool(const std::string&)>& is_so) const
{
    return static_cast<std::size_t>(std::count_if(messages_.begin(), messages_.end(),
                                                  [&](const auto& entry) { return is_so(entry.first); }));
}

std::vector<std::string> expected_mail::ids_at_rest(std::size_t most) const
{
    std::vector<std::string> ids;
    for (const auto& [id, state] : messages_)
        if (!state.came && state.at_rest && ids.size() < most)
            ids.push_back(id);
    return ids;
}

}  // namespace odmr::postfix

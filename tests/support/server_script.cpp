#include "support/server_script.hpp"

#include <algorithm>
#include <cctype>

namespace odmr::test
{
namespace
{

constexpr std::string_view in_content = "content";

}  // namespace

server_script& server_script::answer(std::string_view command, std::string_view text, int nth)
{
    return add(command, nth, action::reply, text);
}

server_script& server_script::end_at(std::string_view command, std::string_view text, int nth)
{
    return add(command, nth, action::end, text);
}

server_script& server_script::stall_at(std::string_view command, int nth)
{
    return add(command, nth, action::stall, {});
}

server_script& server_script::end_in_content(std::size_t octets, int nth)
{
    return add(in_content, nth, action::end, {}, octets);
}

server_script& server_script::stall_in_content(std::size_t octets, int nth)
{
    return add(in_content, nth, action::stall, {}, octets);
}

server_script& server_script::add(std::string_view command, int nth, action what, std::string_view text,
                                  std::size_t octets)
{
    rules_.push_back({std::string(command), nth, what, std::string(text), octets, 0});
    return *this;
}

const server_script::rule* server_script::find(std::string_view command)
{
    const rule* found = nullptr;
    for (rule& r : rules_) {
        if (!begins_with(command, r.command))
            continue;
        ++r.seen;
        if (found == nullptr && (r.nth == every || r.nth == r.seen))
            found = &r;
    }
    return found;
}

const server_script::rule* server_script::find_in_content()
{
    return find(in_content);
}

bool begins_with(std::string_view text, std::string_view prefix)
{
    const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(), same);
}

}  // namespace odmr::test

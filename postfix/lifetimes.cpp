#include "postfix/lifetimes.hpp"

#include "log/log.hpp"
#include "queue/command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace odmr::postfix
{

namespace
{

constexpr seconds spare = std::chrono::hours(24);
constexpr std::size_t enough = 1000;  // octets of postconf's output; two short lines are expected

std::int64_t unit_in_seconds(char unit)
{
    constexpr std::array<std::pair<char, std::int64_t>, 5> units{
        {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400}}};
    const auto* const found =
        std::find_if(units.begin(), units.end(), [unit](const auto& u) { return u.first == unit; });
    return found == units.end() ? 0 : found->second;
}

std::string_view first_line(std::string_view& text)
{
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

}  // namespace

std::optional<seconds> parse_lifetime(std::string_view text)
{
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    const auto letters = end - rest;
    if (error != std::errc() || number < 0 || letters > 1)
        return std::nullopt;
    const std::int64_t unit = unit_in_seconds(letters == 0 ? 'd' : *rest);
    if (unit == 0 || number > std::numeric_limits<std::int32_t>::max())
        return std::nullopt;
    return seconds(number * unit);
}

seconds longest_hold(seconds maximal_queue_lifetime, seconds bounce_queue_lifetime)
{
    return std::max(std::min(maximal_queue_lifetime, bounce_queue_lifetime) - spare, seconds(0));
}

awaitable<std::optional<seconds>> read_longest_hold(std::function<const settings&()> current)
{
    const settings& s = current();
    std::vector<std::string> argv{s.postfix_command_dir + "/postconf",
                                  "-c",
                                  s.postfix_config_dir,
                                  "-hx",
                                  "maximal_queue_lifetime",
                                  "bounce_queue_lifetime"};
    std::string said;
    std::function<void(std::string_view)> collect = [&said](std::string_view octets) {
        said += octets.substr(0, enough - std::min(enough, said.size()));
    };
    const auto result = co_await run_command(std::move(argv), s.queue_command_timeout, std::move(collect));
    std::string_view lines = said;
    const auto maximal = parse_lifetime(first_line(lines));
    const auto bounce = parse_lifetime(first_line(lines));
    std::optional<seconds> longest;
    if (result.ok() && maximal && bounce)
        longest = longest_hold(*maximal, *bounce);
    else
        log::warning("lifetimes-unknown",
                     {{"command", "postconf maximal_queue_lifetime bounce_queue_lifetime"},
                      {"reason", result.ok() ? "not understood: " + said : result.text()}});
    co_return longest;
}

}  // namespace odmr::postfix

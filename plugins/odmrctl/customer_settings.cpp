// customer_settings - see customer_settings.hpp.
#include "odmrctl/customer_settings.hpp"

#include "core/parameters.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <optional>
#include <tuple>

namespace odmr::ctl
{
namespace
{

template <class Value>
struct customer_setting {
    const char* option;  ///< without the hyphens
    const char* member;  ///< of the JSON object
    std::optional<Value> customer::* place;
    void (customer_store::*set)(std::string_view name, std::optional<Value> value);
    Value settings::* configured;  ///< the default, when it is a parameter
    Value (*read)(const std::string& text, const settings& config);
    std::string (*format)(Value value);
};

/// What is wrong with a value, and what was expected.
class bad_value : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

bad_value not_from(const std::string& text, const std::string& expected)
{
    return bad_value("\"" + text + "\" cannot be used; expected " + expected + ", or default");
}

/// Judged like the configured one.
seconds read_linger(const std::string& text, const settings& config)
{
    settings judged = config;
    if (const auto problem = set_parameter(judged, "linger", text))
        throw bad_value(*problem);
    return judged.linger;
}

std::uint64_t read_messages(const std::string& text, const settings& /*config*/)
{
    constexpr std::uint64_t most = 1'000'000'000;
    const auto value = parse_count(text);
    if (!value || *value < 1 || *value > most)
        throw not_from(text, "a whole number from 1 to " + std::to_string(most));
    return *value;
}

std::uint64_t read_octets(const std::string& text, const settings& /*config*/)
{
    constexpr std::uint64_t least = 1U << 10U;
    constexpr std::uint64_t most = std::uint64_t{1} << 40U;
    const auto value = parse_size(text);
    if (!value || *value < least || *value > most)
        throw not_from(text, "a size from " + format_size(least) + " to " + format_size(most) +
                                 ", such as 512K, 100M, 1G");
    return *value;
}

seconds read_hold_time(const std::string& text, const settings& /*config*/)
{
    constexpr seconds least{1};
    constexpr seconds most = std::chrono::hours(24) * 365;
    const auto value = parse_duration(text);
    if (!value || *value < least || *value > most)
        throw not_from(text, "a duration from " + format_duration(least) + " to " + format_duration(most) +
                                 ", such as 36h, 7d");
    return *value;
}

std::string format_count(std::uint64_t count)
{
    return std::to_string(count);
}

std::uint64_t number_of(std::uint64_t value)
{
    return value;
}

seconds::rep number_of(seconds value)
{
    return value.count();
}

// clang-format off
const std::tuple table{
    customer_setting<seconds>{"linger", "linger", &customer::linger, &customer_store::set_linger,
                              &settings::linger, read_linger, format_duration},
    customer_setting<std::uint64_t>{"max-messages", "max_messages", &customer::max_messages,
                                    &customer_store::set_max_messages, nullptr, read_messages, format_count},
    customer_setting<std::uint64_t>{"max-size", "max_octets", &customer::max_octets,
                                    &customer_store::set_max_octets, nullptr, read_octets, format_size},
    customer_setting<seconds>{"hold-time", "hold_time", &customer::hold_time, &customer_store::set_hold_time,
                              nullptr, read_hold_time, format_duration},
};
// clang-format on

template <class Work>
void for_each_setting(Work work)
{
    std::apply([&](const auto&... row) { (work(row), ...); }, table);
}

}  // namespace

customer given_settings(const invocation& call)
{
    customer values;
    for_each_setting([&](const auto& row) {
        if (!call.has(row.option))
            return;
        const auto& text = call.options.at(row.option).front();
        try {
            if (text != "default")
                values.*row.place = row.read(text, call.config);
        } catch (const bad_value& problem) {
            throw bad_data("--" + std::string(row.option) + ": " + problem.what());
        }
    });
    return values;
}

void store_settings(const invocation& call, customer_store& store, const std::string& name,
                    const customer& values)
{
    for_each_setting([&](const auto& row) {
        if (call.has(row.option))
            (store.*row.set)(name, values.*row.place);
    });
}

std::vector<std::pair<std::string, std::string>> shown_settings(const customer& who, const settings& config)
{
    std::vector<std::pair<std::string, std::string>> shown;
    for_each_setting([&](const auto& row) {
        const auto& own = who.*row.place;
        std::string text = "default";
        if (own)
            text = row.format(*own);
        else if (row.configured != nullptr)
            text += " (" + row.format(config.*row.configured) + ")";
        shown.emplace_back(row.option, text);
    });
    return shown;
}

void add_settings(nlohmann::ordered_json& object, const customer& who)
{
    for_each_setting([&](const auto& row) {
        const auto& own = who.*row.place;
        object[row.member] = own ? nlohmann::ordered_json(number_of(*own)) : nlohmann::ordered_json();
    });
}

}  // namespace odmr::ctl

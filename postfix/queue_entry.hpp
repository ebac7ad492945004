// queue_entry - one message of Postfix's queue as `postqueue -j` tells it: a JSON object on a line of its
// own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::postfix
{

struct queue_entry {
    std::string queue_name;  ///< "incoming", "active", "deferred", "hold"
    std::string queue_id;
    std::int64_t arrival = 0;  ///< seconds since the epoch
    std::uint64_t size = 0;    ///< octets
    std::string sender;
    std::vector<std::string> recipients;

    /// On hold: nothing short of a release makes Postfix deliver it.
    [[nodiscard]] bool held() const { return queue_name == "hold"; }
};

/// nullopt when the line is not such an object. Members nobody here knows are ignored.
std::optional<queue_entry> parse_queue_entry(std::string_view line);

/// The domain of a recipient address, in lower case; empty when it has none.
std::string domain_of(std::string_view address);

}  // namespace odmr::postfix

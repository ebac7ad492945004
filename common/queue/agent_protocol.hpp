// agent_protocol - what the daemon and its queue agent say to each other, as octets and back.
//
// One message of a SOCK_SEQPACKET pair is one request or one answer, so there is nothing to put together. It
// is lines of ASCII that end in LF, with ids, each on a line of its own, behind a number that counts them:
//
//   request   "wake" | "wake flush" | "release " count ids
//   answer    "done " count ids | "failed " count " " reason ids | "refused 0 " reason
//
// There is one way to write each, and no message is the beginning of another: what was cut off is no message.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

inline constexpr std::size_t max_ids_in_message = 1000;
inline constexpr std::size_t max_agent_id = 64;       ///< octets; the longest id of any MTA is shorter
inline constexpr std::size_t max_agent_reason = 400;  ///< octets
inline constexpr std::size_t max_agent_message = max_ids_in_message * (max_agent_id + 1) + 512;  ///< octets

struct agent_request {
    enum class kind {
        release,     ///< let go of the messages with these ids
        wake,        ///< have the MTA look at its deferred mail now
        wake_flush,  ///< the same, and forget which destinations it believes dead
    };
    kind what = kind::wake;
    std::vector<std::string> ids = {};  ///< 1 to max_ids_in_message; only in a release

    friend bool operator==(const agent_request&, const agent_request&) = default;
};

struct agent_answer {
    enum class kind {
        done,     ///< the MTA's command has run
        failed,   ///< it has not, or not to its end; `reason` says why
        refused,  ///< that is no request the agent obeys, and nothing was done
    };
    kind what = kind::done;
    std::string reason = {};            ///< printable ASCII, at most max_agent_reason; empty only when done
    std::vector<std::string> ids = {};  ///< those that were really released, also when it failed in the end

    friend bool operator==(const agent_answer&, const agent_answer&) = default;
};

/// ASCII letters and digits, 1 to max_agent_id of them: what any MTA's queue ids are made of.
bool plain_id(std::string_view id);

/// The octets of a message. Ids must be plain; a request with others is one that decode_request() refuses.
std::string encode(const agent_request& request);
/// What a reason may not hold is replaced by "?" or cut off.
std::string encode(const agent_answer& answer);

/// nullopt unless octets are exactly what encode() writes.
std::optional<agent_request> decode_request(std::string_view octets);
std::optional<agent_answer> decode_answer(std::string_view octets);

}  // namespace odmr

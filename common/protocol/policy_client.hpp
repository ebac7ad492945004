// policy_client - the asking side of Postfix's policy delegation protocol (SMTPD_POLICY_README, "Protocol
// description"), for whoever asks in Postfix's place. policy.hpp is the side that answers. It does no I/O.
#pragma once

#include "protocol/policy.hpp"
#include "protocol/reply.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace odmr
{

/// The request as it goes out; `stage` is not looked at, protocol_state is. nullopt when the other side could
/// not understand it: a value with a control character, or too long for a line.
std::optional<std::string> format_policy_request(const policy_request& request);

/// What an answer means to whoever asked.
struct policy_verdict {
    enum class action {
        pass,    ///< DUNNO, and every action that is not known here
        hold,    ///< the whole message is to wait
        refuse,  ///< the client gets `answer`
    };
    action what = action::pass;
    reply answer = {};        ///< a 4xx or 5xx
    std::string reason = {};  ///< of the hold, for the log

    friend bool operator==(const policy_verdict&, const policy_verdict&) = default;
};

/// The action of an answer, without "action=": "DUNNO", "HOLD reason", "450 4.2.1 text".
policy_verdict parse_policy_action(std::string_view action);

/// Reads the answers of one connection, each to one question.
class policy_answer_reader
{
public:
    static constexpr std::size_t max_answer = 8192;  ///< octets, with all its lines

    enum class status {
        incomplete,  ///< more octets are needed
        answer,      ///< take() has it
        malformed,   ///< it has no action, is too long, or something came behind it that nobody asked for
    };

    /// Adds octets as they came.
    status append(std::string_view octets);

    /// The answer, once append() has said so; the next one may come then.
    policy_verdict take();

private:
    std::string buffer_;
};

}  // namespace odmr

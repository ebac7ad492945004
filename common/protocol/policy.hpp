// policy - Postfix's policy delegation protocol: questions about a message on its way in, and their answers
// (SMTPD_POLICY_README, "Protocol description").
//
// A request is a line "name=value" for each attribute and an empty line; lines end in LF. Any number of
// requests follow each other on one connection, and each is answered before the next one comes. It does no
// I/O.
#pragma once

#include "protocol/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace odmr
{

/// When a question is asked: only two of the moments Postfix knows matter here.
enum class policy_stage { rcpt, end_of_message, other };

/// The attributes this service needs, as Postfix sends them: addresses without quoting, "" and 0 when absent.
struct policy_request {
    policy_stage stage =
        policy_stage::other;  ///< of protocol_state; other, too, for a foreign kind of request
    std::string request;      ///< the kind: "smtpd_access_policy"
    std::string protocol_state;
    std::string instance;  ///< the same for all requests about one message, and only for them
    std::string queue_id;  ///< empty until Postfix has accepted a recipient
    std::string sender;    ///< empty for the null path
    std::string recipient;
    std::string client_address;
    std::uint64_t recipient_count = 0;  ///< accepted recipients; 0 at RCPT, or when it is not a number
    std::uint64_t size = 0;             ///< octets: as announced in MAIL, at the end of the message as it is

    friend bool operator==(const policy_request&, const policy_request&) = default;
};

class policy_reader
{
public:
    static constexpr std::size_t max_line = 8192;       ///< octets of "name=value"
    static constexpr std::size_t max_attributes = 200;  ///< of one request; Postfix 3.12 sends 32

    enum class status {
        incomplete,  ///< no whole request yet: more octets are needed
        request,
        malformed,  ///< a request ended that had a line too long or without '=', a NUL, or too many
                    ///< attributes; the one behind it may be good
    };

    struct result {
        status what;
        policy_request request;
    };

    /// Adds octets as they came from Postfix.
    void append(std::string_view octets);

    /// The next request, or why there is none. Attributes nobody here needs are dropped.
    result next();

    /// A request has begun and is not whole. (Between requests Postfix may be silent for long, and the
    /// connection must stay: once it is broken, the rest of that SMTP session goes without policy.)
    [[nodiscard]] bool in_request() const;

private:
    void take_attribute(std::string_view line);
    result finish();

    std::string buffer_;
    std::size_t begin_ = 0;       ///< first octet of buffer_ not yet read
    std::size_t attributes_ = 0;  ///< lines of the present request so far
    bool skipping_ = false;       ///< dropping the rest of a line that was too long
    bool malformed_ = false;      ///< so is the present request
    policy_request request_;
};

/// What Postfix is told.
class policy_answer
{
public:
    /// Nothing is decided here: Postfix goes on with its next restriction.
    static policy_answer pass() { return policy_answer("DUNNO"); }
    /// The whole message goes on hold; reason is for Postfix's log.
    static policy_answer hold(std::string_view reason);
    /// The client gets this 4xx or 5xx reply.
    static policy_answer refuse(const reply& answer);

    /// The action and its text, such as "450 4.2.1 not now". No control character, and UTF-8 only: no text
    /// can forge an attribute, or be refused by Postfix.
    [[nodiscard]] const std::string& action() const { return action_; }
    /// As it goes out.
    [[nodiscard]] std::string wire() const { return "action=" + action_ + "\n\n"; }

    friend bool operator==(const policy_answer&, const policy_answer&) = default;

private:
    explicit policy_answer(std::string action);

    std::string action_;
};

}  // namespace odmr

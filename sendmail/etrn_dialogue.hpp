// etrn_dialogue - the client's side of ETRN (RFC 1985), sans-io: for each domain the server is asked to begin
// handing over its mail.
//
// ETRN is the last command of a group (RFC 2920 3.1), so each one waits for its reply.
#pragma once

#include "protocol/line_reader.hpp"
#include "protocol/reply.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::sendmail
{

/// What the server said about a domain.
struct etrn_answer {
    std::string domain;
    bool started = false;  ///< RFC 1985 5: 250 to 253
    std::string text;      ///< the reply

    friend bool operator==(const etrn_answer&, const etrn_answer&) = default;
};

class etrn_dialogue
{
public:
    static constexpr std::size_t max_line = 2048;  ///< octets of a reply line
    /// Sendmail answers those that follow on a connection more and more slowly.
    static constexpr std::size_t most_domains = 8;

    /// name: ours, in EHLO. domains: valid names.
    etrn_dialogue(std::string name, const std::vector<std::string>& domains);

    void receive(std::string_view octets);
    /// What is to be sent; empty when a reply is waited for.
    [[nodiscard]] std::string take_output();
    /// Nothing is to be received any more.
    [[nodiscard]] bool closed() const { return step_ == step::closed; }

    /// In the order of the domains; of those that were not asked for nothing is here.
    [[nodiscard]] const std::vector<etrn_answer>& answers() const { return answers_; }
    /// Why not all were asked for; empty when they were.
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    /// greeting -> hello -> domain, as often as there are any -> quit -> closed; fail() leads from everywhere
    /// to closed.
    enum class step { greeting, hello, domain, quit, closed };

    void replied(const reply& r);
    void next_domain();
    void fail(const std::string& why);

    std::string name_;
    std::deque<std::string> domains_;  ///< in front, the one that is asked for
    step step_ = step::greeting;
    line_reader lines_{max_line};
    reply_parser parser_;
    std::string output_;
    std::vector<etrn_answer> answers_;
    std::string problem_;
};

}  // namespace odmr::sendmail

// policy - Postfix's policy delegation protocol (SMTPD_POLICY_README, "Protocol description").
#include "protocol/policy.hpp"

#include "protocol/ascii.hpp"
#include "protocol/encoding.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <utility>

namespace odmr
{

namespace
{

struct text_attribute {
    std::string_view name;
    std::string policy_request::* member;
};

constexpr std::array texts{
    text_attribute{"request", &policy_request::request},
    text_attribute{"protocol_state", &policy_request::protocol_state},
    text_attribute{"instance", &policy_request::instance},
    text_attribute{"queue_id", &policy_request::queue_id},
    text_attribute{"sender", &policy_request::sender},
    text_attribute{"recipient", &policy_request::recipient},
    text_attribute{"client_address", &policy_request::client_address},
};

struct number_attribute {
    std::string_view name;
    std::uint64_t policy_request::* member;
};

constexpr std::array numbers{
    number_attribute{"recipient_count", &policy_request::recipient_count},
    number_attribute{"size", &policy_request::size},
};

/// 0 when the text is not a number that fits: as good as absent.
std::uint64_t number_or_0(std::string_view text)
{
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end ? value : 0;
}

policy_stage stage_of(const policy_request& request)
{
    if (request.request != "smtpd_access_policy")
        return policy_stage::other;
    if (request.protocol_state == "RCPT")
        return policy_stage::rcpt;
    if (request.protocol_state == "END-OF-MESSAGE")
        return policy_stage::end_of_message;
    return policy_stage::other;
}

}  // namespace

void policy_reader::append(std::string_view octets)
{
    buffer_.erase(0, begin_);
    begin_ = 0;
    buffer_.append(octets);
}

policy_reader::result policy_reader::next()
{
    while (true) {
        const std::string_view text = std::string_view(buffer_).substr(begin_);
        const std::size_t end = text.find('\n');
        if (skipping_ || std::min(end, text.size()) > max_line) {
            malformed_ = true;
            skipping_ = end == std::string_view::npos;
            begin_ += skipping_ ? text.size() : end + 1;
            if (skipping_)
                return {status::incomplete, {}};
        } else if (end == std::string_view::npos) {
            return {status::incomplete, {}};
        } else {
            begin_ += end + 1;
            if (end == 0)
                return finish();
            take_attribute(text.substr(0, end));
        }
    }
}

bool policy_reader::in_request() const
{
    return begin_ < buffer_.size() || attributes_ > 0 || malformed_;
}

void policy_reader::take_attribute(std::string_view line)
{
    const std::size_t equals = line.find('=');
    if (++attributes_ > max_attributes || equals == std::string_view::npos ||
        line.find('\0') != std::string_view::npos)
        malformed_ = true;
    if (malformed_)
        return;
    const std::string_view name = line.substr(0, equals);
    const std::string_view value = line.substr(equals + 1);
    const auto named = [&](const auto& attribute) { return attribute.name == name; };
    // The last of several values counts, which the protocol allows.
    if (const auto* text = std::find_if(texts.begin(), texts.end(), named); text != texts.end())
        request_.*(text->member) = value;
    else if (const auto* number = std::find_if(numbers.begin(), numbers.end(), named);
             number != numbers.end())
        request_.*(number->member) = number_or_0(value);
}

policy_reader::result policy_reader::finish()
{
    attributes_ = 0;
    policy_request request = std::exchange(request_, {});
    if (std::exchange(malformed_, false))
        return {status::malformed, {}};
    request.stage = stage_of(request);
    return {status::request, std::move(request)};
}

policy_answer::policy_answer(std::string action) : action_(std::move(action))
{
    const bool valid = valid_utf8(action_);  // Postfix takes its default action in place of anything else
    std::replace_if(
        action_.begin(), action_.end(), [&](char c) { return is_control(c) || (!valid && is_utf8(c)); }, '?');
}

policy_answer policy_answer::hold(std::string_view reason)
{
    return policy_answer("HOLD " + std::string(reason));
}

policy_answer policy_answer::refuse(const reply& answer)
{
    assert(answer.transient() || answer.permanent());
    return policy_answer(answer.text());
}

}  // namespace odmr

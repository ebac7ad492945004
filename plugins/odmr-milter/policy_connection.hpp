// policy_connection - a policy_link over a socket, blocking, each question with its time limit.
#pragma once

#include "core/settings.hpp"
#include "milter/policy_link.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace odmr::milter
{

/// Where odmrd answers: its policy_socket, or one of policy_listen.
struct policy_address {
    std::string path = {};  ///< empty for TCP
    endpoint_setting endpoint = {};

    friend bool operator==(const policy_address&, const policy_address&) = default;
};

/// "unix:/path", or "inet:127.0.0.1:10031" with a numeric address. nullopt when it is neither.
std::optional<policy_address> parse_policy_address(std::string_view text);

class policy_connection final : public policy_link
{
public:
    explicit policy_connection(const policy_address& where) : where_(where) {}
    ~policy_connection() override;
    policy_connection(const policy_connection&) = delete;
    policy_connection& operator=(const policy_connection&) = delete;

    outcome ask(const std::string& question, duration limit, policy_verdict& answer) override;

private:
    [[nodiscard]] outcome connect(time_point end);
    [[nodiscard]] outcome write(std::string_view octets, time_point end) const;
    [[nodiscard]] outcome read(time_point end, policy_verdict& answer);
    [[nodiscard]] outcome wait_for(short events, time_point end) const;

    policy_address where_;
    int socket_ = -1;
    policy_answer_reader reader_;
};

}  // namespace odmr::milter

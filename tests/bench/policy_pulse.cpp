#include "bench/policy_pulse.hpp"

#include "bench/unix_socket.hpp"

#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace odmr::bench
{
namespace
{

constexpr std::string_view question =
    "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n"
    "sender=sender@elsewhere.example\nrecipient=stranger@elsewhere.example\nrecipient_count=0\n"
    "queue_id=\ninstance=1.2.3\nsize=0\n\n";

bool ask(int socket)
{
    std::array<char, 256> answer{};
    return ::send(socket, question.data(), question.size(), MSG_NOSIGNAL) > 0 &&
           ::recv(socket, answer.data(), answer.size(), 0) > 0;
}

}  // namespace

policy_pulse::policy_pulse(const std::string& policy_socket)
    : thread_([this, policy_socket](const std::stop_token& stop) { run(stop, policy_socket); })
{
}

void policy_pulse::run(const std::stop_token& stop, const std::string& policy_socket)
{
    try {
        const test::file_descriptor socket = connect_to_unix(policy_socket);
        for (auto due = test::clock::now(); !stop.stop_requested();) {
            std::this_thread::sleep_until(due);
            if (!ask(socket.get()))
                throw std::runtime_error("odmrd has closed the policy connection");
            const auto now = test::clock::now();
            waits_.push_back(std::chrono::duration<double, std::milli>(now - due).count());
            due = std::max(due + interval, now);
        }
    } catch (const std::exception& problem) {
        problem_ = problem.what();
    }
}

std::vector<double> policy_pulse::end()
{
    thread_ = {};
    if (!problem_.empty())
        throw std::runtime_error(problem_);
    return std::exchange(waits_, {});
}

}  // namespace odmr::bench

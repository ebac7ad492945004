// policy_session - one connection on which Postfix asks about arriving mail (SMTPD_POLICY_README). It reads,
// asks an interceptor of its own, and answers.
//
// Once a policy connection is broken Postfix goes without policy for the rest of its SMTP session. So this
// stays open however long Postfix is silent between two requests, and whatever it sends; what cannot be
// understood is answered DUNNO. Only a request that begins and does not end closes it. At the end of the
// daemon it answers for as long as there is somebody to answer.
#pragma once

#include "core/interceptor.hpp"
#include "net/connection.hpp"
#include "odmrd/mail_intake.hpp"
#include "protocol/policy.hpp"

#include <chrono>
#include <memory>
#include <string_view>

namespace odmr
{

class policy_session : public std::enable_shared_from_this<policy_session>
{
public:
    /// Begins to answer. The session keeps itself alive until the connection is over; intake outlives it.
    /// request_time: how long a request may take from its first octet to its last, and its answer to be
    /// taken.
    static void start(mail_intake& intake, stream_socket socket,
                      std::chrono::milliseconds request_time = std::chrono::seconds(10));

private:
    policy_session(mail_intake& intake, stream_socket socket, std::chrono::milliseconds request_time);

    awaitable<void> run();
    awaitable<bool> read();
    policy_answer answer(const policy_reader::result& asked);
    void not_understood(std::string_view why);

    mail_intake& intake_;
    std::shared_ptr<connection> connection_;
    interceptor interceptor_;
    policy_reader reader_;
    std::chrono::milliseconds request_time_;
    std::chrono::steady_clock::time_point request_ends_{};  ///< must, if one has begun
    bool complained_ = false;
};

}  // namespace odmr

// host_mail_system - what tests need from the mail system that keeps the queue: private_postfix and
// private_sendmail are one.
//
// Mail for every domain that is not a customer's goes "elsewhere", to an SMTP server on loopback; bounces,
// too.
#pragma once

#include "support/queued_message.hpp"
#include "support/smtp_sender.hpp"
#include "support/wait.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::test
{

class host_mail_system
{
public:
    host_mail_system() = default;
    virtual ~host_mail_system() = default;
    host_mail_system(const host_mail_system&) = delete;
    host_mail_system& operator=(const host_mail_system&) = delete;

    /// Where the Internet hands in mail, on loopback.
    [[nodiscard]] virtual std::uint16_t port() const = 0;
    /// What odmr.conf must say for it.
    [[nodiscard]] virtual std::map<std::string, std::string> parameters() const = 0;

    /// Hands it a message by SMTP and returns the queue id. Throws std::runtime_error when it is refused.
    std::string inject(const outgoing_message& message) const;
    /// The same for many messages, on one connection.
    std::vector<std::string> inject(const std::vector<outgoing_message>& messages) const;
    /// The queue id in its answer to a content. Throws std::runtime_error when it has refused it.
    [[nodiscard]] virtual std::string accepted_id(std::string_view reply) const = 0;

    [[nodiscard]] virtual std::vector<queued_message> queue() const = 0;
    using queue_condition = std::function<bool(const std::vector<queued_message>&)>;
    /// False when the queue does not come to that within limit.
    [[nodiscard]] bool wait_for_queue(const queue_condition& condition, milliseconds limit = patience) const;
    /// True for a message of the queue that nobody tries to deliver now: it waits for its customer, or for
    /// another try.
    [[nodiscard]] virtual bool at_rest(const queued_message& message) const = 0;

    /// Tries all of its queue again, as it does by itself from time to time.
    virtual void flush() const = 0;
    /// Ends it as an administrator does, and starts it again.
    virtual void restart() = 0;

    [[nodiscard]] virtual std::string log() const = 0;
    /// The lines of the log that name this message.
    [[nodiscard]] virtual std::vector<std::string> log_of(const std::string& queue_id) const = 0;
    /// How often it was tried to deliver it to one of its recipients.
    [[nodiscard]] virtual std::size_t attempts(const std::string& queue_id) const = 0;
};

}  // namespace odmr::test

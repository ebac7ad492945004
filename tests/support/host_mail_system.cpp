#include "support/host_mail_system.hpp"

namespace odmr::test
{

std::string host_mail_system::inject(const outgoing_message& message) const
{
    return accepted_id(send_by_smtp(port(), message));
}

std::vector<std::string> host_mail_system::inject(const std::vector<outgoing_message>& messages) const
{
    std::vector<std::string> ids;
    smtp_sender sender(port());
    for (const outgoing_message& message : messages)
        ids.push_back(accepted_id(sender.send(message)));
    return ids;
}

bool host_mail_system::wait_for_queue(const queue_condition& condition, milliseconds limit) const
{
    return wait_until([&] { return condition(queue()); }, limit);
}

}  // namespace odmr::test

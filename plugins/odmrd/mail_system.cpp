#include "odmrd/mail_system.hpp"

#include "log/log.hpp"
#include "postfix/postfix_commands.hpp"
#include "postfix/postfix_mta.hpp"
#include "sendmail/sendmail_mta.hpp"

#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace odmr
{

std::unique_ptr<host_mta> make_host_mta(const asio::any_io_executor& executor, adapter_surroundings with)
{
    const stored_directory& directory = with.directory;
    if (with.current().host == mail_system::sendmail)
        return std::make_unique<sendmail::sendmail_mta>(
            executor,
            sendmail::sendmail_mta::surroundings{
                std::move(with.current), with.books, directory,
                [&directory](std::string_view beginning) { return directory.sole_domain(beginning); }},
            std::move(with.connected));
    return std::make_unique<postfix::postfix_mta>(
        executor,
        postfix::held_mail::surroundings{
            std::move(with.current), with.books, with.records, directory,
            [&directory](std::string_view customer) { return directory.hold_time_of(customer); },
            std::move(with.agent)},
        std::move(with.connected));
}

std::unique_ptr<queue_agent> fork_queue_agent(const settings& config)
{
    // ETRN needs no privileges.
    if (config.host == mail_system::sendmail || ::geteuid() != 0)
        return nullptr;
    try {
        postfix::postfix_commands commands(config.postfix_command_dir, config.postfix_config_dir,
                                           config.queue_command_timeout);
        return std::make_unique<queue_agent>(commands);
    } catch (const std::runtime_error& problem) {
        log::error("no-queue-agent", {{"reason", problem.what()}});
        return nullptr;
    }
}

void prepare_socket_dir(const settings& config)
{
    if (config.host == mail_system::sendmail)
        sendmail::sendmail_mta::prepare_socket_dir(config);
    else
        postfix::postfix_mta::prepare_socket_dir(config);
}

}  // namespace odmr

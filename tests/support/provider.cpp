#include "support/provider.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace odmr::test
{
namespace
{

std::string header(const std::string& content, const std::string& name)
{
    const std::size_t begin = content.find("\r\n" + name + ": ");
    return content.substr(begin, content.find("\r\n", begin + 2) - begin);
}

/// A bounce is a report that names the recipient (RFC 3464 2.3.2) and returns the headers of the message.
bool is_bounce_of(const received_message& report, const sent_message& message, const std::string& recipient)
{
    return report.sender.empty() &&
           report.content.find("Final-Recipient: rfc822; " + recipient) != std::string::npos &&
           report.content.find(header(message.message.content, "Message-ID")) != std::string::npos;
}

const queued_message::recipient* find_queued(const std::vector<queued_message>& queue,
                                             const sent_message& message, const std::string& recipient)
{
    for (const queued_message& queued : queue)
        if (queued.queue_id == message.queue_id)
            for (const queued_message::recipient& r : queued.recipients)
                if (r.address == recipient)
                    return &r;
    return nullptr;
}

}  // namespace

provider::provider(const setup& how)
    : elsewhere_(how.elsewhere),
      postfix_(directory_.path(), elsewhere_.port(), how.extra_main_cf),
      tls_(how.tls)
{
    parameters_ = {
        {"hostname", "provider.example.net"},
        {"listen", "127.0.0.1:0"},
        {"database", (directory() / "customers.db").string()},
        {"linger", "0s"},
        {"auth_delay", "0s"},
        {"socket_dir", (postfix_.queue_dir() / "odmr").string()},
        {"policy_socket", (postfix_.queue_dir() / "odmr" / "policy").string()},
        {"control_socket", (directory() / "control").string()},
        {"postfix_config_dir", postfix_.config_dir().string()},
        {"postfix_maps_dir", (postfix_.config_dir() / "odmr").string()},
        {"log_to", "stderr"},
        {"log_level", "debug"},
    };
    if (tls_) {
        certificate_ = make_certificate(directory());
        parameters_["listen_tls"] = "127.0.0.1:0";
        parameters_["tls_certificate"] = certificate_.certificate_file.string();
        parameters_["tls_key"] = certificate_.key_file.string();
    }
    for (const auto& [key, value] : how.odmr)
        parameters_[key] = value;
    write_config();
}

provider::~provider() = default;

void provider::write_config() const
{
    std::string text;
    for (const auto& [key, value] : parameters_)
        text += key + " = " + value + "\n";
    write_file(config_file(), text);
}

void provider::set(const std::string& key, const std::string& value)
{
    parameters_[key] = value;
    write_config();
}

void provider::add_customer(const std::string& name, const std::vector<std::string>& domains,
                            const std::vector<std::string>& options)
{
    std::vector<std::string> add = {"customer", "add", name};
    add.insert(add.end(), options.begin(), options.end());
    odmrctl_or_throw(add, std::string(password) + "\n");
    if (!domains.empty()) {
        std::vector<std::string> add_domains = {"domain", "add", name};
        add_domains.insert(add_domains.end(), domains.begin(), domains.end());
        odmrctl_or_throw(add_domains);
    }
    odmrctl_or_throw({"maps"});
}

command_result provider::odmrctl(const std::vector<std::string>& words, const std::string& input) const
{
    program command{{built_program("odmrctl"), "--config", config_file().string()}, input};
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    return run_command(command);
}

std::string provider::odmrctl_or_throw(const std::vector<std::string>& words, const std::string& input) const
{
    const command_result result = odmrctl(words, input);
    if (result.status != 0)
        throw std::runtime_error("odmrctl " + words.front() + " fails: " + result.output + result.error);
    return result.output;
}

void provider::start_odmrd()
{
    if (odmrd_)
        former_logs_ += odmrd_->log();
    odmrd_.reset();
    odmrd_ = std::make_unique<odmrd_process>(config_file(), tls_ ? 2 : 1);
}

sent_message provider::send(const std::vector<std::string>& recipients, std::size_t octets)
{
    sent_message sent;
    sent.message = {"sender@elsewhere.example", recipients, make_content("to " + recipients.front(), octets),
                    "BODY=8BITMIME"};
    sent.queue_id = postfix_.inject(sent.message);
    sent_.push_back(sent);
    return sent;
}

sent_message provider::send_and_defer(const std::vector<std::string>& recipients, std::size_t octets)
{
    sent_message sent = send(recipients, octets);
    const bool deferred = postfix_.wait_for_queue([&](const std::vector<queued_message>& queue) {
        return std::ranges::any_of(queue, [&](const queued_message& m) {
            return m.queue_id == sent.queue_id && m.queue_name == "deferred";
        });
    });
    if (!deferred)
        throw std::runtime_error(sent.queue_id + " does not wait in the queue\n" + logs());
    return sent;
}

bool provider::in_queue(const sent_message& message, const std::string& recipient) const
{
    return find_queued(postfix_.queue(), message, recipient) != nullptr;
}

bool provider::wait_for_empty_queue() const
{
    return postfix_.wait_for_queue([](const std::vector<queued_message>& queue) { return queue.empty(); });
}

provider::whereabouts provider::find(const sent_message& message, const std::string& recipient,
                                     const mailbox& customers) const
{
    whereabouts found;
    found.queued = in_queue(message, recipient) ? 1 : 0;
    found.at_customer = customers.count(recipient, message.message.content);
    found.elsewhere = elsewhere_.box().count(recipient, message.message.content);
    found.bounced =
        static_cast<int>(std::ranges::count_if(elsewhere_.box().accepted(), [&](const received_message& m) {
            return is_bounce_of(m, message, recipient);
        }));
    return found;
}

std::string provider::whereabouts::text() const
{
    std::ostringstream out;
    out << "queued " << queued << ", at the customer " << at_customer << ", elsewhere " << elsewhere
        << ", bounced " << bounced;
    return out.str();
}

std::string provider::logs() const
{
    return "--- odmrd\n" + former_logs_ + (odmrd_ ? odmrd_->log() : "") + "--- Postfix\n" + postfix_.log() +
           "--- elsewhere\n" + elsewhere_.log().text();
}

}  // namespace odmr::test

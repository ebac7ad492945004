#include "support/provider.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace odmr::test
{
namespace
{

std::unique_ptr<host_mail_system> start(const provider::setup& how, const std::filesystem::path& directory,
                                        std::uint16_t elsewhere)
{
    if (how.host == mail_system::sendmail)
        return std::make_unique<private_sendmail>(directory, elsewhere, how.extra_mc, how.second_mc);
    return std::make_unique<private_postfix>(
        directory, elsewhere, private_postfix::changes{how.extra_main_cf, how.extra_master_cf});
}

}  // namespace

provider::provider(const setup& how)
    : elsewhere_(how.elsewhere), host_(start(how, directory_.path(), elsewhere_.port())), tls_(how.tls)
{
    parameters_ = {
        {"hostname", "provider.example.net"},
        {"listen", "127.0.0.1:0"},
        {"database", (directory() / "customers.db").string()},
        {"linger", "0s"},
        {"auth_delay", "0s"},
        {"control_socket", (directory() / "control").string()},
        {"log_to", "stderr"},
        {"log_level", "debug"},
    };
    parameters_.merge(host_->parameters());
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

bool provider::serves(const std::string& domain) const
{
    const std::string log = odmrd_->log();
    const auto last = [&](const char* what) { return log.rfind(what + (": domain=" + domain + "\n")); };
    const std::size_t online = last(" online");
    const std::size_t offline = last(" offline");
    return online != std::string::npos && (offline == std::string::npos || online > offline);
}

void provider::start_odmrd(const std::vector<std::string>& launcher)
{
    if (odmrd_)
        former_logs_ += odmrd_->log();
    odmrd_.reset();
    odmrd_ = std::make_unique<odmrd_process>(config_file(), tls_ ? 2 : 1, launcher);
    if (const auto* const host = dynamic_cast<const private_sendmail*>(host_.get()); host && !milter_)
        milter_ = std::make_unique<odmr_milter_process>(host->milter_socket(), host->policy_socket(),
                                                        std::vector<std::string>{"--timeout", "1s"});
}

outgoing_message provider::new_message(const std::vector<std::string>& recipients, std::size_t octets) const
{
    return {"sender@elsewhere.example", recipients, make_content("to " + recipients.front(), octets),
            "BODY=8BITMIME"};
}

sent_message provider::send(const std::vector<std::string>& recipients, std::size_t octets)
{
    const outgoing_message message = new_message(recipients, octets);
    return sent_.emplace_back(host_->inject(message), message);
}

std::vector<sent_message> provider::send_many(const std::vector<std::vector<std::string>>& recipients,
                                              std::size_t octets)
{
    std::vector<outgoing_message> messages;
    for (const std::vector<std::string>& each : recipients)
        messages.push_back(new_message(each, octets));
    const std::vector<std::string> ids = host_->inject(messages);
    std::vector<sent_message> result;
    for (std::size_t i = 0; i < ids.size(); ++i)
        result.emplace_back(ids[i], messages[i]);
    sent_.insert(sent_.end(), result.begin(), result.end());
    return result;
}

sent_message provider::send_and_wait(const std::vector<std::string>& recipients, std::size_t octets)
{
    sent_message sent = send(recipients, octets);
    if (!wait_until([&] { return at_rest(sent); }))
        throw std::runtime_error(sent.queue_id + " does not wait in the queue\n" + logs());
    return sent;
}

bool provider::at_rest(const sent_message& message) const
{
    const std::vector<queued_message> parts = mail_books(host_->queue(), {}, {}).parts_of(message);
    return !parts.empty() &&
           std::ranges::all_of(parts, [this](const queued_message& part) { return host_->at_rest(part); });
}

bool provider::in_queue(const sent_message& message, const std::string& recipient) const
{
    return mail_books(host_->queue(), {}, {}).find(message, recipient).queued > 0;
}

std::string provider::queue_of(const sent_message& message) const
{
    return mail_books(host_->queue(), {}, {}).queue_of(message);
}

bool provider::wait_for_empty_queue() const
{
    return host_->wait_for_queue([](const std::vector<queued_message>& queue) { return queue.empty(); });
}

mail_books provider::books(const mailbox& customers) const
{
    std::vector<queued_message> queue = host_->queue();
    return {std::move(queue), customers.messages(), elsewhere_.box().messages()};
}

std::string provider::logs() const
{
    return "--- odmrd\n" + former_logs_ + (odmrd_ ? odmrd_->log() : "") +
           (milter_ ? "--- odmr-milter\n" + milter_->log() : "") + "--- mail system\n" + host_->log() +
           "--- elsewhere\n" + elsewhere_.log().text();
}

}  // namespace odmr::test

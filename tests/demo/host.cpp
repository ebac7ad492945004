#include "host.hpp"

#include "story.hpp"

#include <algorithm>

namespace odmr::demo
{
namespace
{

using test::queued_message;

class postfix_host final : public host
{
public:
    explicit postfix_host(const test::private_postfix& postfix) : postfix_(postfix) {}

    [[nodiscard]] std::string name() const override { return "Postfix"; }
    [[nodiscard]] std::string configuration() const override { return "main.cf and master.cf"; }
    [[nodiscard]] std::vector<std::string> start_command() const override
    {
        return {"postfix", "-c", postfix_.config_dir().string(), "start"};
    }
    [[nodiscard]] std::vector<std::string> list_command() const override
    {
        return {"postqueue", "-c", postfix_.config_dir().string(), "-p"};
    }
    void show_what_goes_with_it() const override {}  // Postfix asks odmrd by itself

    [[nodiscard]] bool all_wait(const std::vector<queued_message>& queue) const override
    {
        const auto waiting_in = [&](const char* name) {
            return std::ranges::count_if(queue, [&](const queued_message& m) {
                return m.queue_name == name && m.recipients.size() == 1;
            });
        };
        return queue.size() == 3 && waiting_in("hold") == 2 && waiting_in("deferred") == 1;
    }
    [[nodiscard]] std::string what_waits() const override
    {
        return "two messages are on hold, and the customer's copy of the third is deferred";
    }
    [[nodiscard]] std::string how_they_wait() const override
    {
        return "What is for the customer alone is on hold (\"!\"): Postfix does not try it in vain, and it "
               "costs "
               "nothing while it waits. The message to both could not be held as a whole, so only the "
               "customer's copy waits:";
    }

private:
    const test::private_postfix& postfix_;
};

class sendmail_host final : public host
{
public:
    explicit sendmail_host(const test::private_sendmail& sendmail) : sendmail_(sendmail) {}

    [[nodiscard]] std::string name() const override { return "Sendmail"; }
    [[nodiscard]] std::string configuration() const override { return "sendmail.cf"; }
    [[nodiscard]] std::vector<std::string> start_command() const override
    {
        return {"sendmail", "-C", sendmail_.config_file().string(), "-bd", "-q1h"};
    }
    [[nodiscard]] std::vector<std::string> list_command() const override
    {
        return {sendmail_.command().string(), "-bp", "-qGodmr"};
    }
    void show_what_goes_with_it() const override
    {
        tell("Sendmail asks odmrd about its customers' mail through odmr-milter.");
        show_command({test::built_program("odmr-milter"), "--policy",
                      "unix:" + sendmail_.policy_socket().string(), "-p",
                      "local:" + sendmail_.milter_socket().string(), "&"});
    }

    [[nodiscard]] bool all_wait(const std::vector<queued_message>& queue) const override
    {
        return queue.size() == 3 && std::ranges::all_of(queue, [&](const queued_message& m) {
                   return m.recipients.size() == 1 && sendmail_.at_rest(m);
               });
    }
    [[nodiscard]] std::string what_waits() const override
    {
        return "three messages wait in the customers' queue group, each for the customer alone";
    }
    [[nodiscard]] std::string how_they_wait() const override
    {
        return "They are in a queue group of their own, which Sendmail does not try to deliver until it is "
               "asked "
               "to: they cost nothing while they wait. The message to both was split, so only the customer's "
               "copy waits:";
    }

private:
    const test::private_sendmail& sendmail_;
};

}  // namespace

std::unique_ptr<host> make_host(const test::provider& isp)
{
    if (dynamic_cast<const test::private_sendmail*>(&isp.host()) != nullptr)
        return std::make_unique<sendmail_host>(isp.sendmail());
    return std::make_unique<postfix_host>(isp.postfix());
}

}  // namespace odmr::demo

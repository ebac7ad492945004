// odmr-demo - the whole of odmr in half a minute: mail that waited in Postfix goes down the connection that
// its customer's fetchmail opened. Everything is real, on loopback and in one directory that is gone at the
// end; the machine's own mail system is not touched.
#include "story.hpp"
#include "support/fetchmail.hpp"
#include "support/provider.hpp"

#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace
{

using namespace odmr::demo;
using odmr::test::command_result;
using odmr::test::outgoing_message;
using odmr::test::provider;
using odmr::test::queued_message;
using odmr::test::received_message;
using odmr::test::smtp_sink;

constexpr const char* date = "Date: Thu, 01 Jan 2026 08:00:00 +0000\r\n";

std::vector<outgoing_message> letters()
{
    const std::string sender = "wilhelmina@elsewhere.example";
    const std::string from = "From: Wilhelmina <" + sender + ">\r\n";
    return {
        {sender,
         {"ann@example.org"},
         from + date +
             "To: ann@example.org\r\nMessage-ID: <1@elsewhere.example>\r\nSubject: The ship\r\n\r\n"
             "Dear Ann,\r\nare you in port again?\r\n.\r\n.. --- .. a line that begins with dots\r\n"},
        {sender,
         {"office@example.com"},
         from + date +
             "To: office@example.com\r\nMessage-ID: <2@elsewhere.example>\r\nSubject: The invoice\r\n\r\n"
             "Dear office,\r\nplease find the invoice below.\r\n" +
             std::string(900, '=') + "\r\n\r\n\r\n"},
        {sender,
         {"ann@example.org", "karl@elsewhere.example"},
         from + date +
             "To: ann@example.org, karl@elsewhere.example\r\nMessage-ID: <3@elsewhere.example>\r\n"
             "Subject: To both of you\r\n\r\nDear Ann, dear Karl,\r\nsee you on Sunday.\r\n"},
    };
}

std::string subject(const outgoing_message& letter)
{
    const std::string name = "Subject: ";
    const std::size_t begin = letter.content.find(name) + name.size();
    return letter.content.substr(begin, letter.content.find('\r', begin) - begin);
}

void a_provider_opens(provider& isp)
{
    chapter("1. A provider opens for business");
    tell(
        "A Postfix of its own is running, with what odmr needs in main.cf and master.cf. (Its directory is "
        "called DIR "
        "here; it is below /tmp.) odmrctl adds a customer with two domains; the password comes from standard "
        "input.");
    show_command({"postfix", "-c", "DIR/etc", "start"});
    std::cout << "\n";
    const std::string odmrctl = odmr::test::built_program("odmrctl");
    const std::vector<std::string> base = {odmrctl, "--config", isp.config_file().string()};
    const auto odmrctl_does = [&](const std::vector<std::string>& words, const std::string& input = {}) {
        std::vector<std::string> command = base;
        command.insert(command.end(), words.begin(), words.end());
        run({command, input});
    };
    odmrctl_does({"customer", "add", "alice", "--cram-md5"}, std::string(provider::password) + "\n");
    odmrctl_does({"domain", "add", "alice", "example.org", "example.com"});
    odmrctl_does({"maps"});
    show_command({odmr::test::built_program("odmrd"), "--config", isp.config_file().string(), "&"});
    isp.start_odmrd();
    show("listening on 127.0.0.1, port " + std::to_string(isp.port()));
}

bool mail_comes_in(provider& isp)
{
    chapter("2. Mail comes in while the customer is not there");
    tell("Three messages arrive at Postfix by SMTP:");
    for (const outgoing_message& letter : letters()) {
        const std::string id = isp.postfix().inject(letter);
        std::string line = "\"" + subject(letter) + "\" for";
        for (const std::string& recipient : letter.recipients)
            line += " " + recipient;
        show(line + "\n-> 250 2.0.0 Ok: queued as " + id);
    }
    const auto waiting_in = [](const std::vector<queued_message>& queue, const std::string& name) {
        return std::ranges::count_if(
            queue, [&](const queued_message& m) { return m.queue_name == name && m.recipients.size() == 1; });
    };
    const bool waits = isp.postfix().wait_for_queue([&](const std::vector<queued_message>& queue) {
        return queue.size() == 3 && waiting_in(queue, "hold") == 2 && waiting_in(queue, "deferred") == 1;
    });
    tell(
        "They wait in Postfix's own queue, the only place where odmr's mail ever is. What is for the "
        "customer "
        "alone is on hold (\"!\"): Postfix does not try it in vain, and it costs nothing while it waits. The "
        "message to both could not be held as a whole, so only the customer's copy waits:");
    run({{"postqueue", "-c", isp.postfix().config_dir().string(), "-p"}});
    run({{odmr::test::built_program("odmrctl"), "--config", isp.config_file().string(), "status"}, {}});
    const bool good =
        check("two messages are on hold, and the customer's copy of the third is deferred", waits);
    return check("karl@elsewhere.example has his copy already: he did not wait for somebody who is offline",
                 isp.elsewhere().box().count("karl@elsewhere.example", letters()[2].content) == 1) &&
           good;
}

/// The ODMR part of fetchmail's dialogue.
std::string dialogue(const std::string& output)
{
    std::istringstream in(output);
    std::string shown;
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("fetchmail: ODMR") || line.starts_with("fetchmail: ESMTP") ||
            line.starts_with("ODMR") || line.starts_with("ESMTP"))
            shown += line + "\n";
    return shown;
}

bool the_customer_calls(const provider& isp, const smtp_sink& home)
{
    chapter("3. The customer calls");
    tell(
        "The customer's machine runs fetchmail. It connects, authenticates and says ATRN; then the "
        "connection turns "
        "round, and the provider delivers down it. fetchmail passes everything to the customer's own mail "
        "server, "
        "here on port " +
        std::to_string(home.port()) + ". (Of the dialogue all is shown but the messages themselves.)");
    const odmr::test::fetchmail_poll poll{.odmr_port = isp.port(),
                                          .user = "alice",
                                          .password = provider::password,
                                          .domains = "example.org,example.com",
                                          .smtp_port = home.port()};
    show_command({"cat", "fetchmailrc"});
    show(odmr::test::fetchmailrc(poll));
    show_command({"fetchmail", "--nodetach", "--verbose"});
    const command_result result = odmr::test::run_fetchmail(poll);
    show(dialogue(result.output));
    return check("fetchmail says that all went well", result.status == 0);
}

/// Everything but the Received header that Postfix puts in front.
bool arrived_unchanged(const smtp_sink& home, const outgoing_message& letter, const std::string& recipient)
{
    return std::ranges::any_of(home.box().accepted(), [&](const received_message& m) {
        return m.sender == letter.sender && m.recipients == std::vector{recipient} &&
               m.content.ends_with(letter.content) && m.content.starts_with("Received: ") &&
               m.content.find("\r\nFrom: ") + 2 == m.content.size() - letter.content.size();
    });
}

bool what_arrived(const provider& isp, const smtp_sink& home)
{
    chapter("4. What arrived");
    const bool empty = isp.wait_for_empty_queue();
    std::string list;
    for (const received_message& m : home.box().accepted())
        list += "MAIL FROM:<" + m.sender + ">  RCPT TO:<" + m.recipients.front() + ">  " +
                std::to_string(m.content.size()) + " octets\n";
    show(list);
    for (const received_message& m : home.box().accepted())
        if (m.content.ends_with(letters().front().content)) {
            tell("One of them, as the customer's server received it:");
            show(m.content);
        }
    tell(
        "Compared byte for byte with what was sent: sender, recipient, and the content. Only the Received "
        "header that "
        "Postfix puts in front, as every mail server does, is left out of the comparison.");
    bool all = check("three messages, no more and no less", home.box().messages().size() == 3);
    for (const outgoing_message& letter : letters())
        all &= check("\"" + subject(letter) + "\" arrived unchanged",
                     arrived_unchanged(home, letter, letter.recipients.front()));
    std::cout << "\n";
    run({{"postqueue", "-c", isp.postfix().config_dir().string(), "-p"}});
    return check("the queue is empty", empty) && all;
}

bool demo()
{
    const auto begin = odmr::test::clock::now();
    bool good = true;
    {
        provider isp{{}};
        const smtp_sink home;
        call_it(isp.directory().string(), "DIR");
        call_it(std::filesystem::path(odmr::test::built_program("odmrd")).parent_path().string() + "/", "");
        a_provider_opens(isp);
        good &= mail_comes_in(isp);
        good &= the_customer_calls(isp, home);
        good &= what_arrived(isp, home);
        if (!good)
            std::cerr << isp.logs();
    }
    const auto took = std::chrono::duration<double>(odmr::test::clock::now() - begin).count();
    std::ostringstream end;
    end.precision(2);
    end << "Postfix and odmrd are stopped and their directory is gone. That took " << took << " seconds.";
    chapter("The end");
    tell(good ? end.str() : "Something differs from what was promised: see NO above.");
    return good;
}

}  // namespace

int main()
{
    if (::geteuid() != 0) {
        std::cerr
            << "odmr-demo: this needs root, because the Postfix it starts (a private one, in a temporary "
               "directory) insists on it: try sudo\n";
        return EX_NOPERM;
    }
    try {
        return demo() ? EX_OK : EX_SOFTWARE;
    } catch (const std::exception& problem) {
        std::cerr << "odmr-demo: " << problem.what() << "\n";
        return EX_SOFTWARE;
    }
}

// odmr-demo [postfix | sendmail] - the whole of odmr in half a minute: mail that waited in the mail system
// goes down the connection that its customer's fetchmail opened. Everything is real, on loopback and in one
// directory that is gone at the end; the machine's own mail system is not touched.
#include "host.hpp"
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
using odmr::test::built_program;
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

void a_provider_opens(provider& isp, const host& mail_system)
{
    chapter("1. A provider opens for business");
    tell("A " + mail_system.name() + " of its own is running, with what odmr needs in " +
         mail_system.configuration() +
         ". (Its directory is called DIR here; it is below /tmp.) odmrctl adds a customer with two domains; "
         "the "
         "password comes from standard input.");
    show_command(mail_system.start_command());
    std::cout << "\n";
    const auto odmrctl = [&](const std::vector<std::string>& words, const std::string& input = {}) {
        std::vector<std::string> command{built_program("odmrctl"), "--config", isp.config_file().string()};
        command.insert(command.end(), words.begin(), words.end());
        run({command, input});
    };
    odmrctl({"customer", "add", "alice", "--cram-md5"}, std::string(provider::password) + "\n");
    odmrctl({"domain", "add", "alice", "example.org", "example.com"});
    odmrctl({"maps"});
    show_command({built_program("odmrd"), "--config", isp.config_file().string(), "&"});
    isp.start_odmrd();
    show("listening on 127.0.0.1, port " + std::to_string(isp.port()));
    mail_system.show_what_goes_with_it();
}

bool mail_comes_in(provider& isp, const host& mail_system)
{
    chapter("2. Mail comes in while the customer is not there");
    tell("Three messages arrive at " + mail_system.name() + " by SMTP:");
    for (const outgoing_message& letter : letters()) {
        const std::string id = isp.host().inject(letter);
        std::string line = "\"" + subject(letter) + "\" for";
        for (const std::string& recipient : letter.recipients)
            line += " " + recipient;
        show(line + "\n-> 250, queued as " + id);
    }
    const bool waits = isp.host().wait_for_queue(
        [&](const std::vector<queued_message>& queue) { return mail_system.all_wait(queue); });
    tell("They wait in " + mail_system.name() + "'s own queue, the only place where odmr's mail ever is. " +
         mail_system.how_they_wait());
    run({mail_system.list_command()});
    run({{built_program("odmrctl"), "--config", isp.config_file().string(), "status"}, {}});
    const bool good = check(mail_system.what_waits(), waits);
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

/// Everything but the Received header that the mail system puts in front.
bool arrived_unchanged(const smtp_sink& home, const outgoing_message& letter, const std::string& recipient)
{
    return std::ranges::any_of(home.box().accepted(), [&](const received_message& m) {
        return m.sender == letter.sender && m.recipients == std::vector{recipient} &&
               m.content.ends_with(letter.content) && m.content.starts_with("Received: ") &&
               m.content.find("\r\nFrom: ") + 2 == m.content.size() - letter.content.size();
    });
}

bool what_arrived(const provider& isp, const host& mail_system, const smtp_sink& home)
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
        "header "
        "that " +
        mail_system.name() + " puts in front, as every mail server does, is left out of the comparison.");
    bool all = check("three messages, no more and no less", home.box().messages().size() == 3);
    for (const outgoing_message& letter : letters())
        all &= check("\"" + subject(letter) + "\" arrived unchanged",
                     arrived_unchanged(home, letter, letter.recipients.front()));
    std::cout << "\n";
    run({mail_system.list_command()});
    return check("the queue is empty", empty) && all;
}

bool demo(odmr::test::mail_system which)
{
    const auto begin = odmr::test::clock::now();
    bool good = true;
    {
        provider isp{{.host = which}};
        const auto mail_system = make_host(isp);
        const smtp_sink home;
        call_it(isp.directory().string(), "DIR");
        call_it(std::filesystem::path(built_program("odmrd")).parent_path().string() + "/", "");
        a_provider_opens(isp, *mail_system);
        good &= mail_comes_in(isp, *mail_system);
        good &= the_customer_calls(isp, home);
        good &= what_arrived(isp, *mail_system, home);
        if (!good)
            std::cerr << isp.logs();
    }
    const auto took = std::chrono::duration<double>(odmr::test::clock::now() - begin).count();
    std::ostringstream end;
    end.precision(2);
    end << "All of it is stopped, and its directory is gone. That took " << took << " seconds.";
    chapter("The end");
    tell(good ? end.str() : "Something differs from what was promised: see NO above.");
    return good;
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string which = argc > 1 ? argv[1] : "postfix";
    if (argc > 2 || (which != "postfix" && which != "sendmail")) {
        std::cerr << "odmr-demo: expected nothing, \"postfix\" or \"sendmail\" on the command line\n";
        return EX_USAGE;
    }
    if (::geteuid() != 0) {
        std::cerr << "odmr-demo: this needs root, because the mail system it starts (a private one, in a "
                     "temporary directory) insists on it: try sudo\n";
        return EX_NOPERM;
    }
    try {
        using odmr::test::mail_system;
        return demo(which == "sendmail" ? mail_system::sendmail : mail_system::postfix) ? EX_OK : EX_SOFTWARE;
    } catch (const std::exception& problem) {
        std::cerr << "odmr-demo: " << problem.what() << "\n";
        return EX_SOFTWARE;
    }
}

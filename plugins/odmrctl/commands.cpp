// commands - the one table of odmrctl's commands.
#include "odmrctl/check_command.hpp"
#include "odmrctl/command.hpp"
#include "odmrctl/customers.hpp"
#include "odmrctl/domains.hpp"
#include "odmrctl/maps_command.hpp"
#include "odmrctl/queue_command.hpp"
#include "odmrctl/recipients.hpp"
#include "odmrctl/release.hpp"
#include "odmrctl/session_commands.hpp"
#include "odmrctl/status.hpp"

namespace odmr::ctl
{

const std::vector<command>& commands()
{
    using enum command_option::kinds;
    static const std::vector<command> table = {
        {.name = "customer add",
         .arguments = "NAME [--cram-md5] [--linger DURATION] [--max-messages N] [--max-size SIZE]"
                      " [--hold-time DURATION] [--domain DOMAIN]...",
         .words = {1, 1},
         .options = {{"cram-md5"},
                     {"linger", value},
                     {"max-messages", value},
                     {"max-size", value},
                     {"hold-time", value},
                     {"domain", values}},
         .run = add_customer,
         .summary = "add a customer",
         .text = "Adds a customer, who signs in as NAME: 1 to 64 of a-z 0-9 . _ @ + -, in any case\n"
                 "of letters. The password is asked for twice, or read as one line from standard\n"
                 "input when that is no terminal. Only keys derived from it are kept, unless\n"
                 "--cram-md5 asks for the password itself to be kept too: some clients, fetchmail\n"
                 "among them, speak no mechanism but CRAM-MD5, which works from nothing less.\n"
                 "The settings are those of \"customer set\". The database is made when there is\n"
                 "none.\n"},
        {.name = "customer remove",
         .arguments = "NAME",
         .words = {1, 1},
         .run = remove_customer,
         .summary = "remove a customer with its domains",
         .text = "Removes a customer with its domains and secrets. Mail that waits for them stays\n"
                 "in the mail system's queue.\n"},
        {.name = "customer list",
         .arguments = "[--json]",
         .understands_json = true,
         .run = list_customers,
         .summary = "list the customers",
         .text = "Lists every customer. With --json: an array of what \"customer show --json\" gives.\n"},
        {.name = "customer show",
         .arguments = "NAME [--json]",
         .words = {1, 1},
         .understands_json = true,
         .run = show_customer,
         .summary = "show a customer",
         .text = "Shows a customer, but never a secret. With --json: an object with the members\n"
                 "name, enabled, linger (seconds), max_messages, max_octets and hold_time (seconds;\n"
                 "these four are null when the configured default counts), cram_md5 (whether the\n"
                 "password itself is kept) and domains (an array, sorted).\n"},
        {.name = "customer passwd",
         .arguments = "NAME [--cram-md5 | --no-cram-md5]",
         .words = {1, 1},
         .options = {{"cram-md5"}, {"no-cram-md5"}},
         .run = change_password,
         .summary = "give a customer a new password",
         .text = "Replaces the password; it is asked for as by \"customer add\". Whether it can be\n"
                 "used for CRAM-MD5 stays as it is unless one of the options says otherwise.\n"},
        {.name = "customer enable",
         .arguments = "NAME",
         .words = {1, 1},
         .run = enable_customer,
         .summary = "let a customer sign in again",
         .text = "Lets a customer sign in again.\n"},
        {.name = "customer disable",
         .arguments = "NAME",
         .words = {1, 1},
         .run = disable_customer,
         .summary = "let a customer sign in no more",
         .text = "Lets a customer sign in no more. Its mail goes on waiting; a session that is open\n"
                 "goes on.\n"},
        {.name = "customer set",
         .arguments = "NAME [--linger DURATION|default] [--max-messages N|default]"
                      " [--max-size SIZE|default] [--hold-time DURATION|default]",
         .words = {1, 1},
         .options = {{"linger", value}, {"max-messages", value}, {"max-size", value}, {"hold-time", value}},
         .run = set_customer,
         .summary = "change a customer's settings",
         .text = "Changes what is given; \"default\" goes back to what is configured for all.\n"
                 "  --linger        how long the customer's sessions stay open when no mail is left:\n"
                 "                  a duration such as 30s, 5min or 2h, or 0 to end them at once\n"
                 "  --max-messages  how many messages may wait for the customer\n"
                 "  --max-size      how large all that wait may be together, such as 512K, 100M, 1G\n"
                 "  --hold-time     how long mail may stay on hold, such as 36h or 7d\n"},
        {.name = "domain add",
         .arguments = "CUSTOMER DOMAIN...",
         .words = {2, any_number},
         .run = add_domains,
         .summary = "give domains to a customer",
         .text = "Gives the domains to a customer, all of them or, when one is refused, none. A\n"
                 "domain belongs to one customer. Run \"odmrctl maps\" afterwards.\n"},
        {.name = "domain remove",
         .arguments = "DOMAIN...",
         .words = {1, any_number},
         .run = remove_domains,
         .summary = "take domains away from their customers",
         .text = "Takes the domains away from their customers, all of them or, when one is refused,\n"
                 "none. Their lists of recipients go with them. Run \"odmrctl maps\" afterwards.\n"},
        {.name = "domain list",
         .arguments = "[--json]",
         .understands_json = true,
         .run = list_domains,
         .summary = "list the domains and whose they are",
         .text = "Lists every domain with its customer. With --json: an array of objects with the\n"
                 "members domain and customer.\n"},
        {.name = "recipients DOMAIN set",
         .arguments = "FILE|-",
         .words = {2, 2},
         .reads_standard_input = true,
         .run = set_recipients,
         .summary = "say which addresses a domain has",
         .text = "Makes the addresses in the file, or with - on standard input, the domain's list\n"
                 "of recipients, in place of the old one: one address a line, such as\n"
                 "user@example.org or only user. Empty lines, and lines that begin with #, do not\n"
                 "count. If a line is no address at the domain, each such line is named and\n"
                 "nothing is changed.\n"
                 "Addresses that are not on the list are refused, and with an empty list all are.\n"
                 "An address user+extension is also found as user. Case does not matter.\n"},
        {.name = "recipients DOMAIN add",
         .arguments = "ADDRESS...",
         .words = {2, any_number},
         .run = add_recipients,
         .summary = "add addresses to a domain's list",
         .text = "Adds addresses to the list of recipients, all of them or, when one is refused,\n"
                 "none. The domain must have a list: one with a single address would refuse all\n"
                 "the others, and should not come about by accident.\n"},
        {.name = "recipients DOMAIN remove",
         .arguments = "ADDRESS...",
         .words = {2, any_number},
         .run = remove_recipients,
         .summary = "take addresses off a domain's list",
         .text = "Takes addresses off the list of recipients, all of them or, when one is not on\n"
                 "it, none. When the last one is gone, the list is empty and refuses everybody.\n"},
        {.name = "recipients DOMAIN list",
         .arguments = "[--json]",
         .words = {1, 1},
         .understands_json = true,
         .run = list_recipients,
         .summary = "show a domain's list",
         .text = "Shows the list of recipients, one address a line, as \"recipients DOMAIN set\"\n"
                 "reads it. With --json: an object with the members domain and recipients, an\n"
                 "array of addresses, or null when the domain has no list.\n"},
        {.name = "recipients DOMAIN clear",
         .words = {1, 1},
         .run = clear_recipients,
         .summary = "let a domain have no list",
         .text = "Ends the domain's list of recipients: no address is refused any more.\n"},
        {.name = "maps",
         .run = write_maps_command,
         .summary = "tell the mail system which domains there are",
         .text = "Writes and compiles Postfix's transport and relay_domains tables, or the lines\n"
                 "of the customers' domains in Sendmail's mailertable and access, between two marks:\n"
                 "all else in these is left alone, and a domain that stands there outside the marks\n"
                 "is an error. When anything fails the old tables stay.\n"},
        {.name = "check",
         .arguments = "[--json]",
         .understands_json = true,
         .run = check_command,
         .summary = "compare the mail system's configuration with what is needed",
         .text = "Looks at Postfix as it is configured now (main.cf, master.cf, tables, sockets),\n"
                 "or at Sendmail (sendmail.cf, tables, ports, sockets), and says of each point\n"
                 "whether it is as it should be (ok), works but not as well as it could (warning),\n"
                 "or is wrong (error), and what exactly to change. Nothing is changed. Run \"postfix\n"
                 "reload\" after changes of main.cf and master.cf; after changes of sendmail.mc make\n"
                 "sendmail.cf of it and restart Sendmail. The exit status is 0 without errors,\n"
                 "warnings or not, and 78 with errors.\n"
                 "With --json: an array of objects with the members point, state, text and fix,\n"
                 "which is null or an object with the members in (\"main.cf\", \"master.cf\",\n"
                 "\"sendmail.mc\", \"odmr.conf\", or \"run\" for a command) and line.\n"},
        {.name = "status",
         .arguments = "[CUSTOMER] [--json]",
         .words = {0, 1},
         .understands_json = true,
         .run = show_status,
         .summary = "show who is online and how much waits for whom",
         .text = "Asks the running odmrd: whether mail is put on hold, who is online, and how much\n"
                 "mail waits for whom, or only for CUSTOMER. What waits is\n"
                 "  held      on hold until the customer comes\n"
                 "  released  let go, and on its way to the customer\n"
                 "  deferred  in the mail system's own hands: tried again by its rules\n"
                 "  kept      on hold on somebody else's order: not counted, and left alone\n"
                 "With --json: an object with the members version, since, sessions,\n"
                 "holding_trouble (null when mail is put on hold), expired, messages, complete, listed,\n"
                 "policy (an object of counters), online (an array as of \"session list\") and\n"
                 "waiting (an array of objects with customer, messages, octets, oldest, held,\n"
                 "released, deferred and kept). Times are seconds since 1970.\n"},
        {.name = "queue",
         .arguments = "[CUSTOMER|DOMAIN] [--json]",
         .words = {0, 1},
         .understands_json = true,
         .run = list_queue,
         .summary = "list the mail that waits",
         .text = "Asks the running odmrd which mail waits for all customers, one of them, or a\n"
                 "domain; the oldest first for each customer. With --json: an array, in no order,\n"
                 "of objects with the members queue_id, state, arrival (seconds since 1970),\n"
                 "octets and for (an array of objects with customer, domain and recipients).\n"},
        {.name = "session list",
         .arguments = "[--json]",
         .understands_json = true,
         .run = list_sessions,
         .summary = "list the customers' connections",
         .text = "Lists who is connected to odmrd. A session's state is\n"
                 "  login      nobody has signed in yet\n"
                 "  commands   the customer has signed in\n"
                 "  relaying   mail goes to the customer\n"
                 "  lingering  none is left, and the customer waits for more\n"
                 "With --json: an array of objects with the members id, customer (or null), peer,\n"
                 "since (seconds since 1970), state, tls, domains, under_way (messages),\n"
                 "delivered, deferred and refused (recipients so far).\n"},
        {.name = "session end",
         .arguments = "ID|CUSTOMER [--json]",
         .words = {1, 1},
         .understands_json = true,
         .run = end_sessions,
         .summary = "end a customer's sessions",
         .text = "Ends the session with this id, or all of a customer's, in good order: mail that\n"
                 "is on the wire is finished, and the rest goes on waiting.\n"},
        {.name = "release",
         .arguments = "CUSTOMER|DOMAIN|QUEUE-ID... | --adopt CUSTOMER [--json]",
         .words = {1, any_number},
         .options = {{"adopt"}},
         .understands_json = true,
         .run = release_mail,
         .summary = "let go of mail on hold, or take over holds",
         .text = "Lets go of the mail on hold that is named, as ordinary mail: the mail system\n"
                 "tries to deliver it, and defers it while the customer is offline. When one of\n"
                 "the names is that of no mail odmrd holds, nothing is let go.\n"
                 "With --adopt: mail that somebody else has put on hold, and that is for this\n"
                 "customer only, is held by odmrd from now on, and let go when the customer comes.\n"},
        {.name = "reconcile",
         .arguments = "[--json]",
         .understands_json = true,
         .run = reconcile,
         .summary = "look through the mail system's queue now",
         .text = "Has odmrd compare what it knows with the mail system's queue, which it does by\n"
                 "itself every reconcile_interval.\n"},
    };
    return table;
}

}  // namespace odmr::ctl

// commands - the one table of odmrctl's commands.
#include "odmrctl/command.hpp"
#include "odmrctl/customers.hpp"
#include "odmrctl/domains.hpp"
#include "odmrctl/maps_command.hpp"

namespace odmr::ctl
{

const std::vector<command>& commands()
{
    using enum command_option::kinds;
    static const std::vector<command> table = {
        {.name = "customer add",
         .arguments = "NAME [--cram-md5] [--linger DURATION] [--domain DOMAIN]...",
         .words = {1, 1},
         .options = {{"cram-md5"}, {"linger", value}, {"domain", values}},
         .run = add_customer,
         .summary = "add a customer",
         .text = "Adds a customer, who signs in as NAME: 1 to 64 of a-z 0-9 . _ @ + -, in any case\n"
                 "of letters. The password is asked for twice, or read as one line from standard\n"
                 "input when that is no terminal. Only keys derived from it are kept, unless\n"
                 "--cram-md5 asks for the password itself to be kept too: some clients, fetchmail\n"
                 "among them, speak no mechanism but CRAM-MD5, which works from nothing less.\n"
                 "With --linger the customer's sessions stay open that long when no mail is left.\n"
                 "The database is made when there is none.\n"},
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
                 "name, enabled, linger (seconds, or null for the configured default), cram_md5\n"
                 "(whether the password itself is kept) and domains (an array, sorted).\n"},
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
         .arguments = "NAME --linger DURATION|default",
         .words = {1, 1},
         .options = {{"linger", value}},
         .run = set_customer,
         .summary = "change a customer's settings",
         .text = "Changes how long the customer's sessions stay open when no mail is left: a\n"
                 "duration such as 30s, 5min or 2h, 0 to end them at once, or \"default\" for the\n"
                 "configured time.\n"},
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
                 "none. Run \"odmrctl maps\" afterwards.\n"},
        {.name = "domain list",
         .arguments = "[--json]",
         .understands_json = true,
         .run = list_domains,
         .summary = "list the domains and whose they are",
         .text = "Lists every domain with its customer. With --json: an array of objects with the\n"
                 "members domain and customer.\n"},
        {.name = "maps",
         .run = write_maps_command,
         .summary = "tell the mail system which domains there are",
         .text = "Writes and compiles Postfix's transport and relay_domains tables. When anything\n"
                 "fails the old tables stay.\n"},
    };
    return table;
}

}  // namespace odmr::ctl

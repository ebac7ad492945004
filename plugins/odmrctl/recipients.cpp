// recipients - see recipients.hpp. A list is kept as local parts; people read and write addresses.
#include "odmrctl/recipients.hpp"

#include "protocol/address.hpp"
#include "protocol/command.hpp"
#include "store/customer_store.hpp"
#include "store/recipient_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <system_error>

namespace odmr::ctl
{
namespace
{

using local_parts = recipient_store::local_parts;

/// The first argument, which must be a customer's: said before a whole file is read in vain.
std::string domain_of(const invocation& call)
{
    auto domain = to_lower(call.words.front());
    customer_store customers(call.config.database, customer_store::open_mode::must_exist);
    if (!customers.owner_of(domain))
        throw store_refusal("domain " + domain + " belongs to no customer");
    return domain;
}

/// Of an address at the domain, or of what stands there for one without "@" and the domain.
std::optional<std::string> local_part_of(std::string_view text, const std::string& domain)
{
    auto read = parse_mailbox(text, utf8::allowed);
    if (!read || read->domain.empty())  // "postmaster" is a mailbox by itself (RFC 5321 4.5.1)
        read = parse_mailbox(std::string(text) + "@" + domain, utf8::allowed);
    return read && equal_no_case(read->domain, domain) ? std::optional(read->local) : std::nullopt;
}

/// Such that a list of recipients can be made of it again.
std::string address_of(const std::string& local_part, const std::string& domain)
{
    auto plain = local_part + "@" + domain;
    const auto read = parse_mailbox(plain, utf8::allowed);
    if (read && read->local == local_part && !local_part.starts_with('#'))
        return plain;
    std::string quoted = "\"";  // RFC 5321 4.1.2
    for (const char c : local_part) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    return quoted + "\"@" + domain;
}

/// What can be shown at a terminal, whatever was in the file.
std::string shown(std::string_view text)
{
    constexpr std::size_t enough = 100;  // octets
    std::string result(text.substr(0, enough));
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    std::replace_if(result.begin(), result.end(), is_control, '?');
    return text.size() > enough ? result + "..." : result;
}

std::string_view trim(std::string_view line)
{
    constexpr std::string_view blank = " \t\r";
    const auto first = line.find_first_not_of(blank);
    return first == std::string_view::npos ? std::string_view()
                                           : line.substr(first, line.find_last_not_of(blank) - first + 1);
}

/// One recipient a line. `name` is said with the lines that are none.
local_parts read_list(std::istream& in, const std::string& name, const std::string& domain)
{
    constexpr std::string_view byte_order_mark =
        "\xef\xbb\xbf";  // some editors write it; it is in no address
    local_parts found;
    std::string bad;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        std::string_view text = line;
        if (number == 1 && text.starts_with(byte_order_mark))
            text.remove_prefix(byte_order_mark.size());
        text = trim(text);
        if (text.empty() || text.starts_with('#'))
            continue;
        if (auto local_part = local_part_of(text, domain))
            found.push_back(*std::move(local_part));
        else
            bad += "\n" + name + ":" + std::to_string(number) + ": " + shown(text);
    }
    if (in.bad())
        throw no_input(name + ": cannot be read: " + std::generic_category().message(errno));
    if (!bad.empty())
        throw bad_data("nothing is changed, because these lines are no addresses at " + domain + ":" + bad);
    return found;
}

local_parts read_file(const std::string& name, const std::string& domain)
{
    if (name == "-")
        return read_list(std::cin, "standard input", domain);
    std::ifstream file(name);
    if (!file)
        throw no_input(name + ": cannot be read: " + std::generic_category().message(errno));
    return read_list(file, name, domain);
}

/// The arguments behind the domain.
local_parts given_recipients(const invocation& call, const std::string& domain)
{
    local_parts given;
    for (auto text = call.words.begin() + 1; text != call.words.end(); ++text) {
        auto local_part = local_part_of(*text, domain);
        if (!local_part)
            throw bad_data("\"" + *text + "\" is no address at " + domain + ": expected one such as user@" +
                           domain + ", or only user");
        given.push_back(*std::move(local_part));
    }
    return given;
}

void say_how_many(invocation& call, recipient_store& store, const std::string& domain)
{
    const auto list = store.recipients(domain);
    call.out << "recipients of " << domain << ": ";
    if (!list)
        call.out << "no list, nobody is refused\n";
    else if (list->empty())
        call.out << "0, everybody is refused\n";
    else
        call.out << list->size() << "\n";
}

}  // namespace

void set_recipients(invocation& call)
{
    const auto domain = domain_of(call);
    const auto list = read_file(call.words.at(1), domain);
    recipient_store store(call.config.database);
    store.set_recipients(domain, list);
    say_how_many(call, store, domain);
}

void add_recipients(invocation& call)
{
    const auto domain = domain_of(call);
    const auto given = given_recipients(call, domain);
    recipient_store store(call.config.database);
    if (!store.recipients(domain))
        throw store_refusal("domain " + domain + " has no list of recipients; \"odmrctl recipients " +
                            domain + " set\" makes one");
    store.add_recipients(domain, given);
    say_how_many(call, store, domain);
}

void remove_recipients(invocation& call)
{
    const auto domain = domain_of(call);
    const auto given = given_recipients(call, domain);
    recipient_store store(call.config.database);
    store.remove_recipients(domain, given);
    say_how_many(call, store, domain);
}

void list_recipients(invocation& call)
{
    const auto domain = domain_of(call);
    const auto list = recipient_store(call.config.database).recipients(domain);
    if (call.json) {
        nlohmann::ordered_json object{{"domain", domain}, {"recipients", nullptr}};
        if (list) {
            auto& addresses = object["recipients"] = nlohmann::ordered_json::array();
            for (const auto& local_part : *list)
                addresses.push_back(address_of(local_part, domain));
        }
        call.out << object.dump(2) << "\n";
        return;
    }
    if (!list || list->empty())
        call.out << "# " << domain
                 << (list ? ": the list is empty, everybody is refused\n"
                          : " has no list, nobody is refused\n");
    for (const auto& local_part : list.value_or(local_parts{}))
        call.out << address_of(local_part, domain) << "\n";
}

void clear_recipients(invocation& call)
{
    const auto domain = domain_of(call);
    recipient_store store(call.config.database);
    store.clear_recipients(domain);
    say_how_many(call, store, domain);
}

}  // namespace odmr::ctl

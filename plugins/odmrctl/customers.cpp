// customers - see customers.hpp.
#include "odmrctl/customers.hpp"

#include "auth/secrets.hpp"
#include "odmrctl/customer_settings.hpp"
#include "odmrctl/domains.hpp"
#include "odmrctl/new_password.hpp"
#include "protocol/command.hpp"
#include "store/customer_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>

namespace odmr::ctl
{
namespace
{

using open_mode = customer_store::open_mode;

customer existing(customer_store& store, const std::string& name)
{
    auto found = store.find_customer(name);
    if (!found)
        throw store_refusal("there is no customer " + to_lower(name));
    return *found;
}

nlohmann::ordered_json as_json(const customer& who)
{
    nlohmann::ordered_json object{{"name", who.name}, {"enabled", who.enabled}};
    add_settings(object, who);
    object["cram_md5"] = who.cram_md5;
    object["domains"] = who.domains;
    return object;
}

/// One line of what "customer show" says to people.
void show_line(std::ostream& out, const std::string& what, const std::string& value)
{
    constexpr int width = sizeof "max-messages " - 1;
    out << std::left << std::setw(width) << what << " " << value << "\n";
}

void set_enabled(invocation& call, bool enabled)
{
    const auto& name = call.words.front();
    customer_store(call.config.database, open_mode::must_exist).set_enabled(name, enabled);
    call.out << "customer " << to_lower(name) << (enabled ? " may sign in\n" : " may not sign in any more\n");
}

}  // namespace

void add_customer(invocation& call)
{
    const auto& name = call.words.front();
    const auto values = given_settings(call);
    customer_store store(call.config.database, open_mode::create);
    store.check_new_customer(name);  // before anybody has to type a password
    const auto secrets = make_credentials(read_new_password(to_lower(name)), call.has("cram-md5"));
    const auto& domains = call.options["domain"];
    store.together([&] {
        store.add_customer(name, secrets, std::nullopt);
        store_settings(call, store, name, values);
        for (const auto& domain : domains)
            store.add_domain(name, domain);
    });
    call.out << "customer " << to_lower(name) << " added\n";
    if (!domains.empty())
        call.out << maps_hint;
}

void remove_customer(invocation& call)
{
    const auto& name = call.words.front();
    customer_store store(call.config.database, open_mode::must_exist);
    const auto removed = existing(store, name);
    store.remove_customer(name);
    call.out << "customer " << removed.name << " removed\n";
    if (!removed.domains.empty())
        call.out << maps_hint;
}

void list_customers(invocation& call)
{
    const auto customers = customer_store(call.config.database, open_mode::must_exist).customers();
    if (call.json) {
        auto list = nlohmann::ordered_json::array();
        for (const auto& who : customers)
            list.push_back(as_json(who));
        call.out << list.dump(2) << "\n";
        return;
    }
    std::size_t width = 0;
    for (const auto& who : customers)
        width = std::max(width, who.name.size());
    for (const auto& who : customers) {
        call.out << std::left << std::setw(static_cast<int>(width)) << who.name
                 << (who.enabled ? "  enabled" : "  disabled")
                 << (who.enabled && !who.domains.empty() ? " " : "");
        for (const auto& domain : who.domains)
            call.out << "  " << domain;
        call.out << "\n";
    }
}

void show_customer(invocation& call)
{
    customer_store store(call.config.database, open_mode::must_exist);
    const auto who = existing(store, call.words.front());
    if (call.json) {
        call.out << as_json(who).dump(2) << "\n";
        return;
    }
    show_line(call.out, "customer", who.name);
    show_line(call.out, "enabled", who.enabled ? "yes" : "no");
    for (const auto& [option, value] : shown_settings(who, call.config))
        show_line(call.out, option, value);
    show_line(call.out, "CRAM-MD5", who.cram_md5 ? "yes: the password itself is kept" : "no");
    for (const auto& domain : who.domains)
        show_line(call.out, "domain", domain);
}

void change_password(invocation& call)
{
    if (call.has("cram-md5") && call.has("no-cram-md5"))
        throw bad_usage("customer passwd: expected --cram-md5 or --no-cram-md5, not both");
    customer_store store(call.config.database, open_mode::must_exist);
    const auto who = existing(store, call.words.front());
    const bool cram_md5 = call.has("cram-md5") || (who.cram_md5 && !call.has("no-cram-md5"));
    store.set_credentials(who.name, make_credentials(read_new_password(who.name), cram_md5));
    call.out << "customer " << who.name << " has a new password\n";
}

void enable_customer(invocation& call)
{
    set_enabled(call, true);
}

void disable_customer(invocation& call)
{
    set_enabled(call, false);
}

void set_customer(invocation& call)
{
    if (call.options.empty())
        throw bad_usage(
            "customer set: nothing to set; expected --linger DURATION|default, --max-messages N|default,"
            " --max-size SIZE|default or --hold-time DURATION|default");
    const auto values = given_settings(call);
    customer_store store(call.config.database, open_mode::must_exist);
    store.together([&] { store_settings(call, store, call.words.front(), values); });
    const auto who = existing(store, call.words.front());
    for (const auto& [option, value] : shown_settings(who, call.config)) {
        if (call.has(option))
            call.out << "customer " << who.name << ": " << option << " " << value << "\n";
    }
}

}  // namespace odmr::ctl

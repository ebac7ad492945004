// domains - see domains.hpp.
#include "odmrctl/domains.hpp"

#include "protocol/command.hpp"
#include "store/customer_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <map>

namespace odmr::ctl
{

using open_mode = customer_store::open_mode;

void add_domains(invocation& call)
{
    const auto& name = call.words.front();
    customer_store store(call.config.database, open_mode::must_exist);
    store.together([&] {
        for (auto domain = call.words.begin() + 1; domain != call.words.end(); ++domain)
            store.add_domain(name, *domain);
    });
    for (auto domain = call.words.begin() + 1; domain != call.words.end(); ++domain)
        call.out << "domain " << to_lower(*domain) << " belongs to customer " << to_lower(name) << "\n";
    call.out << maps_hint;
}

void remove_domains(invocation& call)
{
    customer_store store(call.config.database, open_mode::must_exist);
    store.together([&] {
        for (const auto& domain : call.words)
            store.remove_domain(domain);
    });
    for (const auto& domain : call.words)
        call.out << "domain " << to_lower(domain) << " removed\n";
    call.out << maps_hint;
}

void list_domains(invocation& call)
{
    std::map<std::string, std::string> owners;
    std::size_t width = 0;
    for (const auto& who : customer_store(call.config.database, open_mode::must_exist).customers()) {
        for (const auto& domain : who.domains) {
            owners.emplace(domain, who.name);
            width = std::max(width, domain.size());
        }
    }
    if (call.json) {
        auto list = nlohmann::ordered_json::array();
        for (const auto& [domain, owner] : owners)
            list.push_back({{"domain", domain}, {"customer", owner}});
        call.out << list.dump(2) << "\n";
        return;
    }
    for (const auto& [domain, owner] : owners)
        call.out << std::left << std::setw(static_cast<int>(width)) << domain << "  " << owner << "\n";
}

}  // namespace odmr::ctl

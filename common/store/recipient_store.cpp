// recipient_store - see recipient_store.hpp.
#include "store/recipient_store.hpp"

#include "protocol/command.hpp"
#include "store/columns.hpp"
#include "store/customer_store.hpp"
#include "store/database.hpp"
#include "store/optional_column.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace odmr
{
namespace
{

using soci::into;
using soci::use;
using local_parts = recipient_store::local_parts;

/// As they are kept: sorted, each once.
local_parts keys_of(local_parts recipients)
{
    for (auto& recipient : recipients)
        recipient = to_lower(recipient);
    std::sort(recipients.begin(), recipients.end());
    recipients.erase(std::unique(recipients.begin(), recipients.end()), recipients.end());
    return recipients;
}

/// What is in one and not in the other; all are sorted.
local_parts difference(const local_parts& in, const local_parts& not_in)
{
    local_parts result;
    std::set_difference(in.begin(), in.end(), not_in.begin(), not_in.end(), std::back_inserter(result));
    return result;
}

store_refusal no_such_domain(const std::string& domain)
{
    return store_refusal("domain " + domain + " belongs to no customer");
}

std::optional<local_parts> read_list(soci::session& sql, const std::string& domain)
{
    int has_list = 0;
    std::optional<std::string> address;
    // One statement, so that the answer is of one moment.
    soci::statement select = (sql.prepare << "SELECT d.has_recipient_list, r.address FROM domain d"
                                             " LEFT JOIN recipients r ON r.domain = d.name"
                                             " WHERE d.name = :domain ORDER BY r.address",
                              into(has_list), into(address), use(domain));
    select.execute();
    if (!select.fetch())
        throw no_such_domain(domain);
    if (has_list == 0)
        return std::nullopt;
    local_parts found;
    for (bool more = address.has_value(); more; more = select.fetch())
        found.push_back(*address);
    return found;
}

void demand_list(soci::session& sql, const std::string& domain)
{
    int has_list = 0;
    sql << "SELECT has_recipient_list FROM domain WHERE name = :domain", into(has_list), use(domain);
    if (!sql.got_data())
        throw no_such_domain(domain);
    if (has_list == 0)
        throw store_refusal("domain " + domain + " has no list of recipients");
}

void set_has_list(soci::session& sql, const std::string& domain, bool has_list)
{
    const int value = has_list ? 1 : 0;
    soci::statement statement =
        (sql.prepare << "UPDATE domain SET has_recipient_list = :value WHERE name = :domain", use(value),
         use(domain));
    statement.execute(true);
    if (statement.get_affected_rows() == 0)
        throw no_such_domain(domain);
}

void insert(soci::session& sql, const std::string& domain, const local_parts& addresses)
{
    std::string address;
    soci::statement statement = (sql.prepare << "INSERT INTO recipients (domain, address)"
                                                " VALUES (:domain, :address) ON CONFLICT DO NOTHING",
                                 use(domain), use(address));
    for (const auto& each : addresses) {
        address = each;
        statement.execute(true);
    }
}

void erase(soci::session& sql, const std::string& domain, const local_parts& addresses)
{
    std::string address;
    soci::statement statement =
        (sql.prepare << "DELETE FROM recipients WHERE domain = :domain AND address = :address", use(domain),
         use(address));
    for (const auto& each : addresses) {
        address = each;
        statement.execute(true);
        if (statement.get_affected_rows() == 0)
            throw store_refusal("\"" + address + "\" is not on the list of recipients of " + domain);
    }
}

}  // namespace

recipient_store::recipient_store(const std::string& path)
    : recipient_store(std::make_shared<database>(path, customer_store::open_mode::must_exist))
{
}

recipient_store::recipient_store(std::shared_ptr<database> file) : file_(std::move(file)) {}

bool recipient_store::has_recipient(std::string_view domain, std::string_view local_part)
{
    // RFC 5321 2.4 leaves the case of local parts to the domain's own servers, and they get the address as it
    // came. Here it only matters that nobody is refused for a capital letter.
    const auto name = to_lower(domain);
    const auto address = to_lower(local_part);
    return file_->read([&](soci::session&) {
        int found = 0;
        return file_->run_prepared("SELECT 1 FROM recipients WHERE domain = :name AND address = :address",
                                   into(found), use(name), use(address));
    });
}

std::optional<local_parts> recipient_store::recipients(std::string_view domain)
{
    const auto key = domain_key(domain);
    return file_->read([&](soci::session& sql) { return read_list(sql, key); });
}

void recipient_store::set_recipients(std::string_view domain, const local_parts& recipients)
{
    const auto key = domain_key(domain);
    const auto addresses = keys_of(recipients);
    file_->change([&](soci::session& sql) {
        const auto old = read_list(sql, key).value_or(local_parts{});
        set_has_list(sql, key, true);
        // Only what differs is written: mostly that is little, and other writers wait meanwhile.
        erase(sql, key, difference(old, addresses));
        insert(sql, key, difference(addresses, old));
    });
}

void recipient_store::add_recipients(std::string_view domain, const local_parts& recipients)
{
    const auto key = domain_key(domain);
    const auto addresses = keys_of(recipients);
    file_->change([&](soci::session& sql) {
        demand_list(sql, key);
        insert(sql, key, addresses);
    });
}

void recipient_store::remove_recipients(std::string_view domain, const local_parts& recipients)
{
    const auto key = domain_key(domain);
    const auto addresses = keys_of(recipients);
    file_->change([&](soci::session& sql) {
        demand_list(sql, key);
        erase(sql, key, addresses);
    });
}

void recipient_store::clear_recipients(std::string_view domain)
{
    const auto key = domain_key(domain);
    file_->change([&](soci::session& sql) {
        set_has_list(sql, key, false);
        sql << "DELETE FROM recipients WHERE domain = :domain", use(key);
    });
}

}  // namespace odmr

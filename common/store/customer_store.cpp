// customer_store - see customer_store.hpp. The statements; the file and its troubles are in database.hpp.
#include "store/customer_store.hpp"

#include "protocol/address.hpp"
#include "protocol/command.hpp"
#include "store/columns.hpp"
#include "store/database.hpp"
#include "store/optional_column.hpp"

#include <soci/soci.h>

namespace odmr
{
namespace
{

using soci::into;
using soci::use;

constexpr const char* linger_time = "a linger time";

/// Runs a change of one customer's row, which must be there.
void change_customer(soci::statement& statement, const std::string& name)
{
    statement.execute(true);
    if (statement.get_affected_rows() == 0)
        throw store_refusal("there is no customer " + name);
}

void set_column(database& file, std::string_view name, const std::string& column, const number& value)
{
    const auto key = customer_key(name);
    file.change([&](soci::session& sql) {
        soci::statement statement =
            (sql.prepare << "UPDATE customer SET " + column + " = :value WHERE name = :name", use(value),
             use(key));
        change_customer(statement, key);
    });
}

bool customer_exists(soci::session& sql, const std::string& name)
{
    int count = 0;
    sql << "SELECT COUNT(*) FROM customer WHERE name = :name", into(count), use(name);
    return count != 0;
}

void refuse_existing(soci::session& sql, const std::string& name)
{
    if (customer_exists(sql, name))
        throw store_refusal("there is a customer " + name + " already");
}

std::optional<std::string> find_owner(soci::session& sql, const std::string& domain)
{
    std::string owner;
    sql << "SELECT customer FROM domain WHERE name = :domain", into(owner), use(domain);
    return sql.got_data() ? std::optional(owner) : std::nullopt;
}

/// The customer of that name, or all of them: one row for each domain, or one without.
std::vector<customer> read_customers(soci::session& sql, const std::optional<std::string>& only)
{
    customer row;
    int enabled = 0;
    int cram_md5 = 0;
    number linger, max_messages, max_octets, hold_time;
    std::optional<std::string> domain;
    soci::statement select(sql);
    select.exchange(into(row.name));
    select.exchange(into(enabled));
    select.exchange(into(cram_md5));
    select.exchange(into(linger));
    select.exchange(into(max_messages));
    select.exchange(into(max_octets));
    select.exchange(into(hold_time));
    select.exchange(into(domain));
    if (only)
        select.exchange(use(*only));
    select.alloc();
    select.prepare(
        std::string("SELECT c.name, c.enabled, CASE WHEN c.cram_md5_secret IS NULL THEN 0 ELSE 1 END,"
                    " c.linger, c.max_messages, c.max_octets, c.hold_time, d.name"
                    " FROM customer c LEFT JOIN domain d ON d.customer = c.name") +
        (only ? " WHERE c.name = :name" : "") + " ORDER BY c.name, d.name");
    select.define_and_bind();
    select.execute();

    std::vector<customer> found;
    while (select.fetch()) {
        if (found.empty() || found.back().name != row.name) {
            row.enabled = enabled != 0;
            row.cram_md5 = cram_md5 != 0;
            row.linger = to_duration(linger);
            row.max_messages = to_count(max_messages);
            row.max_octets = to_count(max_octets);
            row.hold_time = to_duration(hold_time);
            found.push_back(row);
        }
        if (domain)
            found.back().domains.push_back(*domain);
    }
    return found;
}

}  // namespace

bool valid_customer_name(std::string_view name)
{
    return !name.empty() && name.size() <= 64 &&
           to_lower(name).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._@+-") == std::string::npos;
}

struct customer_store::impl {
    database file;
};

customer_store::customer_store(const std::string& path, open_mode mode)
    : impl_(new impl{.file = database(path, mode)})
{
}

customer_store::~customer_store() = default;

std::optional<credentials> customer_store::find_credentials(std::string_view account)
{
    const auto name = to_lower(account);
    if (!valid_customer_name(name))
        return std::nullopt;
    return impl_->file.read([&](soci::session& sql) -> std::optional<credentials> {
        int enabled = 0;
        secret_columns kept;
        sql << "SELECT enabled, scram_sha1, scram_sha256, cram_md5_secret FROM customer WHERE name = :name",
            into(enabled), into(kept.sha1), into(kept.sha256), into(kept.cram_md5), use(name);
        if (!sql.got_data())
            return std::nullopt;
        return credentials_of(kept, enabled != 0, name);
    });
}

std::optional<customer> customer_store::find_customer(std::string_view name)
{
    const auto key = to_lower(name);
    if (!valid_customer_name(key))
        return std::nullopt;
    auto found = impl_->file.read([&](soci::session& sql) { return read_customers(sql, key); });
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::optional<std::string> customer_store::owner_of(std::string_view domain)
{
    const auto key = to_lower(domain);
    if (!valid_domain(key))
        return std::nullopt;
    return impl_->file.read([&](soci::session& sql) { return find_owner(sql, key); });
}

std::vector<customer> customer_store::customers()
{
    return impl_->file.read([](soci::session& sql) { return read_customers(sql, std::nullopt); });
}

void customer_store::check_new_customer(std::string_view name)
{
    const auto key = customer_key(name);
    impl_->file.read([&](soci::session& sql) { refuse_existing(sql, key); });
}

void customer_store::add_customer(std::string_view name, const credentials& secrets,
                                  std::optional<seconds> linger)
{
    const auto key = customer_key(name);
    const auto kept = columns_of(secrets);
    const auto stay = from_duration(linger, linger_time);
    const int enabled = secrets.enabled ? 1 : 0;
    impl_->file.change([&](soci::session& sql) {
        refuse_existing(sql, key);
        sql << "INSERT INTO customer (name, enabled, linger, scram_sha1, scram_sha256, cram_md5_secret)"
               " VALUES (:name, :enabled, :linger, :sha1, :sha256, :cram_md5)",
            use(key), use(enabled), use(stay), use(kept.sha1), use(kept.sha256), use(kept.cram_md5);
    });
}

void customer_store::remove_customer(std::string_view name)
{
    const auto key = customer_key(name);
    impl_->file.change([&](soci::session& sql) {
        soci::statement statement = (sql.prepare << "DELETE FROM customer WHERE name = :name", use(key));
        change_customer(statement, key);
    });
}

void customer_store::set_credentials(std::string_view name, const credentials& secrets)
{
    const auto key = customer_key(name);
    const auto kept = columns_of(secrets);
    impl_->file.change([&](soci::session& sql) {
        soci::statement statement =
            (sql.prepare << "UPDATE customer SET scram_sha1 = :sha1, scram_sha256 = :sha256,"
                            " cram_md5_secret = :cram_md5 WHERE name = :name",
             use(kept.sha1), use(kept.sha256), use(kept.cram_md5), use(key));
        change_customer(statement, key);
    });
}

void customer_store::set_enabled(std::string_view name, bool enabled)
{
    set_column(impl_->file, name, "enabled", enabled ? 1 : 0);
}

void customer_store::set_linger(std::string_view name, std::optional<seconds> linger)
{
    set_column(impl_->file, name, "linger", from_duration(linger, linger_time));
}

void customer_store::set_max_messages(std::string_view name, std::optional<std::uint64_t> messages)
{
    set_column(impl_->file, name, "max_messages", from_count(messages, "that number of messages"));
}

void customer_store::set_max_octets(std::string_view name, std::optional<std::uint64_t> octets)
{
    set_column(impl_->file, name, "max_octets", from_count(octets, "that size"));
}

void customer_store::set_hold_time(std::string_view name, std::optional<seconds> hold_time)
{
    set_column(impl_->file, name, "hold_time", from_duration(hold_time, "a hold time"));
}

void customer_store::add_domain(std::string_view customer_name, std::string_view domain)
{
    const auto customer_of = customer_key(customer_name);
    const auto key = domain_key(domain);
    impl_->file.change([&](soci::session& sql) {
        if (!customer_exists(sql, customer_of))
            throw store_refusal("there is no customer " + customer_of);
        if (const auto owner = find_owner(sql, key))
            throw store_refusal("domain " + key + " already belongs to customer " + *owner);
        sql << "INSERT INTO domain (name, customer) VALUES (:domain, :customer)", use(key), use(customer_of);
    });
}

void customer_store::remove_domain(std::string_view domain)
{
    const auto key = domain_key(domain);
    impl_->file.change([&](soci::session& sql) {
        soci::statement statement = (sql.prepare << "DELETE FROM domain WHERE name = :domain", use(key));
        statement.execute(true);
        if (statement.get_affected_rows() == 0)
            throw store_refusal("domain " + key + " belongs to no customer");
    });
}

void customer_store::together(const std::function<void()>& changes)
{
    impl_->file.change([&](soci::session&) { changes(); });
}

}  // namespace odmr

// stored_directory - see stored_directory.hpp.
#include "store/stored_directory.hpp"

#include "log/log.hpp"
#include "store/columns.hpp"
#include "store/customer_store.hpp"
#include "store/database.hpp"
#include "store/optional_column.hpp"

#include <soci/soci.h>

#include <iterator>
#include <utility>

namespace odmr
{
namespace
{

using soci::into;

/// A domain's customer; the limit is the own one of that customer, as far as there is one.
struct domain_row {
    customer_view customer;
    std::optional<std::uint64_t> max_messages, max_octets;
};

}  // namespace

struct stored_directory::contents {
    std::optional<database::state> of;  ///< what was read; nullopt: nothing yet
    std::map<std::string, domain_row, std::less<>> domains;
    std::map<std::string, seconds, std::less<>> hold_times;

    void read(soci::session& sql);
};

void stored_directory::contents::read(soci::session& sql)
{
    domain_row row;
    int enabled = 0;
    std::optional<std::string> domain;
    number has_list, max_messages, max_octets, hold_time;
    soci::statement select =
        (sql.prepare << "SELECT c.name, c.enabled, c.max_messages, c.max_octets, c.hold_time, d.name,"
                        " d.has_recipient_list FROM customer c LEFT JOIN domain d ON d.customer = c.name",
         into(row.customer.name), into(enabled), into(max_messages), into(max_octets), into(hold_time),
         into(domain), into(has_list));
    select.execute();
    while (select.fetch()) {
        if (hold_time)
            hold_times[row.customer.name] = seconds(*hold_time);
        if (!domain)
            continue;
        row.customer.enabled = enabled != 0;
        row.customer.has_recipient_list = has_list.value_or(0) != 0;
        row.max_messages = to_count(max_messages);
        row.max_octets = to_count(max_octets);
        domains[*domain] = row;
    }
}

stored_directory::stored_directory(const hold_store& holds, default_limit limit,
                                   std::chrono::milliseconds look_every)
    : file_(holds.connection()),
      recipients_(file_),
      limit_(std::move(limit)),
      look_every_(look_every),
      contents_(std::make_unique<contents>())
{
}

stored_directory::~stored_directory() = default;

customer_directory::owner stored_directory::owner_of(std::string_view domain) const
{
    const contents& now = present();
    if (!readable_)
        return {known::cannot_say, {}};
    const auto found = now.domains.find(domain);
    if (found == now.domains.end())
        return {known::no, {}};
    owner result{known::yes, found->second.customer};
    const mail_amount usual = limit_();
    result.customer.limit = {.messages = found->second.max_messages.value_or(usual.messages),
                             .octets = found->second.max_octets.value_or(usual.octets)};
    return result;
}

known stored_directory::has_recipient(std::string_view local, std::string_view domain) const
{
    bool found = false;
    if (!ask([&] { found = recipients_.has_recipient(domain, local); }))
        return known::cannot_say;
    return found ? known::yes : known::no;
}

std::optional<std::string> stored_directory::sole_domain(std::string_view beginning) const
{
    const auto& domains = present().domains;
    const auto first = domains.lower_bound(beginning);
    if (first == domains.end() || !first->first.starts_with(beginning))
        return std::nullopt;
    const auto second = std::next(first);
    if (second != domains.end() && second->first.starts_with(beginning))
        return std::nullopt;
    return first->first;
}

std::optional<seconds> stored_directory::hold_time_of(std::string_view customer) const
{
    const contents& now = present();
    const auto found = now.hold_times.find(customer);
    return found == now.hold_times.end() ? std::nullopt : std::optional(found->second);
}

const stored_directory::contents& stored_directory::present() const
{
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_look_) {
        look();
        next_look_ = now + look_every_;
    }
    return *contents_;
}

void stored_directory::look() const
{
    readable_ = ask([&] {
        file_->read([&](soci::session& sql) {
            // A change between the two is read now, and once more at the next look.
            const auto state = file_->present_state();
            if (contents_->of == state)
                return;
            contents fresh;
            fresh.read(sql);
            fresh.of = state;
            *contents_ = std::move(fresh);
        });
    });
}

bool stored_directory::ask(const std::function<void()>& question) const
{
    try {
        question();
    } catch (const database_failure& problem) {
        if (!std::exchange(outage_, true))
            log::error("customers-unreadable", {{"reason", problem.what()}});
        return false;
    }
    if (std::exchange(outage_, false))
        log::info("customers-readable");
    return true;
}

}  // namespace odmr

// hold_store - see hold_store.hpp.
#include "store/hold_store.hpp"

#include "store/customer_store.hpp"
#include "store/database.hpp"

#include <soci/soci.h>

namespace odmr
{
namespace
{

using soci::into;
using soci::use;

}  // namespace

hold_store::hold_store(const std::string& path)
    // The daemon does nothing else while it waits, and a message that cannot be recorded is merely not held.
    : file_(std::make_shared<database>(
          path, customer_store::open_mode::must_exist,
          database::manner{.survives_power_cut = false, .patience = std::chrono::milliseconds(200)}))
{
}

void hold_store::add_hold(const hold& added)
{
    const long long arrived = added.arrived.time_since_epoch().count();
    // The mail system uses a queue id again when its message is gone.
    file_->change_by(
        "INSERT INTO holds (queue_id, customer, arrived) VALUES (:queue_id, :customer, :arrived)"
        " ON CONFLICT (queue_id) DO UPDATE SET customer = excluded.customer, arrived = excluded.arrived",
        use(added.queue_id), use(added.customer), use(arrived));
}

void hold_store::remove_holds(const std::vector<std::string>& queue_ids)
{
    file_->change([&](soci::session&) {
        for (const auto& queue_id : queue_ids)
            file_->run_prepared("DELETE FROM holds WHERE queue_id = :queue_id", use(queue_id));
    });
}

std::vector<hold> hold_store::holds()
{
    return file_->read([](soci::session& sql) {
        hold row;
        long long arrived = 0;
        soci::statement select =
            (sql.prepare << "SELECT queue_id, customer, arrived FROM holds ORDER BY arrived, queue_id",
             into(row.queue_id), into(row.customer), into(arrived));
        select.execute();
        std::vector<hold> found;
        while (select.fetch()) {
            row.arrived = std::chrono::sys_seconds(std::chrono::seconds(arrived));
            found.push_back(row);
        }
        return found;
    });
}

}  // namespace odmr

// hold_store - which messages odmr has put on hold: their ids in the mail system's queue.
//
// In the same file as the customers. What is added survives kill -9 at once, but not a power cut: it does not
// wait for the disk (docs/decisions/own-holds.md). The records are of this machine's queue. Every member
// throws database_failure.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace odmr
{

struct hold {
    std::string queue_id;
    std::string customer;  ///< who may be none any more
    std::chrono::sys_seconds arrived;

    friend bool operator==(const hold&, const hold&) = default;
};

class database;

class hold_store
{
public:
    /// The file must exist.
    explicit hold_store(const std::string& path);

    /// In place of one with the same queue id. Waits for another writer for a fifth of a second at most.
    void add_hold(const hold& added);
    /// Those that are there, all at once; the others do not matter.
    void remove_holds(const std::vector<std::string>& queue_ids);
    /// The oldest first.
    std::vector<hold> holds();

    /// The connection, for readers in this room that are not to take what is written here for somebody
    /// else's change.
    [[nodiscard]] std::shared_ptr<database> connection() const { return file_; }

private:
    std::shared_ptr<database> file_;
};

}  // namespace odmr

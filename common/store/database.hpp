// database - the customer database as a file: found or made, with its schema and version, and the translation
// of what goes wrong with it into database_failure. SQLite through SOCI; everything that only SQLite knows is
// in database.cpp. Not for other rooms.
#pragma once

#include "store/customer_store.hpp"

#include <soci/soci.h>

#include <sys/stat.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace odmr
{

class database
{
public:
    database(std::string path, customer_store::open_mode mode);

    /// work(soci::session&), which only reads. Throws database_failure for whatever SOCI throws.
    template <class Work>
    auto read(Work work)
    {
        if (changing_)
            return work(*session_);
        return translated([&] { return work(connected()); });
    }

    /// work(soci::session&) in a transaction: kept when it returns, undone when it throws. Inside another
    /// change it is part of that one.
    template <class Work>
    void change(Work work)
    {
        if (changing_)
            return work(*session_);
        translated([&] {
            write_transaction transaction(connected(), changing_);
            work(*session_);
            transaction.commit();
        });
    }

private:
    /// Holds the write lock from the start, so that what a change reads stays true until it writes.
    class write_transaction
    {
    public:
        write_transaction(soci::session& sql, bool& active);
        ~write_transaction();
        write_transaction(const write_transaction&) = delete;
        write_transaction& operator=(const write_transaction&) = delete;
        void commit();

    private:
        soci::session& sql_;
        bool& active_;
    };

    template <class Work>
    auto translated(Work work)
    {
        try {
            return work();
        } catch (const soci::soci_error& problem) {
            const auto failure = explain(problem);
            session_.reset();  // the next use connects anew
            throw failure;
        }
    }

    soci::session& connected();
    void connect();
    void create_schema();
    void check_schema();
    std::vector<std::string> table_names();
    [[nodiscard]] database_failure explain(const soci::soci_error& problem) const;
    [[nodiscard]] database_failure unusable(const std::string& why) const;

    std::string path_;
    std::optional<soci::session> session_;
    struct stat file_{};  ///< the file that session_ has open
    bool changing_ = false;
};

}  // namespace odmr

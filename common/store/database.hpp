// database - the customer database as a file: found or made, brought to the newest version of its schema, and
// the translation of what goes wrong with it into database_failure. SQLite through SOCI; everything that only
// SQLite knows is in database.cpp. Not for other rooms.
#pragma once

#include "store/customer_store.hpp"

#include <soci/soci.h>

#include <sys/stat.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace odmr
{

class database
{
public:
    /// How this program writes.
    struct manner {
        /// Whether a finished change survives a power cut. It always survives the end of the process.
        bool survives_power_cut = true;
        std::chrono::milliseconds patience{2000};  ///< how long a change waits for another writer
    };

    database(std::string path, customer_store::open_mode mode);
    database(std::string path, customer_store::open_mode mode, manner how);

    /// work(soci::session&), which only reads. Throws database_failure for whatever SOCI throws.
    template <class Work>
    auto read(Work work)
    {
        if (changing_)
            return work(connection_->sql);
        return translated([&] { return work(connected()); });
    }

    /// work(soci::session&) in a transaction: kept when it returns, undone when it throws. Inside another
    /// change it is part of that one.
    template <class Work>
    void change(Work work)
    {
        if (changing_)
            return work(connection_->sql);
        translated([&] {
            write_transaction transaction(connected(), changing_);
            work(connection_->sql);
            transaction.commit();
        });
    }

    /// A change that is one statement, as run_prepared() has it: it is its own transaction.
    template <class... Exchanged>
    void change_by(const std::string& text, const Exchanged&... exchanged)
    {
        translated([&] {
            connected();
            run_prepared(text, exchanged...);
        });
    }

    /// Inside read() or change(): runs a statement that stays prepared, for what is done often. `exchanged`
    /// are use() and into(). Returns whether it gave a row; it may give one at most.
    template <class... Exchanged>
    bool run_prepared(const std::string& text, const Exchanged&... exchanged)
    {
        auto& statement = prepared(text);
        (statement.exchange(exchanged), ...);
        statement.define_and_bind();
        const bool found = statement.execute(true);
        // A statement that is not run to its end would go on reading the database as it is now.
        while (statement.got_data())
            statement.fetch();
        statement.bind_clean_up();
        return found;
    }

    /// Differs from an earlier one when the file may have changed since, other than by this connection.
    struct state {
        int connection = 0;  ///< how many there were: another one may have another file open
        int data = 0;

        friend bool operator==(const state&, const state&) = default;
    };
    /// Inside read() or change(): costs no look at the data.
    state present_state();

private:
    /// A session, and what stays prepared in it, which has to go first.
    struct connection {
        connection(const soci::backend_factory& kind, const std::string& options) : sql(kind, options) {}

        soci::session sql;
        std::map<std::string, soci::statement> prepared = {};
    };

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
            connection_.reset();  // the next use connects anew
            throw failure;
        }
    }

    soci::session& connected();
    void connect();
    void create_schema();
    void check_schema();
    void build_schema(int from);
    int schema_version();
    std::vector<std::string> table_names();
    soci::statement& prepared(const std::string& text);
    [[nodiscard]] database_failure explain(const soci::soci_error& problem) const;
    [[nodiscard]] database_failure unusable(const std::string& why) const;

    std::string path_;
    manner how_;
    std::optional<connection> connection_;
    struct stat file_{};   ///< the file that connection_ has open
    int connections_ = 0;  ///< made so far
    bool changing_ = false;
};

}  // namespace odmr

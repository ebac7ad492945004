// database - see database.hpp.
#include "store/database.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <span>
#include <system_error>

namespace odmr
{
namespace
{

constexpr mode_t file_mode = 0640;  ///< it holds secrets
constexpr int sqlite_busy = 5;      ///< another connection writes
constexpr int sqlite_locked = 6;

// What each version of the schema adds to the one before it. A new file gets all of them, an older one those
// that it lacks; so what was once released is never changed here. Portable SQL: text and whole numbers only,
// keys in base64.

constexpr const char* version_1[] = {
    "CREATE TABLE odmr_schema (version INTEGER NOT NULL)",

    "CREATE TABLE customer ("
    " name            VARCHAR(64) NOT NULL PRIMARY KEY,"
    " enabled         INTEGER     NOT NULL CHECK (enabled IN (0, 1)),"
    " linger          BIGINT      CHECK (linger >= 0),"  // seconds
    " scram_sha1      VARCHAR(255),"                     // RFC 5803
    " scram_sha256    VARCHAR(255),"
    " cram_md5_secret VARCHAR(4096))",

    "CREATE TABLE domain ("
    " name     VARCHAR(253) NOT NULL PRIMARY KEY,"
    " customer VARCHAR(64)  NOT NULL REFERENCES customer (name) ON DELETE CASCADE)",

    "CREATE INDEX domain_customer ON domain (customer)",
};

constexpr const char* version_2[] = {
    "ALTER TABLE customer ADD COLUMN max_messages BIGINT CHECK (max_messages >= 0)",
    "ALTER TABLE customer ADD COLUMN max_octets BIGINT CHECK (max_octets >= 0)",
    "ALTER TABLE customer ADD COLUMN hold_time BIGINT CHECK (hold_time >= 0)",  // seconds

    // A list without recipients refuses everybody; a domain without a list refuses nobody.
    "ALTER TABLE domain ADD COLUMN has_recipient_list INTEGER NOT NULL DEFAULT 0"
    " CHECK (has_recipient_list IN (0, 1))",

    "CREATE TABLE recipients ("
    " domain  VARCHAR(253) NOT NULL REFERENCES domain (name) ON DELETE CASCADE,"
    " address VARCHAR(255) NOT NULL,"  // the local part, without quoting
    " PRIMARY KEY (domain, address))",

    // The customer is no reference: who is removed leaves mail on hold behind. One is written for each
    // message that is put on hold, so there is no second tree of row numbers (SQLite only: the queue is this
    // machine's).
    "CREATE TABLE holds ("
    " queue_id VARCHAR(64) NOT NULL PRIMARY KEY,"
    " customer VARCHAR(64) NOT NULL,"
    " arrived  BIGINT      NOT NULL) WITHOUT ROWID",  // seconds since 1970 began
};

constexpr std::span<const char* const> versions[] = {version_1, version_2};
constexpr int newest_version = std::size(versions);

std::string error_text(int number)
{
    return std::generic_category().message(number);
}

/// Makes an empty file unless there is one.
void make_file(const std::string& path)
{
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, file_mode);
    if (file < 0 && errno == EEXIST)
        return;
    if (file < 0)
        throw database_failure(database_failure::cause::unusable,
                               "customer database " + path + " cannot be made: " + error_text(errno));
    // Whatever the umask says, the daemon must be able to read it.
    bool made = ::fchmod(file, file_mode) == 0;
    // Made by root, it belongs to whom its directory belongs to: the account that the daemon runs as. SQLite
    // gives the files it puts beside it the same owner.
    struct stat directory{};
    const auto parent = std::filesystem::absolute(path).parent_path();
    if (made && ::geteuid() == 0 && ::stat(parent.c_str(), &directory) == 0)
        made = ::fchown(file, directory.st_uid, directory.st_gid) == 0;
    const int problem = errno;
    ::close(file);
    if (!made)
        throw database_failure(database_failure::cause::unusable,
                               "customer database " + path + ": " + error_text(problem));
}

}  // namespace

database::database(std::string path, customer_store::open_mode mode)
    : database(std::move(path), mode, manner{})
{
}

database::database(std::string path, customer_store::open_mode mode, manner how)
    : path_(std::move(path)), how_(how)
{
    translated([&] {
        if (mode == customer_store::open_mode::create) {
            make_file(path_);
            connect();
            create_schema();
        }
        connected();
    });
}

/// The open session, or a new one when there is none or another file has taken the place of the one it has
/// open.
soci::session& database::connected()
{
    struct stat now{};
    if (::stat(path_.c_str(), &now) != 0)
        throw database_failure(
            errno == ENOENT ? database_failure::cause::missing : database_failure::cause::unusable,
            "customer database " + path_ + ": " + error_text(errno));
    if (!connection_ || now.st_dev != file_.st_dev || now.st_ino != file_.st_ino) {
        connect();
        check_schema();
        file_ = now;
    }
    return connection_->sql;
}

void database::connect()
{
    connection_.reset();
    file_ = {};
    ++connections_;
    auto& sql = connection_.emplace(soci::sqlite3, "db=\"" + path_ + "\"").sql;
    sql << "PRAGMA busy_timeout = " << how_.patience.count();
    sql << "PRAGMA foreign_keys = ON";
    sql << "PRAGMA secure_delete = ON";  // a replaced secret is overwritten, not only forgotten
    // With NORMAL the disk is waited for only when the log is copied into the file, and the file stays whole.
    sql << "PRAGMA synchronous = " << (how_.survives_power_cut ? "FULL" : "NORMAL");
}

void database::create_schema()
{
    if (!table_names().empty())
        return;  // check_schema() says whether they are ours
    // Readers and a writer do not wait for each other. It is a property of the file, set before its first
    // table.
    auto& sql = connection_->sql;
    std::string journal;
    sql << "PRAGMA journal_mode = WAL", soci::into(journal);
    write_transaction transaction(sql, changing_);
    if (table_names().empty())  // or else another program was quicker
        build_schema(0);
    transaction.commit();
}

void database::check_schema()
{
    const auto tables = table_names();
    if (std::find(tables.begin(), tables.end(), "odmr_schema") == tables.end())
        throw unusable("is not a customer database of odmr");
    if (const int older = schema_version(); older > 0 && older < newest_version) {
        write_transaction transaction(connection_->sql, changing_);
        build_schema(schema_version());  // another program may have been quicker
        transaction.commit();
    }
    if (const int found = schema_version(); found != newest_version)
        throw unusable("has version " + std::to_string(found) + " of the schema, expected " +
                       std::to_string(newest_version));
}

/// Adds what that version lacks, inside a transaction: all of it or, when anything fails, nothing.
void database::build_schema(int from)
{
    if (from >= newest_version)
        return;
    auto& sql = connection_->sql;
    for (const auto& version : std::span(versions).subspan(static_cast<std::size_t>(from))) {
        for (const auto* statement : version)
            sql << statement;
    }
    sql << "DELETE FROM odmr_schema";
    sql << "INSERT INTO odmr_schema (version) VALUES (:version)", soci::use(newest_version);
}

int database::schema_version()
{
    int version = 0;
    connection_->sql << "SELECT version FROM odmr_schema", soci::into(version);
    return version;
}

std::vector<std::string> database::table_names()
{
    const soci::rowset<std::string> names = connection_->sql.prepare_table_names();
    return {names.begin(), names.end()};
}

database::state database::present_state()
{
    state now{.connection = connections_};
    run_prepared("PRAGMA data_version", soci::into(now.data));
    return now;
}

soci::statement& database::prepared(const std::string& text)
{
    auto& kept = connection_->prepared;
    if (const auto found = kept.find(text); found != kept.end())
        return found->second;
    soci::statement statement(connection_->sql);
    statement.alloc();
    statement.prepare(text);
    return kept.emplace(text, std::move(statement)).first->second;
}

database_failure database::explain(const soci::soci_error& problem) const
{
    const auto* known = dynamic_cast<const soci::sqlite3_soci_error*>(&problem);
    const int result = known ? known->result() & 0xff : 0;
    const bool locked = result == sqlite_busy || result == sqlite_locked;
    // Not what(): SOCI puts the values of the statement there, and they may be secrets.
    return {locked ? database_failure::cause::locked : database_failure::cause::unusable,
            "customer database " + path_ + ": " + problem.get_error_message()};
}

database_failure database::unusable(const std::string& why) const
{
    return {database_failure::cause::unusable, "customer database " + path_ + ' ' + why};
}

database::write_transaction::write_transaction(soci::session& sql, bool& active) : sql_(sql), active_(active)
{
    sql_ << "BEGIN IMMEDIATE";  // SQLite's way to wait for the lock now instead of failing at the first write
    active_ = true;
}

database::write_transaction::~write_transaction()
{
    if (!active_)
        return;
    active_ = false;
    try {
        sql_.rollback();
    } catch (const soci::soci_error&) {
        // A connection that cannot even undo is closed by whoever catches what brought us here.
    }
}

void database::write_transaction::commit()
{
    sql_.commit();
    active_ = false;
}

}  // namespace odmr

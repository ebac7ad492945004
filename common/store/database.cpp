// database - see database.hpp.
#include "store/database.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace odmr
{
namespace
{

constexpr int schema_version_known = 1;
constexpr int busy_timeout = 2;     ///< seconds that a writer waits for another
constexpr mode_t file_mode = 0640;  ///< it holds secrets
constexpr int sqlite_busy = 5;      ///< another connection writes
constexpr int sqlite_locked = 6;

/// Portable SQL: text and whole numbers only, keys in base64.
constexpr const char* schema[] = {
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

database::database(std::string path, customer_store::open_mode mode) : path_(std::move(path))
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
    if (!session_ || now.st_dev != file_.st_dev || now.st_ino != file_.st_ino) {
        connect();
        check_schema();
        file_ = now;
    }
    return *session_;
}

void database::connect()
{
    session_.reset();
    file_ = {};
    session_.emplace(soci::sqlite3, "db=\"" + path_ + "\" timeout=" + std::to_string(busy_timeout));
    *session_ << "PRAGMA foreign_keys = ON";
    *session_ << "PRAGMA secure_delete = ON";  // a replaced secret is overwritten, not only forgotten
}

void database::create_schema()
{
    if (!table_names().empty())
        return;  // check_schema() says whether they are ours
    // Readers and a writer do not wait for each other. It is a property of the file, set before its first
    // table.
    std::string journal;
    *session_ << "PRAGMA journal_mode = WAL", soci::into(journal);
    write_transaction transaction(*session_, changing_);
    if (!table_names().empty())
        return;  // another program was quicker
    for (const auto* statement : schema)
        *session_ << statement;
    *session_ << "INSERT INTO odmr_schema (version) VALUES (:version)", soci::use(schema_version_known);
    transaction.commit();
}

void database::check_schema()
{
    const auto tables = table_names();
    if (std::find(tables.begin(), tables.end(), "odmr_schema") == tables.end())
        throw unusable("is not a customer database of odmr");
    int version = 0;
    *session_ << "SELECT version FROM odmr_schema", soci::into(version);
    if (version != schema_version_known)
        throw unusable("has version " + std::to_string(version) + " of the schema, expected " +
                       std::to_string(schema_version_known));
}

std::vector<std::string> database::table_names()
{
    const soci::rowset<std::string> names = session_->prepare_table_names();
    return {names.begin(), names.end()};
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

// Tests of database, through customer_store: the file, other programs that have it open, and everything that
// can be wrong with it.
#include "store/database.hpp"

#include "auth/secrets.hpp"
#include "other_connection.hpp"
#include "store/hold_store.hpp"
#include "store/recipient_store.hpp"
#include "support/temp_dir.hpp"
#include "support/wait.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <thread>

namespace odmr
{
namespace
{

using cause = database_failure::cause;
using mode = customer_store::open_mode;
namespace fs = std::filesystem;

/// Root may write anywhere; where that would hide a failure, a test acts as nobody.
class as_nobody
{
public:
    as_nobody()
    {
        if (::geteuid() == 0 && ::seteuid(65534) != 0)
            throw std::runtime_error("cannot act as nobody");
    }
    ~as_nobody()
    {
        if (::getuid() == 0 && ::seteuid(0) != 0)
            std::abort();
    }
    as_nobody(const as_nobody&) = delete;
    as_nobody& operator=(const as_nobody&) = delete;
};

class database_test : public testing::Test
{
protected:
    /// Why the work failed; the text of it is left in said_.
    std::optional<cause> failure_of(const std::function<void()>& work)
    {
        said_.clear();
        try {
            work();
        } catch (const database_failure& failure) {
            said_ = failure.what();
            return failure.why();
        }
        return std::nullopt;
    }

    std::optional<cause> failure_to_open(mode how = mode::must_exist)
    {
        return failure_of([&] { customer_store(path_, how); });
    }

    /// A file of the first version of the schema, whatever was there before.
    void make_version_1()
    {
        for (const auto* suffix : {"", "-wal", "-shm"})
            fs::remove(path_.string() + suffix);
        other_connection(path_).run(test::read_file(ODMR_VERSION_1));
    }

    /// What goes wrong when four do the same at the same time, each with a name of its own.
    static std::vector<std::string> problems_of_several(const std::function<void(const std::string&)>& work)
    {
        auto problems = no_problems;
        std::vector<std::thread> workers;
        for (std::size_t i = 0; i < problems.size(); ++i) {
            workers.emplace_back([i, &problems, &work] {
                try {
                    work("c" + std::to_string(i));
                } catch (const std::exception& problem) {
                    problems[i] = problem.what();
                }
            });
        }
        for (auto& worker : workers)
            worker.join();
        return problems;
    }

    [[nodiscard]] bool said(const std::string& words) const { return said_.find(words) != std::string::npos; }

    test::temp_dir directory_;
    fs::path path_ = directory_.path() / "customers.db";
    std::string said_;
    static inline const credentials secrets_ = make_credentials("hunter2", true, minimum_iterations);
    static inline const std::vector<std::string> no_problems = std::vector<std::string>(4);
};

mode_t mode_of(const fs::path& file)
{
    struct stat found{};
    EXPECT_EQ(::stat(file.c_str(), &found), 0);
    return found.st_mode & 07777U;
}

TEST_F(database_test, the_file_is_not_for_everybody_whatever_the_umask)
{
    for (const mode_t umask_now : {0U, 022U, 077U}) {
        fs::remove(path_);
        const auto before = ::umask(umask_now);
        customer_store(path_, mode::create).add_customer("bob", secrets_, std::nullopt);
        ::umask(before);
        EXPECT_EQ(mode_of(path_), 0640U);
    }
}

TEST_F(database_test, the_files_beside_it_are_not_for_everybody_either)
{
    customer_store store(path_, mode::create);
    store.add_customer("bob", secrets_, std::nullopt);
    EXPECT_EQ(mode_of(path_.string() + "-wal"), 0640U);
    EXPECT_EQ(mode_of(path_.string() + "-shm"), 0640U);
}

TEST_F(database_test, made_by_root_it_belongs_to_the_owner_of_its_directory)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root gives files away";
    ASSERT_EQ(::chown(directory_.path().c_str(), 65534, 65534), 0);
    customer_store store(path_, mode::create);
    store.add_customer("bob", secrets_, std::nullopt);
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        struct stat found{};
        ASSERT_EQ(::stat((path_.string() + suffix).c_str(), &found), 0);
        EXPECT_EQ(found.st_uid, 65534U);
        EXPECT_EQ(found.st_gid, 65534U);
    }
    const as_nobody daemon;
    customer_store reader(path_, mode::must_exist);
    EXPECT_TRUE(reader.find_customer("bob"));
}

TEST_F(database_test, an_existing_file_is_left_as_it_is)
{
    customer_store(path_, mode::create).add_customer("bob", secrets_, std::nullopt);
    fs::permissions(path_, fs::perms(0600));
    EXPECT_TRUE(customer_store(path_, mode::create).find_customer("bob"));
    EXPECT_EQ(mode_of(path_), 0600U);
}

TEST_F(database_test, schema_version_and_journal_are_as_intended)
{
    customer_store store(path_, mode::create);
    other_connection other(path_);
    EXPECT_EQ(other.ask("SELECT version FROM odmr_schema"), "2");
    EXPECT_EQ(other.ask("PRAGMA journal_mode"), "wal");
}

TEST_F(database_test, the_path_may_hold_spaces_and_signs)
{
    path_ = directory_.path() / "two words and=a sign, it's";
    fs::create_directory(path_);
    path_ /= "my customers.db";
    customer_store(path_, mode::create).add_customer("bob", secrets_, std::nullopt);
    EXPECT_TRUE(customer_store(path_, mode::must_exist).find_customer("bob"));
    EXPECT_TRUE(fs::exists(path_));
}

TEST_F(database_test, a_missing_file_is_reported_and_not_made)
{
    EXPECT_EQ(failure_to_open(), cause::missing);
    EXPECT_TRUE(said(path_)) << said_;
    EXPECT_TRUE(said("No such file")) << said_;
    EXPECT_FALSE(fs::exists(path_));
}

TEST_F(database_test, a_file_that_cannot_be_made_is_reported)
{
    path_ = directory_.path() / "nowhere" / "customers.db";
    EXPECT_EQ(failure_to_open(mode::create), cause::unusable);
    EXPECT_TRUE(said("cannot be made: No such file")) << said_;
}

TEST_F(database_test, a_file_that_went_away_is_missing_until_it_is_back)
{
    customer_store store(path_, mode::create);
    store.add_customer("bob", secrets_, std::nullopt);
    fs::rename(path_, directory_.path() / "elsewhere");
    EXPECT_EQ(failure_of([&] { store.find_credentials("bob"); }), cause::missing);
    EXPECT_EQ(failure_of([&] { store.set_enabled("bob", false); }), cause::missing);
    fs::rename(directory_.path() / "elsewhere", path_);
    EXPECT_TRUE(store.find_credentials("bob"));
}

TEST_F(database_test, another_file_put_in_its_place_is_the_one_that_counts)
{
    customer_store store(path_, mode::create);
    store.add_customer("bob", secrets_, std::nullopt);
    const auto restored = directory_.path() / "backup.db";
    customer_store(restored, mode::create).add_customer("ann", secrets_, std::nullopt);
    fs::remove(path_.string() + "-wal");
    fs::remove(path_.string() + "-shm");
    fs::rename(restored, path_);
    EXPECT_FALSE(store.find_credentials("bob"));
    EXPECT_TRUE(store.find_credentials("ann"));
}

TEST_F(database_test, what_is_no_database_is_unusable_and_left_alone)
{
    const std::string text(5000, 'x');
    test::write_file(path_, text);
    EXPECT_EQ(failure_to_open(), cause::unusable);
    EXPECT_TRUE(said("not a database")) << said_;
    EXPECT_EQ(failure_to_open(mode::create), cause::unusable);
    EXPECT_EQ(test::read_file(path_), text);
}

TEST_F(database_test, an_empty_file_is_no_customer_database_until_one_is_made_of_it)
{
    test::write_file(path_, "");
    EXPECT_EQ(failure_to_open(), cause::unusable);
    EXPECT_TRUE(said("is not a customer database of odmr")) << said_;
    EXPECT_EQ(failure_to_open(mode::create), std::nullopt);
    EXPECT_EQ(failure_to_open(), std::nullopt);
}

TEST_F(database_test, another_programs_database_is_not_written_to)
{
    other_connection(path_).run("CREATE TABLE theirs (value INTEGER)");
    EXPECT_EQ(failure_to_open(mode::create), cause::unusable);
    EXPECT_TRUE(said("is not a customer database of odmr")) << said_;
    EXPECT_EQ(other_connection(path_).ask("SELECT COUNT(*) FROM sqlite_master"), "1");
    EXPECT_EQ(other_connection(path_).ask("PRAGMA journal_mode"), "delete");
}

TEST_F(database_test, a_later_version_of_the_schema_is_not_touched)
{
    customer_store store(path_, mode::create);
    for (const auto* version : {"3", "0", "-1"}) {
        other_connection(path_).run("UPDATE odmr_schema SET version = " + std::string(version));
        EXPECT_EQ(failure_to_open(), cause::unusable);
        EXPECT_TRUE(said("has version " + std::string(version) + " of the schema, expected 2")) << said_;
        EXPECT_EQ(other_connection(path_).ask("SELECT version FROM odmr_schema"), version);
    }
}

TEST_F(database_test, the_first_version_of_the_schema_is_brought_up_to_date_and_keeps_everything)
{
    for (const auto how : {mode::must_exist, mode::create}) {
        make_version_1();
        customer_store store(path_, how);
        EXPECT_EQ(
            store.customers(),
            (std::vector<customer>{{.name = "alice",
                                    .linger = seconds(90),
                                    .domains = {"example.com", "example.org"},
                                    .cram_md5 = true},
                                   {.name = "bob@example.net", .enabled = false, .domains = {"example.net"}},
                                   {.name = "carl"}}));
        EXPECT_TRUE(password_matches(store.find_credentials("alice").value(), "correct horse"));
        EXPECT_EQ(store.find_credentials("alice")->cram_md5_secret, "correct horse");
        EXPECT_TRUE(password_matches(store.find_credentials("bob@example.net").value(), "battery staple"));
        EXPECT_EQ(store.find_customer("alice")->max_messages, std::nullopt);
        EXPECT_EQ(recipient_store(path_).recipients("example.org"), std::nullopt);
        EXPECT_TRUE(hold_store(path_).holds().empty());
        EXPECT_EQ(other_connection(path_).ask("SELECT version FROM odmr_schema"), "2");
    }
}

TEST_F(database_test, an_older_file_becomes_just_what_a_new_one_is)
{
    // Not as SQL, which SQLite keeps as it was written, but what counts: tables, columns, types, keys.
    const auto described = [](const fs::path& file) {
        return other_connection(file).ask(
            "SELECT group_concat(line, char(10)) FROM"
            " (SELECT t.name || ' ' || c.name || ' ' || c.type || c.\"notnull\" || c.pk"
            " || coalesce(c.dflt_value, '') AS line FROM sqlite_master t, pragma_table_info(t.name) c"
            " WHERE t.type = 'table' ORDER BY t.name, c.cid)");
    };
    make_version_1();
    const auto older = described(path_);
    customer_store(path_, mode::must_exist);
    const auto fresh = directory_.path() / "new.db";
    customer_store(fresh, mode::create);
    EXPECT_EQ(described(path_), described(fresh));
    EXPECT_NE(described(path_), older);
}

TEST_F(database_test, what_was_brought_up_to_date_takes_new_things)
{
    make_version_1();
    customer_store store(path_, mode::must_exist);
    store.set_max_messages("alice", 5);
    EXPECT_EQ(store.find_customer("alice")->max_messages, 5U);
    recipient_store(path_).set_recipients("example.org", {"ann"});
    EXPECT_TRUE(recipient_store(path_).has_recipient("example.org", "ann"));
    store.remove_domain("example.org");
    EXPECT_EQ(other_connection(path_).ask("SELECT COUNT(*) FROM recipients"), "0");
}

TEST_F(database_test, an_update_that_fails_leaves_the_older_version_whole)
{
    make_version_1();
    other_connection(path_).run("CREATE TABLE holds (theirs INTEGER)");  // what the update makes last
    EXPECT_EQ(failure_to_open(), cause::unusable);
    EXPECT_TRUE(said("already exists")) << said_;
    other_connection other(path_);
    EXPECT_EQ(other.ask("SELECT version FROM odmr_schema"), "1");
    EXPECT_EQ(other.ask("SELECT COUNT(*) FROM pragma_table_info('customer') WHERE name = 'hold_time'"), "0");
    other.run("DROP TABLE holds");
    EXPECT_EQ(failure_to_open(), std::nullopt);
}

TEST_F(database_test, an_older_file_that_may_only_be_read_is_unusable)
{
    make_version_1();
    fs::permissions(path_, fs::perms(0444));
    fs::permissions(directory_.path(), fs::perms(0777));
    const as_nobody reader;
    EXPECT_EQ(failure_to_open(), cause::unusable);
    EXPECT_TRUE(said("readonly")) << said_;
}

TEST_F(database_test, several_programs_may_bring_it_up_to_date_at_the_same_time)
{
    make_version_1();
    EXPECT_EQ(problems_of_several([&](const std::string&) {
                  EXPECT_EQ(customer_store(path_, mode::must_exist).customers().size(), 3U);
              }),
              no_problems);
}

TEST_F(database_test, a_damaged_file_is_unusable)
{
    {
        customer_store store(path_, mode::create);
        store.together([&] {
            for (int i = 0; i < 100; ++i)
                store.add_customer("c" + std::to_string(i), secrets_, std::nullopt);
        });
    }
    // Its first page, with the list of tables, stays whole; the tables themselves do not.
    auto content = test::read_file(path_);
    std::fill(content.begin() + 4096, content.end(), 'x');
    test::write_file(path_, content);
    EXPECT_EQ(failure_of([&] { customer_store(path_, mode::must_exist).customers(); }), cause::unusable);
    EXPECT_TRUE(said("malformed")) << said_;
}

TEST_F(database_test, a_file_that_may_only_be_read_takes_no_changes)
{
    customer_store(path_, mode::create).add_customer("bob", secrets_, std::nullopt);
    fs::permissions(path_, fs::perms(0444));
    fs::permissions(directory_.path(), fs::perms(0777));
    const as_nobody reader;
    customer_store store(path_, mode::must_exist);
    EXPECT_TRUE(store.find_credentials("bob"));
    EXPECT_EQ(failure_of([&] { store.set_enabled("bob", false); }), cause::unusable);
    EXPECT_TRUE(said("readonly")) << said_;
    EXPECT_TRUE(store.find_credentials("bob")->enabled);
}

TEST_F(database_test, a_file_that_may_not_be_read_is_unusable)
{
    customer_store(path_, mode::create).add_customer("bob", secrets_, std::nullopt);
    fs::permissions(path_, fs::perms::none);
    const as_nobody reader;
    EXPECT_EQ(failure_to_open(), cause::unusable);
    EXPECT_TRUE(said(path_)) << said_;
}

TEST_F(database_test, what_one_program_writes_the_other_reads_at_once)
{
    customer_store tool(path_, mode::create);
    customer_store daemon(path_, mode::must_exist);
    tool.add_customer("bob", secrets_, std::nullopt);
    EXPECT_TRUE(daemon.find_credentials("bob"));
    tool.add_domain("bob", "example.org");
    EXPECT_EQ(daemon.owner_of("example.org"), "bob");
    tool.remove_customer("bob");
    EXPECT_EQ(daemon.owner_of("example.org"), std::nullopt);
}

TEST_F(database_test, a_reader_does_not_wait_for_a_writer_and_sees_only_what_is_finished)
{
    customer_store tool(path_, mode::create);
    customer_store daemon(path_, mode::must_exist);
    tool.add_customer("ann", secrets_, std::nullopt);
    tool.together([&] {
        tool.add_customer("bob", secrets_, std::nullopt);
        const auto began = test::clock::now();
        EXPECT_FALSE(daemon.find_credentials("bob"));
        EXPECT_TRUE(daemon.find_credentials("ann"));
        EXPECT_LT(test::clock::now() - began, seconds(1));
    });
    EXPECT_TRUE(daemon.find_credentials("bob"));
}

TEST_F(database_test, a_second_writer_gives_up_after_two_seconds)
{
    customer_store store(path_, mode::create);
    store.add_customer("bob", secrets_, std::nullopt);
    other_connection other(path_);
    other.run("BEGIN IMMEDIATE");
    const auto began = test::clock::now();
    EXPECT_EQ(failure_of([&] { store.set_enabled("bob", false); }), cause::locked);
    EXPECT_TRUE(said("locked")) << said_;
    EXPECT_GE(test::clock::now() - began, test::milliseconds(1500));
    EXPECT_LT(test::clock::now() - began, seconds(6));
    other.run("ROLLBACK");
    store.set_enabled("bob", false);
    EXPECT_FALSE(store.find_credentials("bob")->enabled);
}

TEST_F(database_test, a_second_writer_waits_for_one_that_finishes_in_time)
{
    customer_store store(path_, mode::create);
    store.add_customer("bob", secrets_, std::nullopt);
    other_connection other(path_);
    other.run("BEGIN IMMEDIATE; UPDATE customer SET linger = 7");
    std::thread finishing([&] {
        std::this_thread::sleep_for(test::milliseconds(100));
        other.run("COMMIT");
    });
    store.set_enabled("bob", false);
    finishing.join();
    EXPECT_EQ(store.find_customer("bob")->linger, seconds(7));
    EXPECT_FALSE(store.find_customer("bob")->enabled);
}

TEST_F(database_test, a_file_locked_against_readers_is_a_temporary_failure)
{
    customer_store(path_, mode::create).add_customer("bob", secrets_, std::nullopt);
    other_connection other(path_);
    other.run("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE customer SET linger = 7");
    EXPECT_EQ(failure_of([&] { customer_store(path_, mode::must_exist).find_credentials("bob"); }),
              cause::locked);
}

TEST_F(database_test, several_programs_may_make_it_at_the_same_time)
{
    EXPECT_EQ(problems_of_several([&](const std::string& name) {
                  customer_store(path_, mode::create).add_customer(name, {}, std::nullopt);
              }),
              no_problems);
    EXPECT_EQ(customer_store(path_, mode::must_exist).customers().size(), 4U);
}

TEST_F(database_test, no_failure_repeats_a_secret)
{
    customer_store store(path_, mode::create);
    other_connection(path_).run(
        "CREATE TRIGGER refuse BEFORE INSERT ON customer BEGIN SELECT RAISE(ABORT, 'no'); END");
    EXPECT_EQ(failure_of([&] { store.add_customer("bob", secrets_, std::nullopt); }), cause::unusable);
    EXPECT_FALSE(said("hunter2")) << said_;
    EXPECT_FALSE(said("SCRAM")) << said_;
}

TEST_F(database_test, a_replaced_or_removed_secret_is_not_left_in_the_file)
{
    for (const bool replaced : {true, false}) {
        fs::remove(path_);
        {
            customer_store store(path_, mode::create);
            store.add_customer("bob", secrets_, std::nullopt);
        }
        ASSERT_NE(test::read_file(path_).find("hunter2"), std::string::npos);
        {
            customer_store store(path_, mode::must_exist);
            if (replaced)
                store.set_credentials("bob", make_credentials("other", false, minimum_iterations));
            else
                store.remove_customer("bob");
        }
        EXPECT_EQ(test::read_file(path_).find("hunter2"), std::string::npos);
        EXPECT_FALSE(fs::exists(path_.string() + "-wal"));
    }
}

TEST_F(database_test, a_change_that_fails_leaves_the_store_usable)
{
    customer_store store(path_, mode::create);
    store.add_customer("bob", secrets_, std::nullopt);
    other_connection(path_).run(
        "CREATE TRIGGER refuse BEFORE INSERT ON domain BEGIN SELECT RAISE(ABORT, 'no'); END");
    EXPECT_EQ(failure_of([&] {
                  store.together([&] {
                      store.set_linger("bob", seconds(9));
                      store.add_domain("bob", "example.org");
                  });
              }),
              cause::unusable);
    EXPECT_EQ(store.find_customer("bob")->linger, std::nullopt);
    store.set_linger("bob", seconds(3));
    EXPECT_EQ(store.find_customer("bob")->linger, seconds(3));
}

}  // namespace
}  // namespace odmr

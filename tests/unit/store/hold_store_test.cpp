// Tests of hold_store: what it keeps, what survives, and what it does not wait for.
#include "store/hold_store.hpp"

#include "other_connection.hpp"
#include "store/customer_store.hpp"
#include "support/temp_dir.hpp"
#include "support/wait.hpp"

#include <gtest/gtest.h>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace
{
int syncs = 0;
}

// In the place of the C library's, to see when SQLite waits for the disk.
extern "C" int fdatasync(int file)
{
    ++syncs;
    return static_cast<int>(::syscall(SYS_fdatasync, file));
}

extern "C" int fsync(int file)
{
    ++syncs;
    return static_cast<int>(::syscall(SYS_fsync, file));
}

namespace odmr
{
namespace
{

hold a_hold(const std::string& queue_id, int arrived = 0, const std::string& customer = "bob")
{
    return {queue_id, customer, std::chrono::sys_seconds(seconds(arrived))};
}

class hold_store_test : public testing::Test
{
protected:
    test::temp_dir directory_;
    std::string path_ = directory_.path() / "customers.db";
    customer_store customers_{path_, customer_store::open_mode::create};
    hold_store store_{path_};
};

TEST_F(hold_store_test, what_is_added_is_kept_until_it_is_removed)
{
    EXPECT_TRUE(store_.holds().empty());
    store_.add_hold(a_hold("4Bx9TT0mWlz3y", 1'700'000'001));
    store_.add_hold(a_hold("0A1B2C3D4E", 1'700'000'000, "ann"));
    const std::vector both{a_hold("0A1B2C3D4E", 1'700'000'000, "ann"),
                           a_hold("4Bx9TT0mWlz3y", 1'700'000'001)};
    EXPECT_EQ(store_.holds(), both);
    EXPECT_EQ(hold_store(path_).holds(), both);
    store_.remove_holds({"4Bx9TT0mWlz3y", "never added"});
    EXPECT_EQ(store_.holds(), std::vector{both[0]});
    store_.remove_holds({});
    store_.remove_holds({"0A1B2C3D4E", "0A1B2C3D4E"});
    EXPECT_TRUE(store_.holds().empty());
}

TEST_F(hold_store_test, queue_ids_that_differ_in_case_are_two)
{
    store_.add_hold(a_hold("4Bx9TT0mWlz3y"));
    store_.add_hold(a_hold("4Bx9TT0mWlz3Y"));
    store_.remove_holds({"4BX9TT0MWLZ3Y"});
    EXPECT_EQ(store_.holds().size(), 2U);
}

TEST_F(hold_store_test, a_queue_id_used_again_means_the_new_message)
{
    store_.add_hold(a_hold("0A1B2C3D4E", 1, "ann"));
    store_.add_hold(a_hold("0A1B2C3D4E", 2, "bob"));
    EXPECT_EQ(store_.holds(), std::vector{a_hold("0A1B2C3D4E", 2, "bob")});
}

TEST_F(hold_store_test, a_customer_that_is_removed_leaves_its_holds)
{
    customers_.add_customer("bob", {}, std::nullopt);
    store_.add_hold(a_hold("0A1B2C3D4E"));
    customers_.remove_customer("bob");
    EXPECT_EQ(store_.holds(), std::vector{a_hold("0A1B2C3D4E")});
}

TEST_F(hold_store_test, what_was_added_survives_kill_9)
{
    constexpr int count = 500;
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        hold_store store(path_);
        for (int i = 0; i < count; ++i)
            store.add_hold(a_hold("ID" + std::to_string(i), i));
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    const auto kept = hold_store(path_).holds();
    ASSERT_EQ(kept.size(), std::size_t{count});
    EXPECT_EQ(kept.front(), a_hold("ID0", 0));
    EXPECT_EQ(kept.back(), a_hold("ID499", count - 1));
}

TEST_F(hold_store_test, the_disk_is_waited_for_once_in_a_while_and_for_customers_always)
{
    customers_.add_customer("bob", {}, std::nullopt);
    syncs = 0;
    for (int i = 0; i < 100; ++i)
        store_.add_hold(a_hold("ID" + std::to_string(i)));
    EXPECT_LE(syncs, 3);  // one checkpoint, if it falls into these
    syncs = 0;
    customers_.set_enabled("bob", false);
    EXPECT_GE(syncs, 1);
}

TEST_F(hold_store_test, another_writer_is_not_waited_for_long)
{
    other_connection other(path_);
    other.run("BEGIN IMMEDIATE");
    const auto began = test::clock::now();
    try {
        store_.add_hold(a_hold("0A1B2C3D4E"));
        FAIL() << "expected database_failure";
    } catch (const database_failure& failure) {
        EXPECT_EQ(failure.why(), database_failure::cause::locked);
    }
    EXPECT_GE(test::clock::now() - began, test::milliseconds(150));
    EXPECT_LT(test::clock::now() - began, test::milliseconds(1500));
    EXPECT_TRUE(store_.holds().empty());
    other.run("ROLLBACK");
    store_.add_hold(a_hold("0A1B2C3D4E"));
    EXPECT_EQ(store_.holds().size(), 1U);
}

TEST_F(hold_store_test, thousands_are_added_listed_and_removed)
{
    constexpr int count = 5000;
    const auto began = test::clock::now();
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) {
        ids.push_back("ID" + std::to_string(i));
        store_.add_hold(a_hold(ids.back(), i));
    }
    EXPECT_LT(test::clock::now() - began, seconds(5));  // tests/bench measures how far it is from that
    EXPECT_EQ(store_.holds().size(), std::size_t{count});
    ids.pop_back();
    store_.remove_holds(ids);
    EXPECT_EQ(store_.holds(), std::vector{a_hold("ID4999", count - 1)});
}

TEST_F(hold_store_test, a_missing_database_is_reported_and_not_made)
{
    const auto nowhere = (directory_.path() / "nowhere.db").string();
    try {
        hold_store store(nowhere);
        FAIL() << "expected database_failure";
    } catch (const database_failure& failure) {
        EXPECT_EQ(failure.why(), database_failure::cause::missing);
    }
    EXPECT_FALSE(std::filesystem::exists(nowhere));
}

}  // namespace
}  // namespace odmr

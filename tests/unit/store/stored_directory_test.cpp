// Tests of stored_directory: what is answered, when changes are seen, and what happens when nothing can be
// read.
#include "store/stored_directory.hpp"

#include "other_connection.hpp"
#include "store/customer_store.hpp"
#include "store/database.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace odmr
{
namespace
{

using namespace std::chrono_literals;

class stored_directory_test : public testing::Test
{
protected:
    stored_directory_test()
    {
        customers_.add_customer("bob", {}, std::nullopt);
        customers_.add_domain("bob", "example.org");
    }

    [[nodiscard]] customer_view owner(std::string_view domain)
    {
        const auto found = directory_.owner_of(domain);
        EXPECT_EQ(found.found, known::yes) << domain;
        return found.customer;
    }

    test::temp_dir folder_;
    std::string path_ = folder_.path() / "customers.db";
    customer_store customers_{path_, customer_store::open_mode::create};
    recipient_store recipients_{path_};
    hold_store holds_{path_};
    mail_amount usual_{};
    stored_directory directory_{holds_, [this] { return usual_; }, 0ms};
};

TEST_F(stored_directory_test, a_domain_has_its_customer)
{
    EXPECT_EQ(owner("example.org").name, "bob");
    EXPECT_TRUE(owner("example.org").enabled);
    EXPECT_FALSE(owner("example.org").has_recipient_list);
    for (const auto* other : {"example.net", "", "org", "sub.example.org"})
        EXPECT_EQ(directory_.owner_of(other).found, known::no) << other;
}

TEST_F(stored_directory_test, changes_by_other_programs_are_seen)
{
    EXPECT_EQ(directory_.owner_of("example.com").found, known::no);
    customers_.add_domain("bob", "example.com");
    EXPECT_EQ(owner("example.com").name, "bob");
    customers_.set_enabled("bob", false);
    EXPECT_FALSE(owner("example.com").enabled);
    recipients_.set_recipients("example.com", {});
    EXPECT_TRUE(owner("example.com").has_recipient_list);
    EXPECT_FALSE(owner("example.org").has_recipient_list);
    customers_.remove_domain("example.com");
    EXPECT_EQ(directory_.owner_of("example.com").found, known::no);
    customers_.remove_customer("bob");
    EXPECT_EQ(directory_.owner_of("example.org").found, known::no);
}

TEST_F(stored_directory_test, what_the_daemon_records_itself_is_no_reason_to_read_again)
{
    EXPECT_EQ(owner("example.org").name, "bob");
    const auto seen = [&] {
        return holds_.connection()->read([&](auto&) { return holds_.connection()->present_state(); });
    };
    const auto before = seen();
    holds_.add_hold({.queue_id = "4C0FFEE", .customer = "bob", .arrived = {}});
    EXPECT_EQ(seen(), before);
    customers_.set_enabled("bob", false);
    EXPECT_NE(seen(), before);
}

TEST_F(stored_directory_test, a_limit_is_the_customers_own_or_else_the_usual_one)
{
    EXPECT_EQ(owner("example.org").limit, mail_amount{});
    usual_ = {.messages = 10, .octets = 1000};
    EXPECT_EQ(owner("example.org").limit, usual_);
    customers_.set_max_messages("bob", 5);
    EXPECT_EQ(owner("example.org").limit, (mail_amount{.messages = 5, .octets = 1000}));
    customers_.set_max_octets("bob", 0);  // none at all, whatever is usual
    EXPECT_EQ(owner("example.org").limit, (mail_amount{.messages = 5, .octets = 0}));
    customers_.set_max_messages("bob", std::nullopt);
    EXPECT_EQ(owner("example.org").limit, (mail_amount{.messages = 10, .octets = 0}));
}

TEST_F(stored_directory_test, a_hold_time_is_told_when_the_customer_has_one)
{
    EXPECT_EQ(directory_.hold_time_of("bob"), std::nullopt);
    customers_.set_hold_time("bob", 3h);
    EXPECT_EQ(directory_.hold_time_of("bob"), 3h);
    EXPECT_EQ(directory_.hold_time_of("ann"), std::nullopt);
    customers_.add_customer("ann", {}, std::nullopt);
    customers_.set_hold_time("ann", 0s);  // has no domain
    EXPECT_EQ(directory_.hold_time_of("ann"), 0s);
    customers_.set_hold_time("bob", std::nullopt);
    EXPECT_EQ(directory_.hold_time_of("bob"), std::nullopt);
}

TEST_F(stored_directory_test, the_beginning_of_a_domain_is_enough_when_no_other_begins_so)
{
    const std::optional<std::string> none;
    EXPECT_EQ(directory_.sole_domain(""), "example.org") << "there is no other";
    customers_.add_domain("bob", "example.com");
    customers_.add_customer("ann", {}, std::nullopt);
    customers_.add_domain("ann", "example.org.uk");
    customers_.add_domain("ann", "other.net");
    EXPECT_EQ(directory_.sole_domain(""), none);
    EXPECT_EQ(directory_.sole_domain("example."), none) << "two, of two customers";
    EXPECT_EQ(directory_.sole_domain("example.c"), "example.com");
    EXPECT_EQ(directory_.sole_domain("example.com"), "example.com");
    EXPECT_EQ(directory_.sole_domain("example.org"), none) << "it may be cut behind the end of the other";
    EXPECT_EQ(directory_.sole_domain("example.org."), "example.org.uk");
    EXPECT_EQ(directory_.sole_domain("o"), "other.net");
    for (const auto* nobodys : {"example.com.", "example.d", "a", "z", "xample"})
        EXPECT_EQ(directory_.sole_domain(nobodys), none) << nobodys;
    customers_.remove_domain("example.org.uk");
    EXPECT_EQ(directory_.sole_domain("example.org"), "example.org");
}

TEST_F(stored_directory_test, recipients_are_looked_up_as_they_are)
{
    EXPECT_EQ(directory_.has_recipient("ann", "example.org"), known::no);
    recipients_.set_recipients("example.org", {"ann", "j\xc3\xb6rg"});
    EXPECT_EQ(directory_.has_recipient("ann", "example.org"), known::yes);
    EXPECT_EQ(directory_.has_recipient("j\xc3\xb6rg", "example.org"), known::yes);
    EXPECT_EQ(directory_.has_recipient("ann+x", "example.org"), known::no);
    EXPECT_EQ(directory_.has_recipient("ann", "example.com"), known::no);
}

TEST_F(stored_directory_test, it_does_not_look_for_changes_all_the_time)
{
    const stored_directory lazy(holds_, [] { return mail_amount{}; }, 1h);
    EXPECT_TRUE(lazy.owner_of("example.org").customer.enabled);
    customers_.set_enabled("bob", false);
    EXPECT_TRUE(lazy.owner_of("example.org").customer.enabled);
    EXPECT_FALSE(owner("example.org").enabled);
}

TEST_F(stored_directory_test, without_its_file_it_cannot_say_and_with_it_it_can_again)
{
    recipients_.set_recipients("example.org", {"ann"});
    customers_.set_hold_time("bob", 3h);
    EXPECT_EQ(owner("example.org").name, "bob");
    const auto away = path_ + ".away";
    std::filesystem::rename(path_, away);
    EXPECT_EQ(directory_.owner_of("example.org").found, known::cannot_say);
    EXPECT_EQ(directory_.owner_of("example.net").found, known::cannot_say);
    EXPECT_EQ(directory_.has_recipient("ann", "example.org"), known::cannot_say);
    EXPECT_EQ(directory_.hold_time_of("bob"), 3h);
    std::filesystem::rename(away, path_);
    EXPECT_EQ(owner("example.org").name, "bob");
    EXPECT_EQ(directory_.has_recipient("ann", "example.org"), known::yes);
}

TEST_F(stored_directory_test, an_outage_is_logged_once)
{
    const auto away = path_ + ".away";
    testing::internal::CaptureStderr();
    for (int outage = 0; outage < 2; ++outage) {
        std::filesystem::rename(path_, away);
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(directory_.owner_of("example.org").found, known::cannot_say);
            EXPECT_EQ(directory_.has_recipient("ann", "example.org"), known::cannot_say);
        }
        std::filesystem::rename(away, path_);
        EXPECT_EQ(owner("example.org").name, "bob");
    }
    const auto logged = testing::internal::GetCapturedStderr();
    std::size_t lines = 0;
    for (auto at = logged.find("customers-unreadable"); at != std::string::npos;
         at = logged.find("customers-unreadable", at + 1))
        ++lines;
    EXPECT_EQ(lines, 2U) << logged;
}

TEST_F(stored_directory_test, another_file_in_its_place_is_read)
{
    EXPECT_EQ(owner("example.org").name, "bob");
    const auto restored = (folder_.path() / "backup.db").string();
    {
        customer_store other(restored, customer_store::open_mode::create);
        other.add_customer("ann", {}, std::nullopt);
        other.add_domain("ann", "example.org");
    }
    for (const auto* suffix : {"-wal", "-shm"})
        std::filesystem::remove(path_ + suffix);
    std::filesystem::rename(restored, path_);
    EXPECT_EQ(owner("example.org").name, "ann");
}

TEST_F(stored_directory_test, a_writer_does_not_silence_it)
{
    other_connection writer(path_);
    writer.run("BEGIN IMMEDIATE; UPDATE customer SET enabled = 0");
    EXPECT_TRUE(owner("example.org").enabled);
    writer.run("COMMIT");
    EXPECT_FALSE(owner("example.org").enabled);
}

}  // namespace
}  // namespace odmr

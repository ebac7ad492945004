// Tests of recipient_store: who is known, and how lists change.
#include "store/recipient_store.hpp"

#include "other_connection.hpp"
#include "refusal_of.hpp"
#include "store/customer_store.hpp"
#include "support/temp_dir.hpp"
#include "support/wait.hpp"

#include <gtest/gtest.h>

namespace odmr
{
namespace
{

using list = recipient_store::local_parts;

class recipient_store_test : public testing::Test
{
protected:
    recipient_store_test()
    {
        customers_.add_customer("bob", {}, std::nullopt);
        for (const auto* domain : {"example.org", "example.com"})
            customers_.add_domain("bob", domain);
    }

    [[nodiscard]] bool known(std::string_view local_part)
    {
        return store_.has_recipient("example.org", local_part);
    }

    test::temp_dir directory_;
    std::string path_ = directory_.path() / "customers.db";
    customer_store customers_{path_, customer_store::open_mode::create};
    recipient_store store_{path_};
};

TEST_F(recipient_store_test, without_a_list_nobody_is_on_it)
{
    EXPECT_EQ(store_.recipients("example.org"), std::nullopt);
    EXPECT_FALSE(known("anybody"));
    EXPECT_FALSE(store_.has_recipient("example.net", "whose domain is no customer's"));
    EXPECT_FALSE(store_.has_recipient("", ""));
}

TEST_F(recipient_store_test, an_empty_list_knows_nobody)
{
    store_.set_recipients("example.org", {});
    EXPECT_EQ(store_.recipients("example.org"), list{});
    EXPECT_FALSE(known("anybody"));
    EXPECT_FALSE(known(""));
    EXPECT_FALSE(known("+"));
}

TEST_F(recipient_store_test, a_list_knows_who_is_on_it)
{
    store_.set_recipients("example.org", {"ann", "Carl.Smith"});
    store_.set_recipients("example.com", {"dora"});
    EXPECT_EQ(store_.recipients("example.org"), (list{"ann", "carl.smith"}));
    EXPECT_TRUE(known("ann"));
    EXPECT_TRUE(known("carl.smith"));
    for (const auto* other : {"dora", "an", "anna", "carl", "smith", "", "%", "ann ", "ann@example.org"})
        EXPECT_FALSE(known(other)) << other;
    EXPECT_TRUE(store_.has_recipient("example.com", "dora"));
    EXPECT_FALSE(store_.has_recipient("example.com", "ann"));
}

TEST_F(recipient_store_test, only_the_case_of_ascii_letters_is_disregarded)
{
    store_.set_recipients("EXAMPLE.org", {"Ann", "J\xc3\xb6rg", "e\xcc\x81mile"});
    EXPECT_TRUE(known("aNN"));
    EXPECT_TRUE(store_.has_recipient("Example.ORG", "ANN"));
    EXPECT_TRUE(known("j\xc3\xb6RG"));
    EXPECT_FALSE(known("j\xc3\x96rg"));  // a capital letter with two dots
    EXPECT_TRUE(known("E\xcc\x81mile"));
    EXPECT_FALSE(known("\xc3\xa9mile"));  // the same letter as one character
}

TEST_F(recipient_store_test, an_extension_is_part_of_the_local_part)
{
    store_.set_recipients("example.org", {"ann", "carl+lists"});
    EXPECT_TRUE(known("carl+LISTS"));
    for (const auto* other : {"ann+anything", "ann+", "carl", "carl+", "carl+others", "carl+lists+more"})
        EXPECT_FALSE(known(other)) << other;
}

TEST_F(recipient_store_test, strange_local_parts_are_kept_as_they_are)
{
    const list strange{"\"", "#comment", "%", "' or 1 --", "a b", "a@b", "o'brien", std::string(64, 'x')};
    store_.set_recipients("example.org", strange);
    EXPECT_EQ(store_.recipients("example.org"), strange);
    for (const auto& each : strange)
        EXPECT_TRUE(known(each)) << each;
    EXPECT_FALSE(known("anything"));
}

TEST_F(recipient_store_test, a_new_list_takes_the_place_of_the_old_one)
{
    store_.set_recipients("example.org", {"ann", "bob", "carl"});
    store_.set_recipients("example.com", {"ann"});
    store_.set_recipients("example.org", {"dora", "CARL", "dora", "Dora"});
    EXPECT_EQ(store_.recipients("example.org"), (list{"carl", "dora"}));
    EXPECT_FALSE(known("ann"));
    EXPECT_EQ(store_.recipients("example.com"), list{"ann"});
    store_.set_recipients("example.org", {});
    EXPECT_EQ(store_.recipients("example.org"), list{});
}

TEST_F(recipient_store_test, recipients_are_added_and_removed)
{
    store_.set_recipients("example.org", {"ann"});
    store_.add_recipients("example.org", {"carl", "bob", "ANN", "bob"});
    EXPECT_EQ(store_.recipients("example.org"), (list{"ann", "bob", "carl"}));
    store_.remove_recipients("example.org", {"Ann", "carl", "ann"});
    EXPECT_EQ(store_.recipients("example.org"), list{"bob"});
    store_.remove_recipients("example.org", {"bob"});
    EXPECT_EQ(store_.recipients("example.org"), list{});
    EXPECT_FALSE(known("bob"));
}

TEST_F(recipient_store_test, a_domain_without_a_list_gets_none_by_accident)
{
    const std::string none = "domain example.org has no list of recipients";
    EXPECT_EQ(refusal_of([&] { store_.add_recipients("example.org", {"ann"}); }), none);
    EXPECT_EQ(refusal_of([&] { store_.remove_recipients("example.org", {"ann"}); }), none);
    EXPECT_EQ(store_.recipients("example.org"), std::nullopt);
    EXPECT_FALSE(known("ann"));
}

TEST_F(recipient_store_test, when_one_cannot_be_removed_none_is)
{
    store_.set_recipients("example.org", {"ann", "carl"});
    EXPECT_EQ(refusal_of([&] { store_.remove_recipients("example.org", {"ann", "Bob", "carl"}); }),
              "\"bob\" is not on the list of recipients of example.org");
    EXPECT_EQ(store_.recipients("example.org"), (list{"ann", "carl"}));
}

TEST_F(recipient_store_test, a_cleared_list_is_none)
{
    store_.set_recipients("example.org", {"ann"});
    store_.clear_recipients("example.org");
    EXPECT_EQ(store_.recipients("example.org"), std::nullopt);
    EXPECT_FALSE(known("ann"));
    store_.clear_recipients("example.org");
    store_.set_recipients("example.org", {"carl"});
    EXPECT_EQ(store_.recipients("example.org"), list{"carl"});
}

TEST_F(recipient_store_test, a_domain_that_is_no_customers_has_no_list)
{
    const std::string none = "domain example.net belongs to no customer";
    EXPECT_EQ(refusal_of([&] { store_.recipients("Example.net"); }), none);
    EXPECT_EQ(refusal_of([&] { store_.set_recipients("example.net", {"ann"}); }), none);
    EXPECT_EQ(refusal_of([&] { store_.add_recipients("example.net", {"ann"}); }), none);
    EXPECT_EQ(refusal_of([&] { store_.remove_recipients("example.net", {"ann"}); }), none);
    EXPECT_EQ(refusal_of([&] { store_.clear_recipients("example.net"); }), none);
    EXPECT_NE(refusal_of([&] { store_.set_recipients("no domain", {"ann"}); }).find("is no domain"),
              std::string::npos);
}

TEST_F(recipient_store_test, a_domain_or_customer_that_goes_takes_its_list_along)
{
    store_.set_recipients("example.org", {"ann"});
    store_.set_recipients("example.com", {"ann"});
    customers_.remove_domain("example.org");
    EXPECT_EQ(other_connection(path_).ask("SELECT COUNT(*) FROM recipients"), "1");
    customers_.add_domain("bob", "example.org");
    EXPECT_EQ(store_.recipients("example.org"), std::nullopt);
    EXPECT_FALSE(known("ann"));
    customers_.remove_customer("bob");
    EXPECT_EQ(other_connection(path_).ask("SELECT COUNT(*) FROM recipients"), "0");
}

TEST_F(recipient_store_test, lookups_see_at_once_what_another_program_changed)
{
    recipient_store tool(path_);
    EXPECT_FALSE(known("ann"));
    tool.set_recipients("example.org", {"ann"});
    EXPECT_TRUE(known("ann"));
    EXPECT_FALSE(known("bob"));
    tool.add_recipients("example.org", {"bob"});
    EXPECT_TRUE(known("bob"));
    EXPECT_TRUE(store_.recipients("example.org"));
    tool.clear_recipients("example.org");
    EXPECT_FALSE(known("bob"));
}

TEST_F(recipient_store_test, lookups_do_not_keep_the_database_from_being_written_back)
{
    store_.set_recipients("example.org", {"ann"});
    EXPECT_TRUE(known("ann"));
    // What a statement still reads would stay in the log: "busy" would be 1.
    EXPECT_EQ(other_connection(path_).ask("PRAGMA wal_checkpoint(TRUNCATE)"), "0");
}

TEST_F(recipient_store_test, lookups_go_on_with_another_file_in_its_place)
{
    store_.set_recipients("example.org", {"ann"});
    EXPECT_FALSE(known("bob"));
    const auto restored = (directory_.path() / "backup.db").string();
    {
        customer_store other(restored, customer_store::open_mode::create);
        other.add_customer("bob", {}, std::nullopt);
        other.add_domain("bob", "example.org");
        recipient_store(restored).set_recipients("example.org", {"bob"});
    }
    for (const auto* suffix : {"-wal", "-shm"})
        std::filesystem::remove(path_ + suffix);
    std::filesystem::rename(restored, path_);
    EXPECT_TRUE(known("bob"));
    EXPECT_FALSE(known("ann"));
}

TEST_F(recipient_store_test, a_hundred_thousand_are_no_burden)
{
    list many;
    for (int i = 0; i < 100'000; ++i)
        many.push_back("first" + std::to_string(i * 7919 % 100'000) + ".last");
    // The limits are far from what is measured (see tests/bench), but such as no search without an index
    // meets.
    auto began = test::clock::now();
    store_.set_recipients("example.org", many);
    EXPECT_LT(test::clock::now() - began, seconds(30));
    EXPECT_EQ(store_.recipients("example.org")->size(), 100'000U);
    began = test::clock::now();
    for (int i = 0; i < 2000; ++i) {
        EXPECT_TRUE(known(many[static_cast<std::size_t>(i)]));
        EXPECT_FALSE(known("last.first" + std::to_string(i)));
    }
    EXPECT_LT(test::clock::now() - began, seconds(4));
}

}  // namespace
}  // namespace odmr

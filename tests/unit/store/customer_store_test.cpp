// Tests of customer_store: what it keeps, gives back and refuses.
#include "store/customer_store.hpp"

#include "auth/secrets.hpp"
#include "other_connection.hpp"
#include "refusal_of.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace odmr
{
namespace
{

using domains = std::vector<std::string>;

class customer_store_test : public testing::Test
{
protected:
    test::temp_dir directory_;
    std::string path_ = directory_.path() / "customers.db";
    customer_store store_{path_, customer_store::open_mode::create};
    static inline const credentials secrets_ = make_credentials("secret", true, minimum_iterations);
};

TEST_F(customer_store_test, a_new_store_is_empty)
{
    EXPECT_TRUE(store_.customers().empty());
    EXPECT_EQ(store_.find_customer("bob"), std::nullopt);
    EXPECT_FALSE(store_.find_credentials("bob"));
    EXPECT_EQ(store_.owner_of("example.org"), std::nullopt);
}

TEST_F(customer_store_test, a_customer_is_kept_whole)
{
    store_.add_customer("bob", secrets_, seconds(90));
    store_.add_domain("bob", "example.org");
    store_.add_domain("bob", "example.com");
    EXPECT_EQ(store_.find_customer("bob"), (customer{.name = "bob",
                                                     .enabled = true,
                                                     .linger = seconds(90),
                                                     .domains = {"example.com", "example.org"},
                                                     .cram_md5 = true}));
    EXPECT_EQ(store_.owner_of("example.org"), "bob");

    const auto kept = store_.find_credentials("bob");
    ASSERT_TRUE(kept);
    EXPECT_TRUE(kept->enabled);
    EXPECT_EQ(kept->scram_sha1, secrets_.scram_sha1);
    EXPECT_EQ(kept->scram_sha256, secrets_.scram_sha256);
    EXPECT_EQ(kept->cram_md5_secret, secrets_.cram_md5_secret);
}

TEST_F(customer_store_test, what_is_not_given_is_not_kept)
{
    store_.add_customer("bob", credentials{.enabled = false}, std::nullopt);
    EXPECT_EQ(store_.find_customer("bob"), (customer{.name = "bob", .enabled = false}));
    const auto kept = store_.find_credentials("bob");
    ASSERT_TRUE(kept);
    EXPECT_FALSE(kept->enabled);
    EXPECT_FALSE(kept->scram_sha1);
    EXPECT_FALSE(kept->scram_sha256);
    EXPECT_FALSE(kept->cram_md5_secret);
}

TEST_F(customer_store_test, everything_survives_closing)
{
    store_.add_customer("bob", secrets_, std::nullopt);
    store_.add_domain("bob", "example.org");
    customer_store again(path_, customer_store::open_mode::must_exist);
    EXPECT_EQ(again.customers(), store_.customers());
    EXPECT_EQ(again.find_credentials("bob")->scram_sha256, secrets_.scram_sha256);
}

TEST_F(customer_store_test, names_and_domains_are_folded_to_lower_case)
{
    store_.add_customer("BOB@Example.org", secrets_, std::nullopt);
    store_.add_domain("Bob@example.ORG", "EXAMPLE.org");
    EXPECT_EQ(store_.find_customer("bob@EXAMPLE.org")->name, "bob@example.org");
    EXPECT_EQ(store_.find_customer("bob@example.org")->domains, domains{"example.org"});
    EXPECT_TRUE(store_.find_credentials("BOB@EXAMPLE.ORG"));
    EXPECT_EQ(store_.owner_of("Example.Org"), "bob@example.org");
}

TEST_F(customer_store_test, customers_are_listed_by_name_with_their_own_domains)
{
    for (const auto* name : {"carl", "ann", "bob"})
        store_.add_customer(name, secrets_, std::nullopt);
    store_.add_domain("carl", "c.example");
    store_.add_domain("ann", "z.example");
    store_.add_domain("ann", "a.example");
    const auto listed = store_.customers();
    ASSERT_EQ(listed.size(), 3U);
    EXPECT_EQ(listed[0].name, "ann");
    EXPECT_EQ(listed[0].domains, (domains{"a.example", "z.example"}));
    EXPECT_EQ(listed[1].name, "bob");
    EXPECT_EQ(listed[1].domains, domains{});
    EXPECT_EQ(listed[2].domains, domains{"c.example"});
}

TEST_F(customer_store_test, the_same_customer_cannot_be_added_twice)
{
    store_.add_customer("bob", secrets_, seconds(1));
    EXPECT_EQ(refusal_of([&] { store_.add_customer("BOB", {}, seconds(2)); }),
              "there is a customer bob already");
    EXPECT_EQ(store_.find_customer("bob")->linger, seconds(1));
}

TEST_F(customer_store_test, names_of_other_characters_or_lengths_are_refused)
{
    const auto refusal = [&](std::string_view name) {
        return refusal_of([&] { store_.add_customer(name, secrets_, std::nullopt); });
    };
    for (const std::string bad :
         {"", "b b", "b/b", "b'b", "b\"b", "b\nb", "b\xc3\xbc", "b:b", "../b", "b%b"}) {
        EXPECT_NE(refusal(bad).find("expected 1 to 64 of a-z 0-9 . _ @ + -"), std::string::npos) << bad;
        EXPECT_EQ(store_.find_customer(bad), std::nullopt);
        EXPECT_FALSE(store_.find_credentials(bad));
    }
    EXPECT_NE(refusal(std::string_view("b\0b", 3)), "");
    EXPECT_NE(refusal(std::string(65, 'b')), "");
    EXPECT_EQ(refusal(std::string(64, 'b')), "");
    EXPECT_EQ(refusal("a-z_0.9+b@c"), "");
    EXPECT_EQ(store_.customers().size(), 2U);
}

TEST_F(customer_store_test, what_is_no_domain_is_refused)
{
    store_.add_customer("bob", secrets_, std::nullopt);
    for (const std::string bad : {"", "org", "example..org", ".example.org", "example.org.", "-a.org",
                                  "a_b.org", "[192.0.2.1]", "../a.org", "b\xc3\xbc.org"}) {
        const auto refusal = refusal_of([&] { store_.add_domain("bob", bad); });
        EXPECT_NE(refusal.find("expected a name such as example.org"), std::string::npos) << bad;
        EXPECT_EQ(store_.owner_of(bad), std::nullopt);
    }
    EXPECT_TRUE(store_.find_customer("bob")->domains.empty());
}

TEST_F(customer_store_test, a_domain_belongs_to_one_customer)
{
    store_.add_customer("bob", secrets_, std::nullopt);
    store_.add_customer("ann", secrets_, std::nullopt);
    store_.add_domain("bob", "example.org");
    const std::string belongs = "domain example.org already belongs to customer bob";
    EXPECT_EQ(refusal_of([&] { store_.add_domain("ann", "example.org"); }), belongs);
    EXPECT_EQ(refusal_of([&] { store_.add_domain("bob", "Example.Org"); }), belongs);
    EXPECT_EQ(store_.owner_of("example.org"), "bob");
}

TEST_F(customer_store_test, whatever_names_no_customer_is_refused)
{
    const std::string missing = "there is no customer bob";
    EXPECT_EQ(refusal_of([&] { store_.remove_customer("bob"); }), missing);
    EXPECT_EQ(refusal_of([&] { store_.set_credentials("bob", secrets_); }), missing);
    EXPECT_EQ(refusal_of([&] { store_.set_enabled("Bob", false); }), missing);
    EXPECT_EQ(refusal_of([&] { store_.set_linger("bob", seconds(1)); }), missing);
    EXPECT_EQ(refusal_of([&] { store_.set_max_messages("bob", 1); }), missing);
    EXPECT_EQ(refusal_of([&] { store_.set_max_octets("bob", 1); }), missing);
    EXPECT_EQ(refusal_of([&] { store_.set_hold_time("bob", std::nullopt); }), missing);
    EXPECT_EQ(refusal_of([&] { store_.add_domain("bob", "example.org"); }), missing);
    EXPECT_EQ(refusal_of([&] { store_.remove_domain("example.org"); }),
              "domain example.org belongs to no customer");
}

TEST_F(customer_store_test, a_removed_customer_takes_its_domains_along)
{
    store_.add_customer("bob", secrets_, std::nullopt);
    store_.add_customer("ann", secrets_, std::nullopt);
    store_.add_domain("bob", "example.org");
    store_.add_domain("ann", "example.com");
    store_.remove_customer("BOB");
    EXPECT_EQ(store_.find_customer("bob"), std::nullopt);
    EXPECT_EQ(store_.owner_of("example.org"), std::nullopt);
    EXPECT_EQ(store_.owner_of("example.com"), "ann");
    store_.add_domain("ann", "example.org");
    EXPECT_EQ(store_.owner_of("example.org"), "ann");
}

TEST_F(customer_store_test, a_removed_domain_can_be_given_to_another)
{
    store_.add_customer("bob", secrets_, std::nullopt);
    store_.add_customer("ann", secrets_, std::nullopt);
    store_.add_domain("bob", "example.org");
    store_.remove_domain("EXAMPLE.org");
    EXPECT_EQ(store_.owner_of("example.org"), std::nullopt);
    store_.add_domain("ann", "example.org");
    EXPECT_EQ(store_.owner_of("example.org"), "ann");
}

TEST_F(customer_store_test, a_customer_is_disabled_and_enabled)
{
    store_.add_customer("bob", secrets_, std::nullopt);
    store_.set_enabled("bob", false);
    EXPECT_FALSE(store_.find_customer("bob")->enabled);
    EXPECT_FALSE(store_.find_credentials("bob")->enabled);
    store_.set_enabled("bob", true);
    EXPECT_TRUE(store_.find_credentials("bob")->enabled);
}

TEST_F(customer_store_test, new_secrets_replace_all_old_ones_and_enable_nobody)
{
    store_.add_customer("bob", secrets_, seconds(5));
    store_.set_enabled("bob", false);
    const auto fresh = make_credentials("other", false, minimum_iterations);
    store_.set_credentials("bob", fresh);
    const auto kept = store_.find_credentials("bob");
    EXPECT_EQ(kept->scram_sha256, fresh.scram_sha256);
    EXPECT_EQ(kept->scram_sha1, fresh.scram_sha1);
    EXPECT_EQ(kept->cram_md5_secret, std::nullopt);
    EXPECT_FALSE(kept->enabled);
    EXPECT_FALSE(store_.find_customer("bob")->cram_md5);
    EXPECT_EQ(store_.find_customer("bob")->linger, seconds(5));
}

TEST_F(customer_store_test, the_linger_time_is_set_and_returned_to_the_default)
{
    store_.add_customer("bob", secrets_, std::nullopt);
    store_.set_linger("bob", seconds(0));
    EXPECT_EQ(store_.find_customer("bob")->linger, seconds(0));
    store_.set_linger("bob", seconds(31'536'000'000));
    EXPECT_EQ(store_.find_customer("bob")->linger, seconds(31'536'000'000));
    store_.set_linger("bob", std::nullopt);
    EXPECT_EQ(store_.find_customer("bob")->linger, std::nullopt);
    EXPECT_EQ(refusal_of([&] { store_.set_linger("bob", seconds(-1)); }), "a linger time cannot be negative");
}

TEST_F(customer_store_test, the_limits_are_set_and_returned_to_the_default)
{
    store_.add_customer("bob", secrets_, std::nullopt);
    store_.add_customer("ann", secrets_, std::nullopt);
    store_.set_max_messages("BOB", 0);
    store_.set_max_octets("bob", std::uint64_t{1} << 62U);
    store_.set_hold_time("bob", seconds(604'800));
    EXPECT_EQ(store_.find_customer("bob"), (customer{.name = "bob",
                                                     .max_messages = 0,
                                                     .max_octets = std::uint64_t{1} << 62U,
                                                     .hold_time = seconds(604'800),
                                                     .cram_md5 = true}));
    EXPECT_EQ(store_.find_customer("ann"), (customer{.name = "ann", .cram_md5 = true}));
    store_.set_max_messages("bob", std::nullopt);
    EXPECT_EQ(store_.find_customer("bob")->max_messages, std::nullopt);
    EXPECT_EQ(store_.find_customer("bob")->hold_time, seconds(604'800));
    store_.set_max_octets("bob", std::nullopt);
    store_.set_hold_time("bob", std::nullopt);
    EXPECT_EQ(store_.find_customer("bob"), (customer{.name = "bob", .cram_md5 = true}));
}

TEST_F(customer_store_test, a_limit_that_cannot_be_is_refused)
{
    store_.add_customer("bob", secrets_, std::nullopt);
    const auto most = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(refusal_of([&] { store_.set_max_messages("bob", most); }),
              "that number of messages is too large");
    EXPECT_EQ(refusal_of([&] { store_.set_max_octets("bob", most / 2 + 1); }), "that size is too large");
    EXPECT_EQ(refusal_of([&] { store_.set_hold_time("bob", seconds(-1)); }),
              "a hold time cannot be negative");
    EXPECT_EQ(store_.find_customer("bob"), (customer{.name = "bob", .cram_md5 = true}));
}

TEST_F(customer_store_test, changes_made_together_are_kept_together)
{
    store_.together([&] {
        store_.add_customer("bob", secrets_, std::nullopt);
        store_.add_domain("bob", "example.org");
        EXPECT_EQ(store_.owner_of("example.org"), "bob");
    });
    EXPECT_EQ(store_.find_customer("bob")->domains, domains{"example.org"});
}

TEST_F(customer_store_test, when_one_change_is_refused_none_is_kept)
{
    store_.add_customer("ann", secrets_, std::nullopt);
    store_.add_domain("ann", "example.org");
    EXPECT_EQ(refusal_of([&] {
                  store_.together([&] {
                      store_.add_customer("bob", secrets_, std::nullopt);
                      store_.add_domain("bob", "example.com");
                      store_.add_domain("bob", "example.org");
                  });
              }),
              "domain example.org already belongs to customer ann");
    EXPECT_EQ(store_.find_customer("bob"), std::nullopt);
    EXPECT_EQ(store_.owner_of("example.com"), std::nullopt);
    store_.add_customer("bob", secrets_, std::nullopt);
    EXPECT_EQ(store_.customers().size(), 2U);
}

TEST_F(customer_store_test, secrets_with_quotes_and_other_letters_come_back_as_they_were)
{
    auto secrets = secrets_;
    secrets.cram_md5_secret = "it's \"100%\" :name \xc3\xbc; DROP TABLE customer --";
    store_.add_customer("bob", secrets, std::nullopt);
    EXPECT_EQ(store_.find_credentials("bob")->cram_md5_secret, secrets.cram_md5_secret);
}

TEST_F(customer_store_test, unreadable_keys_are_a_damaged_database_not_a_wrong_password)
{
    store_.add_customer("bob", secrets_, std::nullopt);
    other_connection(path_).run("UPDATE customer SET scram_sha1 = 'SCRAM-SHA-1$rubbish'");
    try {
        store_.find_credentials("bob");
        FAIL() << "expected database_failure";
    } catch (const database_failure& failure) {
        EXPECT_EQ(failure.why(), database_failure::cause::unusable);
        EXPECT_EQ(std::string(failure.what()).find("rubbish"), std::string::npos);
    }
    EXPECT_TRUE(store_.find_customer("bob"));
}

TEST_F(customer_store_test, a_thousand_customers_are_listed)
{
    store_.together([&] {
        for (int i = 0; i < 1000; ++i) {
            const auto number = std::to_string(i);
            store_.add_customer("customer" + number, {}, std::nullopt);
            store_.add_domain("customer" + number, "d" + number + ".example");
        }
    });
    EXPECT_EQ(store_.customers().size(), 1000U);
    EXPECT_EQ(store_.owner_of("d999.example"), "customer999");
}

}  // namespace
}  // namespace odmr

#include "core/ledger.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odmr
{
namespace
{

using std::chrono::hours;
using std::chrono::seconds;
using strings = std::vector<std::string>;
using state = mail_state;

wall_time at(int second)
{
    return wall_time{seconds(second)};
}

/// "smith:a.example smith:b.example other", one word for each recipient.
envelope to(std::string_view words)
{
    envelope result;
    while (!words.empty()) {
        const std::string_view word = words.substr(0, words.find(' '));
        words.remove_prefix(std::min(words.size(), word.size() + 1));
        const std::size_t colon = word.find(':');
        if (colon == std::string_view::npos)
            result.add_other();
        else
            result.add(word.substr(0, colon), word.substr(colon + 1));
    }
    return result;
}

const char* const smith = "smith:a.example";

class ledger_test : public ::testing::Test
{
protected:
    struct entry {
        std::string queue_id;
        bool on_hold = false;
        std::string recipients = smith;
    };

    void arrive(const std::string& id, mail_state how, std::string_view recipients = smith, int when = 100,
                std::uint64_t octets = 1000)
    {
        books.arrived({id, to(recipients), octets}, how, at(when));
    }

    void show(const entry& e, int arrival = 100)
    {
        books.listed({e.queue_id, e.on_hold, at(arrival), 1000, to(e.recipients)});
    }

    /// A whole listing.
    ledger::findings list(const std::vector<entry>& entries, bool ok = true)
    {
        books.begin_listing(at(1000));
        for (const entry& e : entries)
            show(e);
        return books.end_listing(ok);
    }

    std::string state_of(std::string_view id) const
    {
        const char* const names[] = {"held", "released", "deferred", "kept"};
        const waiting_message* m = books.find(id);
        return m == nullptr ? "unknown" : names[static_cast<int>(m->state)];
    }

    strings held(std::string_view customer = "smith", int now = 1000) const
    {
        strings ids;
        books.each_held(customer, at(now), [&](const waiting_message& m) {
            ids.push_back(m.queue_id);
            return true;
        });
        return ids;
    }

    ledger books;
};

const ledger::findings nothing;

// ---- what happens to messages

TEST_F(ledger_test, what_arrives_is_counted)
{
    arrive("H", state::held, "smith:a.example smith:b.example", 100);
    arrive("D", state::deferred, "smith:a.example jones:j.example other", 200, 500);
    EXPECT_EQ(books.of_customer("smith"), (waiting_mail{{2, 1500}, {1, 1000}, {}, 0, at(100)}));
    EXPECT_EQ(books.of_customer("jones"), (waiting_mail{{1, 500}, {}, {}, 0, at(200)}));
    EXPECT_EQ(books.of_domain("b.example"), (waiting_mail{{1, 1000}, {1, 1000}, {}, 0, at(100)}));
    EXPECT_EQ(books.size(), 2U);
}

TEST_F(ledger_test, other_peoples_mail_is_not_noted)
{
    arrive("O", state::deferred, "other other");
    list({{"P", false, "other"}, {"Q", true, "other"}, {"R", true, ""}});
    EXPECT_EQ(books.size(), 0U);
}

TEST_F(ledger_test, a_message_is_delivered_when_all_its_recipients_are)
{
    arrive("M", state::deferred, "smith:a.example smith:a.example smith:a.example smith:b.example");
    EXPECT_FALSE(books.delivered("M", "a.example", 2));
    EXPECT_FALSE(books.delivered("M", "b.example", 1));
    EXPECT_EQ(books.of_domain("b.example"), waiting_mail{});
    EXPECT_EQ(books.of_domain("a.example").all, (mail_amount{1, 1000}));
    EXPECT_TRUE(books.delivered("M", "a.example", 1));
    EXPECT_EQ(books.of_customer("smith"), waiting_mail{});
    EXPECT_EQ(books.size(), 0U);
    EXPECT_FALSE(books.delivered("M", "a.example", 1)) << "it is gone";
}

TEST_F(ledger_test, more_recipients_than_were_known_are_all_of_them)
{
    arrive("M", state::deferred, "smith:a.example smith:b.example");
    EXPECT_FALSE(books.delivered("M", "a.example", 7));
    EXPECT_FALSE(books.delivered("M", "c.example", 1)) << "an alias, perhaps";
    EXPECT_TRUE(books.delivered("M", "b.example", 1));
}

TEST_F(ledger_test, a_customers_part_of_a_mixed_message_is_done_by_itself)
{
    arrive("M", state::deferred, "smith:a.example jones:j.example");
    EXPECT_FALSE(books.delivered("M", "a.example", 1));
    EXPECT_EQ(books.of_customer("smith"), waiting_mail{});
    EXPECT_EQ(books.of_customer("jones").all, (mail_amount{1, 1000}));
}

TEST_F(ledger_test, held_mail_is_let_go_oldest_first)
{
    arrive("3", state::held, smith, 300);
    arrive("1", state::held, smith, 100);
    arrive("2", state::held, smith, 200);
    arrive("other", state::held, "jones:j.example", 50);
    EXPECT_EQ(held(), (strings{"1", "2", "3"}));
    books.released("1");
    EXPECT_EQ(held(), (strings{"2", "3"}));
    EXPECT_EQ(books.of_customer("smith"), (waiting_mail{{3, 3000}, {2, 2000}, {1, 1000}, 0, at(100)}));
    EXPECT_TRUE(books.delivered("1", "a.example", 1));
    EXPECT_EQ(books.of_customer("smith"), (waiting_mail{{2, 2000}, {2, 2000}, {}, 0, at(200)}));
}

TEST_F(ledger_test, looking_at_held_mail_can_stop)
{
    arrive("1", state::held);
    arrive("2", state::held);
    int looked_at = 0;
    books.each_held("smith", at(1000), [&](const waiting_message&) { return ++looked_at < 1; });
    EXPECT_EQ(looked_at, 1);
    looked_at = 0;
    books.each([&](const waiting_message&) { return ++looked_at < 1; });
    EXPECT_EQ(looked_at, 1);
    books.each([&](const waiting_message&) { return ++looked_at > 0; });
    EXPECT_EQ(looked_at, 3);
}

TEST_F(ledger_test, what_could_not_be_let_go_is_handed_out_later)
{
    arrive("1", state::held, smith, 100);
    arrive("2", state::held, smith, 200);
    books.released("1");
    books.put_back("1", at(1005));
    EXPECT_EQ(state_of("1"), "held");
    EXPECT_EQ(held("smith", 1004), strings{"2"});
    EXPECT_EQ(held("smith", 1005), (strings{"1", "2"}));
    EXPECT_EQ(books.of_customer("smith").held.messages, 2U);
}

TEST_F(ledger_test, released_mail_that_comes_back_is_deferred)
{
    arrive("1", state::held);
    books.released("1");
    books.deferred("1");
    EXPECT_EQ(state_of("1"), "deferred");
    EXPECT_EQ(held(), strings{});
    EXPECT_EQ(books.of_customer("smith"), (waiting_mail{{1, 1000}, {}, {}, 0, at(100)}));
}

TEST_F(ledger_test, when_the_line_is_lost_the_window_is_deferred)
{
    for (const char* id : {"1", "2", "3"})
        arrive(id, state::held);
    arrive("other", state::held, "jones:j.example");
    books.released("1");
    books.released("2");
    books.released("other");
    books.line_lost("smith");
    books.line_lost("nobody");
    EXPECT_EQ(state_of("1"), "deferred");
    EXPECT_EQ(state_of("2"), "deferred");
    EXPECT_EQ(state_of("3"), "held");
    EXPECT_EQ(state_of("other"), "released");
    EXPECT_EQ(list({{"1"}, {"2"}, {"3", true}, {"other", false, "jones:j.example"}}), nothing)
        << "their records were forgotten when they were let go";
}

TEST_F(ledger_test, what_could_not_be_let_go_is_still_held_though_the_line_is_lost)
{
    arrive("1", state::held);
    books.released("1");
    books.line_lost("smith");
    EXPECT_EQ(state_of("1"), "deferred");
    books.put_back("1", at(0));
    EXPECT_EQ(state_of("1"), "held");
}

TEST_F(ledger_test, a_younger_message_with_the_queue_id_of_a_record_is_somebody_elses)
{
    arrive("1", state::held, "", 100);  // as after a restart: the record is all there is
    arrive("2", state::held, "", 100);
    books.begin_listing(at(1000));
    show({"1", true}, 161);
    show({"2", true}, 160);
    EXPECT_EQ(books.end_listing(true), (ledger::findings{{}, {}, {"1"}}));
    EXPECT_EQ(state_of("1"), "kept");
    EXPECT_EQ(state_of("2"), "held");
    EXPECT_EQ(held(), strings{"2"});
}

TEST_F(ledger_test, transitions_are_only_made_from_where_they_make_sense)
{
    arrive("D", state::deferred);
    books.released("D");
    EXPECT_EQ(state_of("D"), "deferred") << "we release only what we hold";
    books.adopted("D");
    EXPECT_EQ(state_of("D"), "deferred");
    list({{"K", true}});
    books.released("K");
    EXPECT_EQ(state_of("K"), "kept");
    books.put_back("K", at(0));
    EXPECT_EQ(state_of("K"), "kept");
}

TEST_F(ledger_test, what_is_not_known_changes_nothing)
{
    books.released("X");
    books.put_back("X", at(0));
    books.deferred("X");
    books.adopted("X");
    EXPECT_FALSE(books.delivered("X", "a.example", 1));
    EXPECT_EQ(books.size(), 0U);
}

TEST_F(ledger_test, what_is_delivered_is_on_nobodys_hold)
{
    arrive("H", state::held, "smith:a.example smith:a.example");
    list({{"K", true, "smith:a.example smith:a.example"}});
    EXPECT_FALSE(books.delivered("H", "a.example", 1));
    EXPECT_FALSE(books.delivered("K", "a.example", 1));
    EXPECT_EQ(state_of("H"), "deferred");
    EXPECT_EQ(state_of("K"), "deferred");
    EXPECT_EQ(list({{"H"}, {"K"}}).not_held, strings{"H"}) << "there was a record of it";
}

TEST_F(ledger_test, a_queue_id_that_comes_again_is_another_message)
{
    arrive("1", state::held, smith, 100, 1000);
    arrive("1", state::deferred, "jones:j.example", 200, 50);
    EXPECT_EQ(books.of_customer("smith"), waiting_mail{});
    EXPECT_EQ(books.of_customer("jones").all, (mail_amount{1, 50}));
    arrive("2", state::held);
    arrive("2", state::held, "jones:j.example");
    EXPECT_EQ(list({{"1", false, "jones:j.example"}, {"2", true, "jones:j.example"}}).not_held, strings{"1"})
        << "the record of 2 is the new one's";
}

// ---- listings

TEST_F(ledger_test, a_listing_finds_what_came_by_other_ways)
{
    EXPECT_EQ(list({{"D", false}, {"K", true}, {"M", false, "smith:b.example jones:j.example other"}}),
              nothing);
    EXPECT_EQ(state_of("D"), "deferred");
    EXPECT_EQ(state_of("K"), "kept") << "a hold that is not recorded as ours is not ours";
    EXPECT_EQ(books.of_customer("smith"), (waiting_mail{{2, 2000}, {}, {}, 1, at(100)}));
    EXPECT_EQ(books.of_customer("jones").all, (mail_amount{1, 1000}));
}

TEST_F(ledger_test, recipients_of_no_customer_are_counted)
{
    arrive("A", state::deferred, "smith:a.example other");
    list({{"A", false, "smith:a.example other other"}, {"K", true, "smith:a.example other"}, {"S", true}});
    EXPECT_EQ(books.find("A")->others, 2U);
    EXPECT_EQ(books.find("K")->others, 1U);
    EXPECT_EQ(books.find("S")->others, 0U);
}

TEST_F(ledger_test, recorded_holds_get_their_recipients_from_a_listing)
{
    books.arrived({"H", {}, 0}, state::held, at(50));
    EXPECT_EQ(books.of_customer("smith"), waiting_mail{});
    EXPECT_EQ(list({{"H", true}}), nothing);
    EXPECT_EQ(state_of("H"), "held");
    EXPECT_EQ(books.of_customer("smith"), (waiting_mail{{1, 1000}, {1, 1000}, {}, 0, at(100)}));
    EXPECT_EQ(held(), strings{"H"});
}

TEST_F(ledger_test, a_listing_knows_recipients_size_and_arrival_better)
{
    arrive("1", state::held, "smith:a.example smith:a.example", 999, 1);
    arrive("2", state::held, smith, 50, 1);
    books.begin_listing(at(1000));
    books.listed({"1", true, at(10), 4000, to("smith:b.example")});
    books.listed({"2", true, at(20), 1, to(smith)});
    EXPECT_EQ(books.end_listing(true), nothing);
    EXPECT_EQ(books.of_domain("a.example").all, (mail_amount{1, 1}));
    EXPECT_EQ(books.of_domain("b.example"), (waiting_mail{{1, 4000}, {1, 4000}, {}, 0, at(10)}));
    EXPECT_EQ(held(), (strings{"1", "2"}));
    EXPECT_EQ(books.of_domain("a.example").oldest, at(20));
}

TEST_F(ledger_test, the_absent_are_found_among_the_present)
{
    for (const char* id : {"1", "2", "3", "4"})
        arrive(id, state::deferred);
    list({{"3"}, {"1"}});
    list({{"1"}, {"3"}});
    EXPECT_EQ(state_of("1"), "deferred");
    EXPECT_EQ(state_of("2"), "unknown");
    EXPECT_EQ(state_of("3"), "deferred");
    EXPECT_EQ(state_of("4"), "unknown");
}

TEST_F(ledger_test, absent_once_is_not_gone)
{
    arrive("D", state::deferred);
    arrive("H", state::held);
    EXPECT_EQ(list({}), nothing);
    EXPECT_EQ(books.size(), 2U);
    EXPECT_EQ(list({{"D"}, {"H", true}}), nothing);
    EXPECT_EQ(list({}), nothing);
    EXPECT_EQ(books.size(), 2U) << "absent twice, but not in a row";
}

TEST_F(ledger_test, absent_from_two_listings_in_a_row_is_gone)
{
    arrive("D", state::deferred);
    arrive("H", state::held);
    arrive("R", state::held);
    books.released("R");
    list({{"K", true}});
    list({{"K", true}});
    EXPECT_EQ(state_of("D"), "unknown");
    EXPECT_EQ(state_of("H"), "unknown");
    EXPECT_EQ(state_of("R"), "unknown");
    EXPECT_EQ(state_of("K"), "kept");
    EXPECT_EQ(books.of_customer("smith").all, mail_amount{});
}

TEST_F(ledger_test, a_hold_that_is_gone_is_reported)
{
    arrive("H", state::held);
    arrive("D", state::deferred);
    EXPECT_EQ(list({}), nothing);
    EXPECT_EQ(list({}), (ledger::findings{{}, {}, {"H"}}));
    EXPECT_EQ(list({}), nothing) << "once";
}

TEST_F(ledger_test, a_queue_that_is_gone_is_dropped_step_by_step)
{
    for (std::size_t i = 0; i < 2 * ledger::max_dropped + 1; ++i)
        arrive("M" + std::to_string(i), state::held);
    list({});
    for (const std::size_t dropped : {ledger::max_dropped, ledger::max_dropped, std::size_t{1}})
        EXPECT_EQ(list({}).not_held.size(), dropped);
    EXPECT_EQ(books.size(), 0U);
}

TEST_F(ledger_test, a_failed_listing_takes_nothing_for_absent)
{
    arrive("D", state::deferred);
    list({});
    list({}, false);
    EXPECT_EQ(state_of("D"), "deferred");
    list({{"D"}}, false);
    list({});
    EXPECT_EQ(state_of("D"), "deferred") << "it was seen in between";
    list({});
    EXPECT_EQ(state_of("D"), "unknown");
}

TEST_F(ledger_test, a_listing_that_never_ended_does_not_count)
{
    arrive("D", state::deferred);
    list({});
    books.begin_listing(at(1000));
    list({{"D"}});
    EXPECT_EQ(state_of("D"), "deferred");
}

TEST_F(ledger_test, what_something_happened_to_is_not_taken_for_absent)
{
    const std::vector<std::pair<const char*, std::function<void(ledger&)>>> events{
        {"deferred", [](ledger& l) { l.deferred("R"); }},
        {"delivered in part", [](ledger& l) { l.delivered("R", "a.example", 1); }},
        {"put back", [](ledger& l) { l.put_back("R", at(0)); }},
        {"came again", [](ledger& l) { l.arrived({"R", to(smith), 1}, mail_state::deferred, at(1)); }},
    };
    for (const auto& [name, happen] : events) {
        for (const int when : {0, 1, 2}) {  // during the second listing, during the first, and between them
            SCOPED_TRACE(name + std::string(" at ") + std::to_string(when));
            books = ledger();
            arrive("R", state::held, "smith:a.example smith:a.example");
            books.released("R");
            if (when == 0) {
                list({});
                books.begin_listing(at(1000));
                happen(books);
                books.end_listing(true);
            } else if (when == 1) {
                books.begin_listing(at(1000));
                happen(books);
                books.end_listing(true);
                list({});
            } else {
                list({});
                happen(books);
                list({});
            }
            EXPECT_NE(state_of("R"), "unknown");
        }
    }
}

TEST_F(ledger_test, new_mail_is_not_missed_by_a_listing_that_began_before_it)
{
    books.begin_listing(at(1000));
    arrive("N", state::held);
    EXPECT_EQ(books.end_listing(true), nothing);
    EXPECT_EQ(list({}), nothing);
    EXPECT_EQ(state_of("N"), "held");
    EXPECT_EQ(list({}).not_held, strings{"N"});
}

TEST_F(ledger_test, what_was_delivered_does_not_come_back_by_a_listing_that_began_before)
{
    arrive("1", state::deferred);
    books.begin_listing(at(1000));
    books.delivered("1", "a.example", 1);
    show({"1"});
    books.end_listing(true);
    EXPECT_EQ(books.size(), 0U);
    list({{"1"}});
    EXPECT_EQ(books.size(), 1U) << "an alias had made more recipients of it than we knew";
}

TEST_F(ledger_test, what_came_again_is_shown_by_the_listing)
{
    arrive("1", state::deferred);
    books.begin_listing(at(1000));
    books.delivered("1", "a.example", 1);
    arrive("1", state::held);
    show({"1", true});
    books.end_listing(true);
    EXPECT_EQ(state_of("1"), "held");
}

TEST_F(ledger_test, a_listing_is_not_believed_about_what_happened_while_it_was_read)
{
    arrive("1", state::held, "smith:a.example smith:a.example");
    books.released("1");
    books.begin_listing(at(1000));
    books.delivered("1", "a.example", 1);
    show({"1", true, "smith:a.example smith:a.example"});
    books.end_listing(true);
    ASSERT_NE(books.find("1"), nullptr);
    EXPECT_EQ(books.find("1")->parts.front().recipients, 1U);
}

TEST_F(ledger_test, a_message_listed_twice_is_one_message)
{
    arrive("1", state::held);
    EXPECT_EQ(list({{"1", true, ""}, {"1", false}, {"1", true, ""}}), (ledger::findings{{"1"}, {}, {}}));
    EXPECT_EQ(list({{"2", true}, {"2", false}}), nothing);
    EXPECT_EQ(state_of("2"), "kept");
}

TEST_F(ledger_test, a_hold_without_recipients_is_finished)
{
    arrive("H", state::held);
    EXPECT_EQ(list({{"H", true, ""}}), (ledger::findings{{"H"}, {}, {}}));
    EXPECT_EQ(books.of_customer("smith"), waiting_mail{}) << "it waits for nobody";
    EXPECT_EQ(list({{"H", true, ""}}), (ledger::findings{{"H"}, {}, {}})) << "until it is released";
    books.released("H");
    EXPECT_EQ(books.size(), 0U);
    EXPECT_EQ(list({}), nothing);
}

TEST_F(ledger_test, a_finished_hold_that_is_let_go_to_deferral_is_forgotten)
{
    arrive("H", state::held);
    list({{"H", true, ""}});
    books.deferred("H");
    EXPECT_EQ(books.size(), 0U);
    EXPECT_EQ(list({}).not_held, strings{"H"});
}

TEST_F(ledger_test, a_hold_that_proves_mixed_is_reported)
{
    arrive("1", state::held);
    arrive("2", state::held);
    arrive("3", state::held);
    arrive("4", state::held);
    const std::vector<entry> queue{{"1", true, "smith:a.example other"},
                                   {"2", true, "smith:a.example jones:j.example"},
                                   {"3", true, "other"},
                                   {"4", true, "smith:a.example smith:b.example"}};
    EXPECT_EQ(list(queue), (ledger::findings{{}, {"1", "2", "3"}, {}}));
    EXPECT_EQ(books.of_customer("jones").held, (mail_amount{1, 1000}));
    for (const char* id : {"1", "2", "3"})
        books.deferred(id);
    EXPECT_EQ(state_of("1"), "deferred");
    EXPECT_EQ(state_of("3"), "unknown") << "nothing of it is a customer's";
    EXPECT_EQ(books.of_customer("jones").held, mail_amount{});
    EXPECT_EQ(books.of_customer("jones").all, (mail_amount{1, 1000}));
}

TEST_F(ledger_test, somebody_elses_hold_is_not_our_business)
{
    list({{"K", true, "smith:a.example other"}, {"L", true}});
    EXPECT_EQ(list({{"K", true, "smith:a.example other"}, {"L", true, ""}}), nothing);
    EXPECT_EQ(state_of("K"), "kept");
    EXPECT_EQ(state_of("L"), "unknown") << "it waits for nobody";
    EXPECT_EQ(held(), strings{});
}

TEST_F(ledger_test, somebody_elses_hold_can_be_taken_over)
{
    list({{"K", true}});
    books.adopted("K");
    EXPECT_EQ(held(), strings{"K"});
    EXPECT_EQ(books.of_customer("smith"), (waiting_mail{{1, 1000}, {1, 1000}, {}, 0, at(100)}));
}

TEST_F(ledger_test, a_hold_that_has_not_reached_its_queue_yet_stays_one)
{
    arrive("H", state::held);
    EXPECT_EQ(list({{"H", false, ""}}), nothing) << "read while it is written";
    EXPECT_EQ(state_of("H"), "held");
    EXPECT_EQ(held(), strings{"H"}) << "with its recipients";
    EXPECT_EQ(list({{"H", true}}), nothing);
    EXPECT_EQ(list({{"H", false}}), nothing);
    EXPECT_EQ(state_of("H"), "held") << "twice, but not in a row";
}

TEST_F(ledger_test, a_hold_that_somebody_released_is_ours_no_more)
{
    arrive("H", state::held);
    EXPECT_EQ(list({{"H"}}), nothing);
    EXPECT_EQ(list({{"H"}}), (ledger::findings{{}, {}, {"H"}}));
    EXPECT_EQ(state_of("H"), "deferred");
}

TEST_F(ledger_test, mail_that_somebody_puts_on_hold_is_kept)
{
    arrive("D", state::deferred);
    arrive("R", state::held);
    books.released("R");
    EXPECT_EQ(list({{"D", true}, {"R", true}}), nothing);
    EXPECT_EQ(state_of("D"), "deferred");
    EXPECT_EQ(state_of("R"), "released");
    EXPECT_EQ(list({{"D", true}, {"R", true}}), nothing);
    EXPECT_EQ(state_of("D"), "kept");
    EXPECT_EQ(state_of("R"), "kept");
    EXPECT_EQ(books.of_customer("smith"), (waiting_mail{{}, {}, {}, 2, std::nullopt}));
    list({{"D"}, {"R", true}});
    EXPECT_EQ(state_of("D"), "kept") << "said once only, now";
}

TEST_F(ledger_test, mail_that_somebody_takes_off_hold_waits_again)
{
    list({{"K", true}});
    list({{"K"}});
    list({{"K"}});
    EXPECT_EQ(state_of("K"), "deferred");
    EXPECT_EQ(books.of_customer("smith").all.messages, 1U);
}

TEST_F(ledger_test, misplaced_and_absent_do_not_add_up)
{
    arrive("H", state::held);
    list({{"H"}});
    list({});
    EXPECT_EQ(state_of("H"), "held");
    list({{"H"}});
    EXPECT_EQ(state_of("H"), "held");
}

TEST_F(ledger_test, an_event_between_listings_makes_a_misplaced_message_new)
{
    arrive("D", state::deferred);
    list({{"D", true}});
    books.deferred("D");
    list({{"D", true}});
    EXPECT_EQ(state_of("D"), "deferred");
}

TEST_F(ledger_test, a_customers_part_that_is_done_is_seen_in_the_listing)
{
    arrive("M", state::deferred, "smith:a.example other");
    EXPECT_EQ(list({{"M", false, "other"}}), nothing);
    EXPECT_EQ(books.size(), 0U);
}

// ---- may it be trusted?

TEST_F(ledger_test, is_complete_after_a_complete_listing)
{
    EXPECT_FALSE(books.complete());
    EXPECT_EQ(books.listed_at(), std::nullopt);
    arrive("D", state::deferred);
    books.begin_listing(at(7));
    EXPECT_FALSE(books.complete());
    arrive("E", state::deferred);
    books.end_listing(true);
    EXPECT_TRUE(books.complete()) << "mail that comes is not missed";
    EXPECT_EQ(books.listed_at(), at(7));
}

TEST_F(ledger_test, is_in_doubt_after_a_failed_listing)
{
    list({}, false);
    EXPECT_FALSE(books.complete());
    EXPECT_EQ(books.listed_at(), std::nullopt);
    list({});
    EXPECT_TRUE(books.complete());
    list({}, false);
    EXPECT_FALSE(books.complete());
    EXPECT_EQ(books.listed_at(), at(1000));
}

TEST_F(ledger_test, a_release_may_have_hidden_mail_from_a_listing)
{
    arrive("H", state::held);
    books.released("H");
    list({{"H"}});
    EXPECT_FALSE(books.complete()) << "it was under way when the listing began";
    books.deferred("H");
    books.begin_listing(at(1000));
    books.deferred("H");
    books.end_listing(true);
    EXPECT_FALSE(books.complete()) << "it moved while the listing was read";
    list({{"H"}});
    EXPECT_TRUE(books.complete());
    books.begin_listing(at(1000));
    books.deferred("H");
    books.end_listing(true);
    EXPECT_TRUE(books.complete()) << "what was complete stays so: nothing is dropped for being missed once";
}

// ---- hold time

TEST_F(ledger_test, what_is_held_for_too_long_is_reported)
{
    const auto hold_time = [](std::string_view customer) {
        return customer == "smith" ? hours(2) : hours(1);
    };
    arrive("s1", state::held, smith, 0);
    arrive("s2", state::held, smith, 1);
    arrive("j1", state::held, "jones:j.example", 3600);
    arrive("d1", state::deferred, smith, 0);
    list({{"k1", true}});
    EXPECT_EQ(books.expired(at(7200), hold_time, 9), strings{});
    EXPECT_EQ(books.expired(at(7201), hold_time, 9), (strings{"j1", "s1"}));
    EXPECT_EQ(books.expired(at(7202), hold_time, 9), (strings{"j1", "s1", "s2"}));
    EXPECT_EQ(books.expired(at(7202), hold_time, 2), (strings{"j1", "s1"}));
    books.released("s1");
    books.put_back("s1", at(7300));
    EXPECT_EQ(books.expired(at(7202), hold_time, 9), (strings{"j1", "s2"}));
}

// ---- the counts are right whatever happens

class counted_ledger : public ledger_test
{
protected:
    void compare() const
    {
        std::map<std::string, waiting_mail> customers;
        std::map<std::string, waiting_mail> domains;
        std::map<std::string, std::set<std::pair<wall_time, std::string>>> queues;
        books.each([&](const waiting_message& m) {
            std::set<waiting_mail*> counts;
            for (const waiting_message::part& p : m.parts) {
                counts.insert({&customers[*p.customer], &domains[*p.domain]});
                if (m.state == state::held)
                    queues[*p.customer].emplace(m.arrival, m.queue_id);
            }
            for (waiting_mail* count : counts)
                add(*count, m);
            return true;
        });
        for (const char* customer : {"smith", "jones"}) {
            ASSERT_EQ(books.of_customer(customer), customers[customer]) << customer;
            strings queue;
            for (const auto& [arrival, id] : queues[customer])
                queue.push_back(id);
            ASSERT_EQ(held(customer), queue) << customer;
        }
        for (const char* domain : {"a.example", "b.example", "j.example"})
            ASSERT_EQ(books.of_domain(domain), domains[domain]) << domain;
    }

private:
    static void add(waiting_mail& count, const waiting_message& m)
    {
        if (m.state == state::kept) {
            ++count.kept;
            return;
        }
        const mail_amount one{1, m.octets};
        for (mail_amount* amount : {&count.all, m.state == state::held ? &count.held : nullptr,
                                    m.state == state::released ? &count.released : nullptr}) {
            if (amount != nullptr)
                *amount = {amount->messages + one.messages, amount->octets + one.octets};
        }
        count.oldest = std::min(count.oldest.value_or(m.arrival), m.arrival);
    }
};

TEST_F(counted_ledger, agrees_with_its_messages_after_any_events)
{
    std::mt19937 random(1);
    const auto pick = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
    const char* const envelopes[] = {smith,
                                     "smith:a.example smith:b.example",
                                     "smith:a.example jones:j.example",
                                     "jones:j.example other",
                                     "jones:j.example jones:j.example",
                                     "other",
                                     ""};
    const char* const domains[] = {"a.example", "b.example", "j.example"};
    bool listing = false;
    for (int i = 0; i < 20'000; ++i) {
        const std::string id = std::to_string(pick(12));
        switch (pick(12)) {
            case 0:
            case 1:
                arrive(id, pick(2) == 0 ? state::held : state::deferred, envelopes[pick(7)], pick(50),
                       static_cast<std::uint64_t>(pick(1000)));
                break;
            case 2:
                books.delivered(id, domains[pick(3)], static_cast<std::size_t>(pick(3)));
                break;
            case 3:
            case 4:
                books.released(id);
                break;
            case 5:
                books.put_back(id, at(0));
                break;
            case 6:
                books.deferred(id);
                break;
            case 7:
                books.line_lost(pick(2) == 0 ? "smith" : "jones");
                break;
            case 8:
                books.adopted(id);
                break;
            case 9:
            case 10:
                if (listing)
                    show({id, pick(2) == 0, envelopes[pick(7)]}, pick(50));
                break;
            default:
                if (listing)
                    books.end_listing(pick(4) != 0);
                else
                    books.begin_listing(at(1000));
                listing = !listing;
                break;
        }
        compare();
        ASSERT_FALSE(HasFatalFailure()) << "after " << i << " events";
    }
}

}  // namespace
}  // namespace odmr

// Mail and customers that come and go at the same moment: nothing is stuck. What one session misses the next
// one gets, at the latest, and each message once.
#include "hold_test.hpp"
#include "support/file_descriptor.hpp"
#include "support/mail_stream.hpp"

#include <fcntl.h>
#include <sys/file.h>

namespace odmr::test
{
namespace
{

using ::testing::SizeIs;

class hold_races : public hold_test
{
protected:
    static constexpr std::size_t many = 300;

    /// After all the coming and going one session is enough.
    void expect_that_one_more_session_drains(mail_stream& stream)
    {
        for (const sent_message& message : stream.sent())
            the_provider().book(message);
        if (!the_provider().postfix().queue().empty()) {
            EXPECT_EQ(visit(), session_end::quit);
        }
        EXPECT_TRUE(queue_becomes_empty());
        EXPECT_TRUE(all_arrive(stream.sent()));
    }
};

TEST_F(hold_races, mail_comes_all_the_time_while_the_customer_comes_and_goes)
{
    start_holding();
    mail_stream stream(the_provider().postfix().port(), {"ann@example.org", "bob@example.com"}, many);
    while (!stream.ended())
        EXPECT_NE(visit(), session_end::failed);
    expect_that_one_more_session_drains(stream);
    EXPECT_THAT(box_.accepted(), SizeIs(many));
}

TEST_F(hold_races, mail_comes_all_the_time_while_sessions_serve_one_domain_or_the_other)
{
    start_holding();
    mail_stream stream(the_provider().postfix().port(), {"ann@example.org", "bob@example.com"}, many);
    for (bool org = true; !stream.ended(); org = !org) {
        scripted_customer& customer = logged_in();
        if (!customer.say(org ? "ATRN example.org" : "ATRN example.com").starts_with("250"))
            continue;
        customer.serve();
        EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    }
    expect_that_one_more_session_drains(stream);
    EXPECT_THAT(box_.accepted(), SizeIs(many));
}

TEST_F(hold_races, mail_comes_all_the_time_while_the_line_is_cut_again_and_again)
{
    start_holding({.odmr = {stay}});
    may_come_twice("ann@example.org");  // where the answer was lost with the line
    may_come_twice("bob@example.com");
    mail_stream stream(the_provider().postfix().port(), {"ann@example.org", "bob@example.com"}, many);
    for (std::size_t seen = 0; !stream.ended(); seen = box_.accepted().size()) {
        scripted_customer& customer = turned();
        customer.serve();
        EXPECT_TRUE(wait_until([&] { return box_.accepted().size() > seen + 10 || stream.ended(); }));
        customer.cut();
    }
    // A session that stays must get what is left without another.
    scripted_customer& last = turned();
    last.serve();
    for (const sent_message& message : stream.sent())
        the_provider().book(message);
    EXPECT_TRUE(all_arrive(stream.sent()));
    EXPECT_TRUE(queue_becomes_empty());
}

/// As a delivery process does that has not finished yet. Until the descriptor is closed.
file_descriptor locked_in_deferred(const std::filesystem::path& queue, const std::string& queue_id)
{
    for (const auto& entry : std::filesystem::recursive_directory_iterator(queue / "deferred"))
        if (entry.path().filename() == queue_id) {
            file_descriptor file(::open(entry.path().c_str(), O_RDWR | O_CLOEXEC));
            EXPECT_EQ(::flock(file.get(), LOCK_EX | LOCK_NB), 0);
            return file;
        }
    throw std::runtime_error(queue_id + " is not deferred");
}

TEST_F(hold_races, mail_that_was_still_being_delivered_when_it_was_asked_for_is_asked_for_again)
{
    prepare();
    const sent_message message = send({"ann@example.org"});
    ASSERT_TRUE(comes_to_be(message, "deferred"));
    the_provider().start_odmrd();
    file_descriptor lock = locked_in_deferred(the_provider().postfix().queue_dir(), message.queue_id);
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(wait_until([&] {
        return the_provider().postfix().log().find(message.queue_id + ": skipped, still being delivered") !=
               std::string::npos;
    }));
    lock.reset();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(hold_races, held_mail_that_was_deleted_is_not_waited_for)
{
    start_holding();
    const sent_message first = held({"ann@example.org"});
    const outgoing_message deleted{"sender@elsewhere.example", {"ann@example.org"}, make_content("deleted")};
    const std::string id = the_provider().postfix().inject(deleted);
    const sent_message last = held({"ann@example.org"});
    ASSERT_TRUE(wait_until([&] { return the_provider().queue_of({id, deleted}) == "hold"; }));
    the_provider().postfix().postsuper({"-d", id});
    const auto begin = clock::now();
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_LT(clock::now() - begin, milliseconds(15'000));
    EXPECT_TRUE(arrives(first, "ann@example.org"));
    EXPECT_TRUE(arrives(last, "ann@example.org"));
    EXPECT_THAT(box_.accepted(), SizeIs(2));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(hold_races, held_mail_that_an_administrator_let_go_is_delivered_once)
{
    start_holding({.odmr = {stay}});
    const sent_message released = held({"ann@example.org"});
    const sent_message other = held({"ann@example.org"});
    the_provider().postfix().postsuper({"-H", released.queue_id});
    scripted_customer& customer = turned();
    customer.serve();
    EXPECT_TRUE(all_arrive({released, other}));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(hold_races, two_sessions_share_what_is_held)
{
    start_holding({.odmr = {{"linger", "2s"}}});
    const auto messages = many_held("ann@example.org", 200, 4'000);
    scripted_customer& first = turned();
    scripted_customer& second = turned();
    first.serve();
    second.serve();
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_EQ(first.wait_for_end(), session_end::quit);
    EXPECT_EQ(second.wait_for_end(), session_end::quit);
    EXPECT_THAT(box_.accepted(), SizeIs(200));
}

TEST_F(hold_races, one_of_two_sessions_is_cut_and_the_other_gets_the_rest)
{
    start_holding({.odmr = {stay}});
    const auto messages = many_held("ann@example.org", 200, 4'000);
    scripted_customer& first = turned();
    scripted_customer& second = turned();
    first.script().end_at(".", {}, 20);
    first.serve();
    second.serve();
    EXPECT_EQ(first.wait_for_end(), session_end::by_script);
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_TRUE(queue_becomes_empty());
}

}  // namespace
}  // namespace odmr::test

// Mail for offline customers is put on hold as it arrives, where it costs nothing, and let go when they come.
// Whatever else is in its envelope is not kept waiting.
#include "hold_test.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace odmr::test
{
namespace
{

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class hold_basics : public hold_test
{
protected:
    static constexpr int customers = 50;

    static std::string name(int n) { return "customer" + std::to_string(n % customers); }
    static std::string at(int n) { return "user@" + name(n) + ".example"; }

    void add_customers()
    {
        for (int n = 0; n < customers; ++n)
            the_provider().odmrctl_or_throw(
                {"customer", "add", name(n), "--cram-md5", "--domain", name(n) + ".example"},
                std::string(provider::password) + "\n");
        the_provider().odmrctl_or_throw({"maps"});
    }

    /// The lines of Postfix's log that are about one of these: "... postfix/qmgr[1]: QUEUE-ID: ..."
    std::vector<std::string> log_lines(const std::vector<sent_message>& messages)
    {
        std::set<std::string> ids;
        for (const sent_message& message : messages)
            ids.insert(message.queue_id);
        std::vector<std::string> lines;
        std::istringstream log(the_provider().postfix().log());
        for (std::string line; std::getline(log, line);) {
            const std::size_t id = line.find("]: ") + 3;
            if (ids.contains(line.substr(id, line.find(':', id) - id)))
                lines.push_back(line);
        }
        return lines;
    }

    bool all_in(const std::vector<sent_message>& messages, const std::string& queue)
    {
        const mail_books books = the_provider().books(box_);
        return std::ranges::all_of(messages, [&](const auto& m) { return books.queue_of(m) == queue; });
    }
};

TEST_F(hold_basics, whole_envelopes_are_held_and_mixed_ones_are_split)
{
    start_holding();
    add_customers();
    std::vector<std::vector<std::string>> whole, of_two, with_elsewhere, other;
    for (int i = 0; i < 700; ++i)
        whole.push_back({at(i)});
    for (int i = 0; i < 100; ++i) {
        of_two.push_back({at(i), at(i + 1)});
        with_elsewhere.push_back({at(i), "someone@elsewhere.example"});
        other.push_back({"someone@elsewhere.example"});
    }
    const auto mixed = the_provider().send_many(of_two);
    const auto partly = the_provider().send_many(with_elsewhere);
    const auto others = the_provider().send_many(other);
    const auto held_whole = the_provider().send_many(whole);

    for (const sent_message& message : partly)
        EXPECT_TRUE(arrives_elsewhere(message, "someone@elsewhere.example"));
    for (const sent_message& message : others)
        EXPECT_TRUE(arrives_elsewhere(message, "someone@elsewhere.example"));
    EXPECT_TRUE(wait_until([&] { return all_in(held_whole, "hold"); }));
    EXPECT_TRUE(wait_until([&] { return all_in(mixed, "deferred") && all_in(partly, "deferred"); }));

    // No attempts and no log lines, however often the queue is run through.
    const auto lines = log_lines(held_whole);
    for (int run = 0; run < 3; ++run)
        queue_run(mixed.front());
    EXPECT_EQ(log_lines(held_whole), lines);
    EXPECT_THAT(lines, SizeIs(::testing::Ge(held_whole.size())));
    EXPECT_THAT(lines, Each(Not(::testing::AnyOf(HasSubstr("/qmgr["), HasSubstr("status=")))));

    for (int n = 0; n < customers; ++n)
        EXPECT_EQ(fetch("ATRN", name(n)), session_end::quit);
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_THAT(box_.accepted(), SizeIs(700 + 2 * 100 + 100));
}

TEST_F(hold_basics, new_mail_for_a_customer_who_is_there_is_not_held)
{
    start_holding({.odmr = {stay}});
    const auto before = many_held("ann@example.org", 10);
    scripted_customer& customer = turned();
    customer.serve();
    EXPECT_TRUE(all_arrive(before));
    const auto during =
        the_provider().send_many(std::vector(10, std::vector<std::string>{"bob@example.com"}));
    EXPECT_TRUE(all_arrive(during));
    for (const sent_message& message : during)
        EXPECT_THAT(the_provider().postfix().log_of(message.queue_id), Each(Not(HasSubstr("hold:"))));
    EXPECT_EQ(customer.wait_for_end(milliseconds(0)), std::nullopt);
}

TEST_F(hold_basics, held_and_deferred_mail_come_in_the_same_session)
{
    start_holding();
    const sent_message first = held({"ann@example.org"});
    const sent_message mixed = waiting({"ann@example.org", "someone@elsewhere.example"});
    EXPECT_TRUE(deferred(mixed));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(first, "ann@example.org"));
    EXPECT_TRUE(arrives(mixed, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

}  // namespace
}  // namespace odmr::test

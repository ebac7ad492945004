// A customer whose server takes no mail, one way or another, while there is more for it than Postfix has
// delivery processes: its neighbours' mail keeps coming, nothing of its own is lost, and odmrd stays small.
#include "hold_test.hpp"

#include <algorithm>

namespace odmr::test
{
namespace
{

class fairness : public hold_test
{
protected:
    static constexpr int processes = 12;
    static constexpr std::size_t few = 5;  ///< messages may take as long as RFC 5321 grants
    static constexpr std::pair<const char*, const char*> soon = {"stall_timeout", "2s"};
    static constexpr std::pair<const char*, const char*> never = {"stall_timeout", "0"};

    /// alice, who is there and has no mail, and bob and carol.
    void start_with_neighbours(provider::parameters odmr)
    {
        odmr.insert(stay);
        odmr.insert({"hold_time", "0"});  // all that waits is let go at once when its customer comes
        start({.odmr = std::move(odmr)});
        the_provider().postfix().set_processes(processes);
        the_provider().add_customer("bob", {"example.net", "one.example.net", "two.example.net"});
        the_provider().add_customer("carol", {"example.edu"});
        turned().serve();
    }

    std::vector<sent_message> send_many(const std::string& recipient, std::size_t messages,
                                        std::size_t octets = 0)
    {
        return the_provider().send_many(std::vector(messages, std::vector{recipient}), octets);
    }
    /// The delivery processes that are there are as many as there may be.
    bool pool_is_full()
    {
        return wait_until([&] { return the_provider().postfix().processes("lmtp") >= processes; });
    }
    bool given_up(const std::string& customer)
    {
        return the_provider().odmrd().log().find("customer=" + customer + " messages=") != std::string::npos;
    }
    bool is_given_up(const std::string& customer)
    {
        return wait_until([&] { return given_up(customer); });
    }
    /// None of it is at the customer, and all of it in the queue.
    void expect_that_all_waits(const std::vector<sent_message>& messages)
    {
        EXPECT_TRUE(wait_until([&] {
            const mail_books books = the_provider().books(box_);
            return std::ranges::all_of(messages, [&](const sent_message& m) {
                return books.find(m, m.message.recipients.front()).queued == 1 &&
                       books.queue_of(m) == "deferred";
            });
        }));
    }
    /// With a server that takes it.
    void expect_that_the_next_session_gets_all(const std::string& customer,
                                               const std::vector<sent_message>& messages)
    {
        turned("ATRN", customer).serve();
        EXPECT_TRUE(all_arrive(messages));
        EXPECT_TRUE(queue_becomes_empty());
    }
    /// More mail for bob's server, which has stalled, than there are processes. His neighbour waits no longer
    /// than until he is given up, and his mail comes when he comes again.
    void expect_that_a_stall_ends(scripted_customer& bob)
    {
        bob.serve();
        const auto his = send_many("bob@example.net", 2 * processes);
        EXPECT_TRUE(bob.wait_until_stalled());
        EXPECT_TRUE(pool_is_full());
        const sent_message hers = send({"ann@example.org"});
        EXPECT_TRUE(arrives(hers, "ann@example.org"));
        EXPECT_TRUE(is_given_up("bob"));
        expect_that_all_waits(his);
        expect_that_the_next_session_gets_all("bob", his);
    }
};

TEST_F(fairness, a_server_that_does_not_answer_data_is_given_up)
{
    start_with_neighbours({soon});
    scripted_customer& bob = turned("ATRN example.net", "bob");
    bob.script().stall_at("DATA");
    expect_that_a_stall_ends(bob);
}

TEST_F(fairness, a_server_that_does_not_answer_the_end_of_a_message_is_given_up)
{
    start_with_neighbours({soon});
    scripted_customer& bob = turned("ATRN example.net", "bob");
    bob.script().stall_at(".");
    expect_that_a_stall_ends(bob);
}

TEST_F(fairness, a_server_that_stops_reading_is_given_up_and_costs_little_memory)
{
    constexpr std::size_t size = 2 << 20;
    start_with_neighbours({soon, {"content_buffer", "64K"}});
    const auto his = send_many("bob@example.net", 2 * processes, size);
    expect_that_all_waits(his);
    const std::size_t before = the_provider().odmrd().memory();
    scripted_customer& bob = turned("ATRN example.net", "bob");
    bob.script().stall_in_content(1000);
    bob.serve();
    EXPECT_TRUE(bob.wait_until_stalled());
    EXPECT_TRUE(pool_is_full());
    std::size_t most = 0;
    EXPECT_TRUE(wait_until([&] {
        most = std::max(most, the_provider().odmrd().memory());
        return given_up("bob");
    }));
    // A buffer and a half for each message, and what a process grows by anyway; the mail itself has 48 MB.
    EXPECT_LT(most - before, 8U << 20);
    expect_that_all_waits(his);
    expect_that_the_next_session_gets_all("bob", his);
}

TEST_F(fairness, one_customers_many_domains_do_not_get_all_processes)
{
    start_with_neighbours({never, {"max_open_messages", std::to_string(processes - 2)}});
    scripted_customer& bob = turned("ATRN", "bob");
    bob.script().stall_at("DATA");
    bob.serve();
    std::vector<sent_message> his;
    for (const char* recipient : {"bob@example.net", "bob@one.example.net", "bob@two.example.net"})
        for (sent_message& message : send_many(recipient, processes))
            his.push_back(std::move(message));
    EXPECT_TRUE(bob.wait_until_stalled());
    // What he may not have is deferred, for that message alone: no domain is given up.
    EXPECT_TRUE(wait_until([&] {
        return the_provider().postfix().log().find("450 4.4.5 as many messages as may be") !=
               std::string::npos;
    }));
    for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(arrives(send({"ann@example.org"}), "ann@example.org"));
    EXPECT_EQ(the_provider().postfix().log().find("delivery temporarily suspended"), std::string::npos);
    // All of it comes in the same session, once he takes it.
    bob.go_on();
    EXPECT_TRUE(all_arrive(his));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(fairness, a_few_messages_may_take_their_time)
{
    start_with_neighbours({soon});
    scripted_customer& bob = turned("ATRN", "bob");
    bob.script().stall_at(".");
    bob.serve();
    const auto his = send_many("bob@example.net", few);
    EXPECT_TRUE(bob.wait_until_stalled());
    // Others are given up meanwhile, who stall later but hold more.
    scripted_customer& carol = turned("ATRN", "carol");
    carol.script().stall_at("DATA");
    carol.serve();
    const auto hers = send_many("carol@example.edu", few + 1);
    EXPECT_TRUE(is_given_up("carol"));
    EXPECT_FALSE(given_up("bob"));
    bob.go_on();
    EXPECT_TRUE(all_arrive(his));
    expect_that_all_waits(hers);
    expect_that_the_next_session_gets_all("carol", hers);
}

TEST_F(fairness, who_has_stalled_gets_a_few_at_a_time_and_is_waited_for)
{
    start_with_neighbours({soon});
    scripted_customer* bob = &turned("ATRN", "bob");
    bob->script().stall_at(".");
    bob->serve();
    auto his = send_many("bob@example.net", 2 * few);
    EXPECT_TRUE(is_given_up("bob"));
    expect_that_all_waits(his);
    // His server is as slow as before with that message; but now it is given the time it needs.
    bob = &turned("ATRN", "bob");
    bob->script().stall_at(".");
    bob->serve();
    EXPECT_TRUE(bob->wait_until_stalled());
    EXPECT_TRUE(wait_until([&] {
        return the_provider().postfix().log().find("450 4.4.5 as many messages as may be") !=
               std::string::npos;
    }));
    scripted_customer& carol = turned("ATRN", "carol");
    carol.script().stall_at("DATA");
    carol.serve();
    const auto hers = send_many("carol@example.edu", few + 1);
    EXPECT_TRUE(is_given_up("carol"));
    bob->go_on();
    EXPECT_TRUE(all_arrive(his));
    expect_that_the_next_session_gets_all("carol", hers);
}

}  // namespace
}  // namespace odmr::test

// A neighbour whose server answers nothing holds as many of Postfix's delivery processes as it may, while
// another customer loses its line in the middle of a drain and comes back at once, again and again.
//
// That is how mail is lost where something puts mail on hold that the queue manager still has in memory: it
// takes the message, when it is let go once more, for one it has delivered, and removes it. Here nothing is
// ever put back on hold, and each message must be found again by its id and to its last octet.
#include "hold_test.hpp"

#include <algorithm>

namespace odmr::test
{
namespace
{

class hold_stalled_neighbour : public hold_test
{
protected:
    static constexpr std::size_t held_messages = 300;
    static constexpr int rounds = 10;
    static constexpr int processes = 6;

    /// neighbours: how many of Postfix's delivery processes the neighbour's mail may take.
    void start_with_neighbour(int neighbours, provider::setup how)
    {
        how.extra_main_cf += "odmr_destination_concurrency_limit = " + std::to_string(neighbours) +
                             "\nodmr_initial_destination_concurrency = " + std::to_string(neighbours) + "\n";
        how.odmr.insert({"stall_timeout", "0"});  // the neighbour is never given up
        start_holding(how);
        the_provider().postfix().set_processes(processes);
        the_provider().add_customer("bob", {"example.net"});
    }

    /// The neighbour's server stops at its first DATA, and more mail comes than there are processes.
    scripted_customer& stalled_neighbour(int neighbours)
    {
        scripted_customer& customer = turned("ATRN", "bob");
        customer.script().stall_at("DATA");
        customer.serve();
        for (int i = 0; i < 2 * processes; ++i)
            send({"bob@example.net"});
        EXPECT_TRUE(customer.wait_until_stalled());
        EXPECT_TRUE(wait_until([&] { return busy() >= neighbours; })) << busy();
        return customer;
    }
    /// The delivery processes of the transport.
    int busy() { return the_provider().postfix().processes("lmtp"); }

    std::size_t active_for(const std::string& recipient)
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(the_provider().postfix().queue(), [&](const queued_message& m) {
                return m.queue_name == "active" && m.recipients.front().address == recipient;
            }));
    }

    void expect_that_all_is_there_in_the_end(const std::vector<sent_message>& messages,
                                             scripted_customer& neighbour)
    {
        scripted_customer& last = turned();
        last.serve();
        neighbour.go_on();
        EXPECT_TRUE(all_arrive(messages));
        EXPECT_TRUE(all_arrive(the_provider().sent()));
        EXPECT_TRUE(queue_becomes_empty());
    }
};

TEST_F(hold_stalled_neighbour, a_line_lost_mid_drain_again_and_again_loses_nothing)
{
    start_with_neighbour(processes - 1, {.odmr = {stay}});
    may_come_twice("ann@example.org");  // where the answer was lost with the line
    const auto messages = many_held("ann@example.org", held_messages);
    scripted_customer& neighbour = stalled_neighbour(processes - 1);
    for (int round = 0; round < rounds; ++round) {
        scripted_customer& customer = turned();
        customer.script().end_at(".", {}, 20);
        customer.serve();
        EXPECT_EQ(customer.wait_for_end(), session_end::by_script);
    }
    expect_that_all_is_there_in_the_end(messages, neighbour);
    // Only what was answered in the very moment of a cut may have come again.
    EXPECT_LE(box_.accepted().size(), the_provider().sent().size() + rounds);
}

TEST_F(hold_stalled_neighbour, a_customer_who_gets_no_process_comes_again_and_again_and_loses_nothing)
{
    start_with_neighbour(processes, {.odmr = {stay}});
    const auto messages = many_held("ann@example.org", held_messages);
    scripted_customer& neighbour = stalled_neighbour(processes);
    for (int round = 0; round < rounds; ++round) {
        scripted_customer& customer = turned();
        customer.serve();
        // What was let go stands in the queue manager's memory, and cannot be delivered.
        EXPECT_TRUE(wait_until([&] { return active_for("ann@example.org") > 0; }));
        customer.cut();
    }
    expect_that_all_is_there_in_the_end(messages, neighbour);
    EXPECT_EQ(box_.accepted().size(), the_provider().sent().size());  // each once
}

TEST_F(hold_stalled_neighbour, odmrd_killed_mid_drain_again_and_again_loses_nothing)
{
    start_with_neighbour(processes - 1, {.odmr = {stay}});
    may_come_twice("ann@example.org");  // where the answer died with odmrd
    const auto messages = many_held("ann@example.org", held_messages);
    scripted_customer* neighbour = &stalled_neighbour(processes - 1);
    for (int round = 0; round < 5; ++round) {
        const std::size_t seen = box_.accepted().size();
        scripted_customer& customer = turned();
        customer.serve();
        EXPECT_TRUE(wait_until([&] { return box_.accepted().size() >= seen + 20; }));
        the_provider().odmrd().kill_9();
        the_provider().start_odmrd();
        neighbour = &stalled_neighbour(processes - 1);
    }
    expect_that_all_is_there_in_the_end(messages, *neighbour);
}

}  // namespace
}  // namespace odmr::test

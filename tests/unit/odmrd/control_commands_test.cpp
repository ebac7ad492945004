// control_commands: what is answered of sessions and of mail that waits.
#include "odmrd/control_commands.hpp"

#include "control_client.hpp"

#include <string>

namespace odmr
{
namespace
{

using json = nlohmann::json;

class quiet_session final : public session
{
public:
    quiet_session(std::string customer, session_view v) : customer_(std::move(customer)), view_(std::move(v))
    {
    }
    [[nodiscard]] const std::string& peer_address() const override { return peer_; }
    [[nodiscard]] const std::string& customer() const override { return customer_; }
    [[nodiscard]] session_view view() const override { return view_; }
    void stop(std::string_view why) override { stopped = why; }
    void abort() override {}

    std::string stopped;

private:
    std::string peer_ = "192.0.2.1";
    std::string customer_;
    session_view view_;
};

class control_commands_test : public test::control_test
{
protected:
    using stage = session_view::stage;

    static wall_time at(int second) { return wall_time{std::chrono::seconds(second)}; }

    static envelope to(const std::vector<std::string>& customers)
    {
        envelope result;
        for (const std::string& name : customers)
            result.add(name, name + ".example");
        return result;
    }

    void arrive(const std::string& id, mail_state how, const std::vector<std::string>& customers, int when)
    {
        all_.waiting().arrived({id, to(customers), 1000}, how, at(when));
    }

    /// Somebody has put these on hold; the second is for somebody else too.
    void keep(const std::string& id, const std::string& mixed)
    {
        envelope with_others = to({"alice"});
        with_others.add_other();
        all_.waiting().begin_listing(at(1000));
        all_.waiting().listed({id, true, at(5), 1000, to({"alice"})});
        all_.waiting().listed({mixed, true, at(5), 1000, with_others});
        all_.waiting().end_listing(true);
    }

    std::shared_ptr<quiet_session> connected(const std::string& id, const std::string& customer, stage where)
    {
        auto s = std::make_shared<quiet_session>(
            customer, session_view{.id = id, .at = where, .since = at(7), .domains = {"alice.example"}});
        all_.sessions().add(s);
        return s;
    }

    /// The queue ids listed, sorted.
    std::set<std::string> queue(const std::vector<std::string>& words)
    {
        std::set<std::string> ids;
        for (const json& line : ask("queue", words))
            if (line.contains("queue_id"))
                ids.insert(line.at("queue_id").get<std::string>());
        return ids;
    }
};

using strings = std::set<std::string>;

TEST_F(control_commands_test, an_empty_daemon_has_little_to_say)
{
    const auto status = ask("status");
    ASSERT_EQ(status.size(), 1U);
    const json& done = status.front().at("done");
    EXPECT_EQ(done.at("sessions"), 0);
    EXPECT_EQ(done.at("messages"), 0);
    EXPECT_EQ(done.at("complete"), false);
    EXPECT_EQ(done.at("listed"), nullptr);
    EXPECT_EQ(done.at("holding_trouble"), "odmrd was not started as root");
    EXPECT_EQ(done.at("policy").at("requests"), 0);
    EXPECT_EQ(ask("queue"), (std::vector<json>{R"({"done": {"messages": 0, "complete": false}})"_json}));
}

TEST_F(control_commands_test, what_waits_is_counted_for_each_customer)
{
    arrive("H", mail_state::held, {"alice"}, 30);
    arrive("D", mail_state::deferred, {"alice", "bob"}, 20);
    keep("K", "M");
    const json alice = R"({"waiting": {"customer": "alice", "messages": 2, "octets": 2000, "oldest": 20,
                           "held": 1, "released": 0, "deferred": 1, "kept": 2}})"_json;
    const json bob = R"({"waiting": {"customer": "bob", "messages": 1, "octets": 1000, "oldest": 20,
                         "held": 0, "released": 0, "deferred": 1, "kept": 0}})"_json;
    auto status = ask("status");
    ASSERT_EQ(status.size(), 3U);
    EXPECT_EQ(status.at(0), alice);
    EXPECT_EQ(status.at(1), bob);
    EXPECT_EQ(status.at(2).at("done").at("listed"), 1000);
    status = ask("status", {"Bob"});
    ASSERT_EQ(status.size(), 2U);
    EXPECT_EQ(status.at(0), bob);
}

TEST_F(control_commands_test, a_customer_with_nothing_is_shown_when_asked_for)
{
    EXPECT_EQ(ask("status", {"bob"}).front().at("waiting").at("messages"), 0);
    EXPECT_EQ(error(ask("status", {"carol"})), "refused: there is no customer carol");
}

TEST_F(control_commands_test, mail_of_a_customer_who_was_removed_is_shown)
{
    arrive("D", mail_state::deferred, {"carol"}, 20);
    EXPECT_EQ(ask("status").front().at("waiting").at("customer"), "carol");
    EXPECT_EQ(ask("status", {"carol"}).front().at("waiting").at("messages"), 1);
}

TEST_F(control_commands_test, mail_is_listed_by_customer_or_domain)
{
    arrive("H", mail_state::held, {"alice"}, 30);
    arrive("D", mail_state::deferred, {"alice", "bob"}, 20);
    EXPECT_EQ(queue({}), (strings{"H", "D"}));
    EXPECT_EQ(queue({"alice"}), (strings{"H", "D"}));
    EXPECT_EQ(queue({"Bob.Example"}), (strings{"D"}));
    EXPECT_EQ(queue({"carol"}), strings{});
    EXPECT_EQ(ask("queue", {"bob"}).front(),
              R"({"queue_id": "D", "state": "deferred", "arrival": 20, "octets": 1000, "for": [
                  {"customer": "alice", "domain": "alice.example", "recipients": 1},
                  {"customer": "bob", "domain": "bob.example", "recipients": 1}]})"_json);
}

TEST_F(control_commands_test, sessions_are_listed_and_who_is_online_is_in_the_status)
{
    const auto first = connected("s1", "", stage::login);
    const auto second = connected("s2", "alice", stage::lingering);
    const auto list = ask("session list");
    ASSERT_EQ(list.size(), 3U);
    EXPECT_EQ(list.at(0).at("customer"), nullptr);
    EXPECT_EQ(list.at(1),
              R"({"id": "s2", "customer": "alice", "peer": "192.0.2.1", "since": 7, "state": "lingering",
                  "tls": false, "domains": ["alice.example"], "under_way": 0, "delivered": 0, "deferred": 0,
                  "refused": 0})"_json);
    const auto status = ask("status");
    ASSERT_EQ(status.size(), 2U);
    EXPECT_EQ(status.front().at("session"), list.at(1));
    EXPECT_FALSE(ask("status", {"bob"}).front().contains("session"));
}

TEST_F(control_commands_test, sessions_are_ended_by_id_and_by_customer)
{
    const auto first = connected("s1", "bob", stage::commands);
    const auto second = connected("s2", "alice", stage::lingering);
    const auto third = connected("s3", "alice", stage::relaying);
    EXPECT_EQ(error(ask("session end", {"carol"})),
              "refused: no session has the id or is of the customer carol");
    EXPECT_EQ(ask("session end", {"s1"}).back(), R"({"done": {"ended": ["s1"]}})"_json);
    EXPECT_EQ(first->stopped, "ended by the administrator");
    EXPECT_EQ(second->stopped, "");
    EXPECT_EQ(ask("session end", {"Alice"}).back(), R"({"done": {"ended": ["s2", "s3"]}})"_json);
    EXPECT_EQ(third->stopped, "ended by the administrator");
}

TEST_F(control_commands_test, only_what_we_hold_can_be_let_go)
{
    arrive("Hh", mail_state::held, {"alice"}, 30);
    arrive("H2", mail_state::held, {"bob"}, 30);
    arrive("D", mail_state::deferred, {"alice"}, 20);
    keep("K", "M");
    // Nobody is there to do it here; what is counted is what would have been let go.
    const auto asked = [&](const std::vector<std::string>& words) {
        return ask("release", words).back().at("done").at("asked").get<int>();
    };
    EXPECT_EQ(asked({"alice"}), 1);
    EXPECT_EQ(asked({"ALICE.example", "Hh"}), 1);
    EXPECT_EQ(asked({"Hh", "bob"}), 2);
    for (const char* none : {"D", "K", "hh", "carol"})
        EXPECT_EQ(error(ask("release", {"alice", none})),
                  "refused: nothing is let go: odmr holds no mail for \"" + std::string(none) +
                      "\", and none with that queue id");
}

TEST_F(control_commands_test, holds_are_not_taken_over_when_they_could_not_be_let_go)
{
    keep("K", "M");
    EXPECT_EQ(error(ask("adopt", {"carol"})), "refused: there is no customer carol");
    EXPECT_EQ(error(ask("adopt", {"alice"})),
              "failed: no holds can be taken over: odmrd was not started as root");
    EXPECT_EQ(all_.waiting().find("K")->state, mail_state::kept);
}

}  // namespace
}  // namespace odmr

// What odmrctl learns from a running odmrd and makes it do, over the control socket.
#include "hold_test.hpp"

#include <nlohmann/json.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>

namespace odmr::test
{
namespace
{

using json = nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class control : public hold_test
{
protected:
    using words = std::vector<std::string>;

    std::string ctl(const words& command) { return the_provider().odmrctl_or_throw(command); }

    json ctl_json(words command)
    {
        command.emplace_back("--json");
        return json::parse(ctl(command));
    }

    /// What waits for the customer.
    json waits(const std::string& customer) { return ctl_json({"status", customer}).at("waiting").at(0); }

    /// Must fail with that status; the answer is the message.
    std::string failure(int status, const words& command)
    {
        const command_result result = the_provider().odmrctl(command);
        EXPECT_EQ(result.status, status) << result.output << result.error;
        EXPECT_EQ(result.output, "");
        return result.error;
    }

    /// As somebody who is nobody in particular.
    command_result as_nobody(const words& command)
    {
        const auto directory = the_provider().directory();
        const auto copy = directory / "odmrctl";  // where the real one is, nobody may look
        std::filesystem::permissions(directory, std::filesystem::perms(0755));
        std::filesystem::permissions(the_provider().config_file(), std::filesystem::perms(0644));
        std::filesystem::copy_file(built_program("odmrctl"), copy,
                                   std::filesystem::copy_options::overwrite_existing);
        words all{"setpriv",
                  "--reuid=nobody",
                  "--regid=nogroup",
                  "--clear-groups",
                  copy.string(),
                  "--config",
                  the_provider().config_file().string()};
        all.insert(all.end(), command.begin(), command.end());
        return run_command({.arguments = all});
    }

    /// An administrator's doing, before odmrd runs.
    sent_message kept(const words& recipients)
    {
        const sent_message message = send(recipients);
        EXPECT_TRUE(comes_to_be(message, "deferred"));
        the_provider().postfix().postsuper({"-h", message.queue_id, "deferred"});
        return message;
    }

    file_descriptor socket_connection()
    {
        file_descriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        const auto path = (the_provider().directory() / "control").string();
        path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
        EXPECT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        return client;
    }
};

TEST_F(control, status_of_an_idle_daemon)
{
    start();
    EXPECT_THAT(ctl({"status"}), AllOf(StartsWith("odmrd "), HasSubstr("\nnobody is online\n"),
                                       HasSubstr("\nnothing waits\n")));
    EXPECT_EQ(ctl({"queue"}).substr(0, 14), "nothing waits\n");
    EXPECT_EQ(ctl({"session", "list"}), "nobody is connected\n");
}

TEST_F(control, status_shows_what_waits)
{
    start_holding();
    the_provider().add_customer("bob", {"example.net"});
    held({"ann@example.org"}, 5000);
    held({"ann@example.org"});
    waiting({"ann@example.org", "ann@example.net"});
    ctl({"reconcile"});
    const json alice = waits("alice");
    EXPECT_EQ(alice.at("messages"), 3);
    EXPECT_EQ(alice.at("held"), 2);
    EXPECT_EQ(alice.at("deferred"), 1);
    EXPECT_GT(alice.at("octets"), 5000);
    EXPECT_EQ(waits("bob").at("messages"), 1);
    EXPECT_THAT(ctl({"status"}), AllOf(HasSubstr("mail for customers who are offline is put on hold\n"),
                                       HasSubstr("\nalice "), HasSubstr("\nbob "), HasSubstr("\n(all) ")));
    const json status = ctl_json({"status"});
    EXPECT_TRUE(status.at("complete"));
    EXPECT_EQ(status.at("holding_trouble"), nullptr);
    EXPECT_GE(status.at("policy").at("held"), 2);
}

TEST_F(control, the_queue_is_listed_oldest_first)
{
    start_holding();
    const sent_message first = held({"ann@example.org"});
    const sent_message second = held({"bob@example.com"});
    const std::string text = ctl({"queue", "alice"});
    EXPECT_THAT(text, StartsWith("QUEUE ID "));
    EXPECT_LT(text.find(first.queue_id), text.find(second.queue_id));
    const json one = ctl_json({"queue", "example.com"});
    ASSERT_THAT(one, SizeIs(1));
    EXPECT_EQ(one.at(0).at("queue_id"), second.queue_id);
    EXPECT_EQ(one.at(0).at("state"), "held");
}

TEST_F(control, a_customer_on_the_line_is_shown_and_can_be_sent_away)
{
    start({.odmr = {stay}});
    const sent_message message = waiting({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(arrives(message, "ann@example.org"));
    ASSERT_TRUE(wait_until([&] { return ctl_json({"session", "list"}).at(0).at("state") == "lingering"; }));
    const json status = ctl_json({"status"});
    ASSERT_THAT(status.at("online"), SizeIs(1));
    EXPECT_EQ(status.at("online").at(0).at("customer"), "alice");
    EXPECT_EQ(status.at("online").at(0).at("delivered"), 1);
    EXPECT_EQ(status.at("online").at(0).at("domains"), (json{"example.com", "example.org"}));
    EXPECT_THAT(ctl({"status"}), HasSubstr("\nalice   127.0.0.1 "));
    EXPECT_THAT(ctl({"session", "end", "alice"}), HasSubstr(" is told to end\n"));
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(wait_until([&] { return ctl_json({"session", "list"}).empty(); }));
    EXPECT_THAT(failure(EX_DATAERR, {"session", "end", "alice"}), HasSubstr("no session"));
}

TEST_F(control, a_session_that_has_not_signed_in_is_ended_by_its_id)
{
    start();
    scripted_customer& customer = connected();
    const json session = ctl_json({"session", "list"}).at(0);
    EXPECT_EQ(session.at("state"), "login");
    EXPECT_EQ(session.at("customer"), nullptr);
    ctl({"session", "end", session.at("id").get<std::string>()});
    EXPECT_THAT(customer.line().read_reply(), StartsWith("421 "));
}

TEST_F(control, mail_is_let_go_by_queue_id_and_by_customer)
{
    start_holding();
    const sent_message first = held({"ann@example.org"});
    const sent_message second = held({"ann@example.com"});
    EXPECT_EQ(ctl({"release", first.queue_id}), "messages let go: 1\n");
    EXPECT_TRUE(comes_to_be(first, "deferred"));
    EXPECT_TRUE(on_hold(second));
    EXPECT_THAT(failure(EX_DATAERR, {"release", "alice", first.queue_id}), HasSubstr(first.queue_id));
    EXPECT_TRUE(on_hold(second));
    EXPECT_EQ(ctl_json({"release", "alice"}), (json{{"asked", 1}, {"let_go", 1}}));
    EXPECT_TRUE(comes_to_be(second, "deferred"));
    EXPECT_EQ(waits("alice").at("deferred"), 2);
}

TEST_F(control, somebody_elses_holds_are_taken_over_when_asked_to)
{
    prepare();
    the_provider().add_customer("probe", {"probe.example"});
    const sent_message ours = kept({"ann@example.org"});
    const sent_message mixed = kept({"ann@example.com", "bob@probe.example"});
    start_odmrd_holding();
    ctl({"reconcile"});
    EXPECT_EQ(waits("alice").at("kept"), 2);
    EXPECT_THAT(ctl({"release", "--adopt", "alice"}),
                StartsWith("messages taken over for customer alice: 1; still on somebody else's hold: 1\n"));
    EXPECT_EQ(waits("alice").at("held"), 1);
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(ours, "ann@example.org"));
    EXPECT_TRUE(on_hold(mixed));
}

TEST_F(control, what_is_taken_over_goes_to_a_customer_on_the_line_at_once)
{
    prepare({.odmr = {stay}});
    the_provider().add_customer("probe", {"probe.example"});
    const sent_message message = kept({"ann@example.org"});
    start_odmrd_holding();
    ctl({"reconcile"});
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(wait_until([&] { return ctl_json({"status"}).at("online").size() == 1; }));
    ctl({"release", "--adopt", "alice"});
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

TEST_F(control, what_an_administrator_deletes_is_gone_after_two_looks)
{
    start_holding();
    const sent_message message{the_provider().postfix().inject({"", {"ann@example.org"}, make_content("x")}),
                               {}};
    ASSERT_TRUE(comes_to_be(message, "hold"));
    EXPECT_EQ(waits("alice").at("held"), 1);
    the_provider().postfix().postsuper({"-d", message.queue_id});
    ctl({"reconcile"});
    EXPECT_THAT(ctl({"reconcile"}), StartsWith("messages that wait for customers: "));
    EXPECT_EQ(waits("alice").at("messages"), 0);
}

TEST_F(control, only_who_may_is_answered)
{
    start();
    auto result = as_nobody({"status"});
    EXPECT_EQ(result.status, EX_NOPERM);
    EXPECT_THAT(result.error, AllOf(HasSubstr("Permission denied"), HasSubstr("control_group is empty")));
    the_provider().set("control_group", "root");
    the_provider().start_odmrd();
    result = as_nobody({"status"});
    EXPECT_EQ(result.status, EX_NOPERM);
    EXPECT_THAT(result.error, HasSubstr("the members of control_group (root) may"));
    the_provider().set("control_group", "nogroup");
    the_provider().start_odmrd();
    result = as_nobody({"status"});
    EXPECT_EQ(result.status, EX_OK) << result.error;
    EXPECT_THAT(result.output, StartsWith("odmrd "));
}

TEST_F(control, the_socket_needs_a_group_that_exists)
{
    prepare({.odmr = {{"control_group", "no-such-group"}}});
    const auto result = run_command(
        {.arguments = {built_program("odmrd"), "--config", the_provider().config_file().string()}});
    EXPECT_EQ(result.status, EX_UNAVAILABLE);
    EXPECT_THAT(result.error, HasSubstr("control_group: there is no group no-such-group"));
}

TEST_F(control, its_folder_is_made_and_the_socket_goes_with_the_daemon)
{
    start();
    const auto folder = the_provider().directory() / "run";
    const auto path = folder / "control";
    the_provider().set("control_socket", path.string());
    the_provider().start_odmrd();
    struct stat made{};
    ASSERT_EQ(::stat(folder.c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 07777U, 0755U);
    ASSERT_EQ(::stat(path.c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 07777U, 0600U);
    the_provider().odmrd().kill_9();
    EXPECT_THAT(failure(EX_UNAVAILABLE, {"status"}), HasSubstr("odmrd does not run"));
    the_provider().start_odmrd();
    EXPECT_THAT(ctl({"status"}), StartsWith("odmrd "));
    EXPECT_EQ(the_provider().odmrd().stop(), 0);
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_THAT(failure(EX_UNAVAILABLE, {"queue", "--json"}), HasSubstr("odmrd does not run"));
    the_provider().set("control_socket", "");
    EXPECT_THAT(failure(EX_CONFIG, {"status"}), HasSubstr("control_socket is empty"));
    the_provider().start_odmrd();
}

TEST_F(control, clients_that_misbehave_disturb_nobody)
{
    start();
    std::vector<file_descriptor> silent;
    for (int i = 0; i < 10; ++i)
        silent.push_back(socket_connection());
    const auto babbler = socket_connection();
    const std::string garbage(1000, '\xff');
    for (int i = 0; i < 2000; ++i)
        if (::send(babbler.get(), garbage.data(), garbage.size(), MSG_NOSIGNAL) < 0)
            break;  // it was thrown out
    EXPECT_THAT(ctl({"status"}), StartsWith("odmrd "));
    for (int i = 0; i < 10; ++i)
        silent.push_back(socket_connection());
    EXPECT_THAT(failure(EX_UNAVAILABLE, {"status"}), HasSubstr("broke off"));
    silent.clear();
    EXPECT_TRUE(wait_until([&] { return the_provider().odmrctl({"status"}).status == EX_OK; }));
}

}  // namespace
}  // namespace odmr::test

// odmrctl check, with a real Postfix: what is configured as the fragments say is right, every single fault is
// found and nothing else, and the line that check proposes mends it.
#include "provider_test.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

#include <nlohmann/json.hpp>

#include <sysexits.h>

#include <chrono>
#include <filesystem>

namespace odmr::test
{
namespace
{

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string ours =
    "check_policy_service { unix:odmr/policy, timeout=10s, try_limit=1, default_action=DUNNO }";

class check : public provider_test
{
protected:
    [[nodiscard]] std::string config(const std::string& name)
    {
        return (the_provider().postfix().config_dir() / name).string();
    }

    /// Every finding; the exit status must say whether there is an error among them.
    [[nodiscard]] json findings()
    {
        const command_result result = the_provider().odmrctl({"check", "--json"});
        json found = json::parse(result.output, nullptr, false);
        EXPECT_TRUE(found.is_array()) << result.output << result.error;
        bool wrong = false;
        for (const json& row : found)
            wrong = wrong || row.at("state") == "error";
        EXPECT_EQ(result.status, wrong ? EX_CONFIG : EX_OK) << result.error;
        return found;
    }

    /// Those that are not ok.
    [[nodiscard]] json faults()
    {
        json wrong = json::array();
        for (const json& row : findings())
            if (row.at("state") != "ok")
                wrong.push_back(row);
        return wrong;
    }

    /// The one and only finding that is not ok.
    [[nodiscard]] json the_fault(const std::string& point, const std::string& state, const std::string& text)
    {
        const json wrong = faults();
        EXPECT_EQ(wrong.size(), 1U) << wrong.dump(2);
        const json row = wrong.empty() ? json::object() : wrong.front();
        EXPECT_EQ(row.value("point", ""), point) << row;
        EXPECT_EQ(row.value("state", ""), state) << row;
        EXPECT_THAT(row.value("text", ""), HasSubstr(text)) << row;
        return row;
    }

    /// The same, and it proposes that line; with the line in its place nothing is wrong any more.
    void mended(const std::string& point, const std::string& state, const std::string& text,
                const std::string& place, const std::string& line)
    {
        const json row = the_fault(point, state, text);
        ASSERT_TRUE(row.contains("fix") && row.at("fix").is_object()) << row;
        EXPECT_EQ(row.at("fix").at("in"), place);
        EXPECT_EQ(row.at("fix").at("line"), line);
        apply(row.at("fix"));
        EXPECT_THAT(faults(), IsEmpty());
    }

    // --- what an administrator does

    /// A line "parameter = value" of main.cf.
    void set_in_main_cf(const std::string& line)
    {
        run_or_throw({{"postconf", "-c", config(""), "-e", line}});
        // Every Postfix program waits until main.cf is some seconds old.
        std::filesystem::last_write_time(
            config("main.cf"), std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    }
    void add_to_master_cf(const std::string& lines)
    {
        write_file(config("master.cf"), read_file(config("master.cf")) + lines + "\n");
    }
    void table(const std::string& name, const std::string& text)
    {
        write_file(config(name), text);
        run_or_throw({{"postmap", "-c", config(""), "hash:" + config(name)}});
    }
    void apply(const json& fix)
    {
        const std::string place = fix.at("in");
        const std::string line = fix.at("line");
        if (place == "main.cf")
            set_in_main_cf(line);
        else if (place == "master.cf")
            add_to_master_cf(line);
        else if (place == "odmr.conf")
            the_provider().set(line.substr(0, line.find(' ')), line.substr(line.find('=') + 2));
        else if (line == "odmrctl maps")
            the_provider().odmrctl_or_throw({"maps"});
        else
            run_or_throw({{"/bin/sh", "-c", line}});
    }
};

TEST_F(check, finds_nothing_wrong_with_the_fragments_as_they_are)
{
    start();
    EXPECT_THAT(faults(), IsEmpty());
    const command_result text = the_provider().odmrctl({"check"});
    EXPECT_EQ(text.status, EX_OK);
    EXPECT_EQ(text.error, "");
    EXPECT_THAT(text.output, HasSubstr("ok       relay_domains: "));
    EXPECT_THAT(text.output, HasSubstr("ok       policy server: odmrd answers on unix:odmr/policy.\n"));
}

TEST_F(check, shows_what_to_write_below_each_point)
{
    start();
    set_in_main_cf("bounce_queue_lifetime = 5d");
    const command_result text = the_provider().odmrctl({"check"});
    EXPECT_EQ(text.status, EX_CONFIG);
    EXPECT_EQ(text.error, "odmrctl: one point is wrong\n");
    EXPECT_THAT(text.output, HasSubstr("\nerror    bounce_queue_lifetime: "));
    EXPECT_THAT(text.output, HasSubstr("\n         main.cf:\n             bounce_queue_lifetime = 14d\n"));
}

TEST_F(check, cannot_look_without_a_configuration)
{
    start();
    the_provider().set("postfix_config_dir", "/nonexistent");
    const command_result result = the_provider().odmrctl({"check"});
    EXPECT_EQ(result.status, EX_UNAVAILABLE);
    EXPECT_EQ(result.output, "");
    EXPECT_THAT(result.error, HasSubstr("postconf"));
}

// --- the policy server

TEST_F(check, finds_a_permit_in_front_of_the_policy_server)
{
    start();
    set_in_main_cf("smtpd_recipient_restrictions = permit_mynetworks, " + ours + ", reject");
    mended("smtpd_recipient_restrictions", "error", "\"permit_mynetworks\" in front", "main.cf",
           "smtpd_recipient_restrictions = " + ours + ", permit_mynetworks, reject");
}

TEST_F(check, finds_that_the_end_of_messages_is_not_asked_about)
{
    start();
    set_in_main_cf("smtpd_end_of_data_restrictions =");
    mended("smtpd_end_of_data_restrictions", "error", "does not ask odmrd", "main.cf",
           "smtpd_end_of_data_restrictions = " + ours);
}

TEST_F(check, finds_a_policy_server_that_is_tried_twice)
{
    start();
    set_in_main_cf(
        "smtpd_recipient_restrictions = check_policy_service "
        "{ unix:odmr/policy, timeout=10s, default_action=DUNNO }");
    mended("check_policy_service", "error", "no try_limit=1", "main.cf",
           "smtpd_recipient_restrictions = " + ours);
}

TEST_F(check, finds_a_wrong_socket_path)
{
    start();
    set_in_main_cf(
        "smtpd_recipient_restrictions = check_policy_service "
        "{ unix:odmr/police, timeout=10s, try_limit=1, default_action=DUNNO }");
    mended("smtpd_recipient_restrictions", "error", "but unix:odmr/police", "main.cf",
           "smtpd_recipient_restrictions = " + ours);
}

TEST_F(check, finds_a_service_with_a_list_of_its_own)
{
    start();
    add_to_master_cf(
        "submission inet n - n - - smtpd\n"
        "    -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject");
    mended("smtpd_recipient_restrictions", "warning", "submission/inet in master.cf does not ask",
           "master.cf",
           "    -o { smtpd_recipient_restrictions = " + ours + ", permit_sasl_authenticated, reject }");
}

TEST_F(check, finds_the_port_of_the_internet_with_a_list_of_its_own)
{
    start();
    add_to_master_cf(
        "smtp inet n - y - - smtpd\n"
        "    -o { smtpd_end_of_data_restrictions = check_client_access static:OK, " +
        ours + " }");
    mended("smtpd_end_of_data_restrictions", "error",
           "smtp/inet in master.cf has \"check_client_access static:OK\"", "master.cf",
           "    -o { smtpd_end_of_data_restrictions = " + ours + ", check_client_access static:OK }");
}

TEST_F(check, finds_that_odmrd_does_not_run)
{
    prepare();
    const json wrong = faults();
    ASSERT_EQ(wrong.size(), 2U) << wrong.dump(2);
    EXPECT_EQ(wrong.at(0).at("point"), "socket_dir");
    EXPECT_EQ(wrong.at(1).at("point"), "policy server");
    EXPECT_THAT(wrong.at(1).at("text"), HasSubstr("odmrd does not run"));
    the_provider().start_odmrd();
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(check, finds_a_folder_that_postfix_cannot_enter)
{
    start();
    const auto folder = the_provider().postfix().queue_dir() / "odmr";
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    const json row = the_fault("socket_dir", "error", folder.string());
    apply(row.at("fix"));
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(check, finds_a_policy_socket_in_a_folder_that_postfix_cannot_enter)
{
    prepare();
    const auto folder = the_provider().directory() / "closed";
    std::filesystem::create_directory(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    the_provider().set("policy_socket", (folder / "policy").string());
    the_provider().start_odmrd();
    for (const char* list : {"smtpd_recipient_restrictions", "smtpd_end_of_data_restrictions"})
        set_in_main_cf(list + (" = check_policy_service { unix:" + folder.string()) +
                       "/policy, timeout=10s, try_limit=1, default_action=DUNNO }");
    const json row = the_fault("policy server", "error", "cannot enter " + folder.string());
    apply(row.at("fix"));
    EXPECT_THAT(faults(), IsEmpty());
}

// --- lifetimes

TEST_F(check, finds_a_queue_lifetime_that_is_too_short)
{
    start();
    set_in_main_cf("maximal_queue_lifetime = 5d");
    mended("maximal_queue_lifetime", "error", "holds no mail for longer than 4d", "main.cf",
           "maximal_queue_lifetime = 14d");
}

TEST_F(check, finds_a_customer_whose_mail_is_held_for_too_long)
{
    start();
    the_provider().odmrctl_or_throw({"customer", "set", "alice", "--hold-time", "20d"});
    set_in_main_cf("bounce_queue_lifetime = 21d");
    mended("maximal_queue_lifetime", "error", "customer alice's hold time is 20d", "main.cf",
           "maximal_queue_lifetime = 21d");
}

// --- domains

TEST_F(check, finds_domains_that_the_tables_do_not_have)
{
    start();
    the_provider().odmrctl_or_throw({"domain", "add", "alice", "example.net"});
    const json wrong = faults();
    ASSERT_EQ(wrong.size(), 3U) << wrong.dump(2);
    EXPECT_EQ(wrong.at(0).at("point"), "relay_domains");
    EXPECT_EQ(wrong.at(1).at("point"), "transport_maps");
    EXPECT_EQ(wrong.at(2).at("point"), "fast_flush_domains");
    for (const json& row : wrong)
        EXPECT_THAT(row.at("text"), HasSubstr("example.net"));
    apply(wrong.front().at("fix"));
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(check, finds_that_a_table_is_not_named)
{
    start();
    set_in_main_cf("transport_maps = inline:{ elsewhere.example=smtp: }");
    mended("transport_maps", "error", "not named here", "main.cf",
           "transport_maps = hash:" + config("odmr/transport") + ", inline:{ elsewhere.example=smtp: }");
}

TEST_F(check, finds_another_table_that_comes_first)
{
    start();
    table("mine", "example.org smtp:[192.0.2.1]\n");
    set_in_main_cf("transport_maps = hash:" + config("mine") + ", hash:" + config("odmr/transport"));
    (void)the_fault("transport_maps", "error", "example.org (to smtp:[192.0.2.1])");
}

TEST_F(check, finds_a_domain_in_two_classes)
{
    start();
    set_in_main_cf("mydestination = $myhostname, Example.com");
    (void)the_fault("mydestination", "error", "mydestination has example.com too");
}

TEST_F(check, finds_that_deferred_mail_cannot_be_flushed)
{
    start();
    set_in_main_cf("fast_flush_domains =");
    mended("fast_flush_domains", "error", "example.com, example.org", "main.cf",
           "fast_flush_domains = $relay_domains");
}

// --- the transport

TEST_F(check, finds_that_the_transport_is_missing)
{
    start();
    std::string text = read_file(config("master.cf"));
    const std::string line = "odmr      unix";
    const std::string lines = text.substr(text.find("\n" + line) + 1);
    write_file(config("master.cf"), text.substr(0, text.size() - lines.size()));
    const json wrong = faults();
    ASSERT_FALSE(wrong.empty());
    EXPECT_EQ(wrong.front().at("point"), "odmr/unix");
    EXPECT_THAT(lines, testing::StartsWith(wrong.front().at("fix").at("line").get<std::string>() + "\n"));
    apply(wrong.front().at("fix"));
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(check, finds_a_transport_with_short_time_limits)
{
    start();
    run_or_throw({{"postconf", "-c", config(""), "-P", "odmr/unix/lmtp_data_done_timeout=600s"}});
    const json row = the_fault("lmtp_data_timeouts", "warning", "lmtp_data_done_timeout is 600s");
    apply(row.at("fix"));
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(check, finds_that_one_customer_could_take_all_processes)
{
    start();
    run_or_throw({{"postconf", "-c", config(""), "-F", "odmr/unix/process_limit=100"}});
    const json row = the_fault("process_limit", "error", "may have 100 processes");
    apply(row.at("fix"));
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(check, finds_a_transport_that_is_deferred)
{
    start();
    set_in_main_cf("defer_transports = odmr");
    mended("defer_transports", "error", "deferred again", "main.cf", "defer_transports = ");
}

// --- what happens to mail behind the policy server

TEST_F(check, finds_aliases_of_a_customers_domain)
{
    start();
    table("aliases", "ann@example.org ann@elsewhere.example\nbob@elsewhere.example bob@other.example\n");
    set_in_main_cf("virtual_alias_maps = hash:" + config("aliases"));
    EXPECT_THAT(the_fault("virtual_alias_maps", "warning", "ann@example.org").value("text", ""),
                testing::Not(HasSubstr("bob@")));
}

TEST_F(check, finds_aliases_of_a_whole_domain_in_a_table_that_cannot_be_listed)
{
    start();
    write_file(config("rewrite"), "/^(.*)@example\\.com$/ $1@elsewhere.example\n");
    set_in_main_cf("recipient_canonical_maps = regexp:" + config("rewrite"));
    (void)the_fault("recipient_canonical_maps", "warning", "@example.com");
}

TEST_F(check, finds_copies_of_a_customers_mail)
{
    start();
    set_in_main_cf("always_bcc = archive@elsewhere.example");
    (void)the_fault("bcc", "warning", "always_bcc is archive@elsewhere.example");
}

TEST_F(check, finds_that_odmrds_account_may_not_see_the_queue)
{
    start();
    the_provider().set("user", "nobody");
    set_in_main_cf("authorized_mailq_users = root, !nobody, static:all");
    mended("authorized_mailq_users", "error", "nobody, who may not list the queue", "main.cf",
           "authorized_mailq_users = nobody, root, !nobody, static:all");
}

}  // namespace
}  // namespace odmr::test

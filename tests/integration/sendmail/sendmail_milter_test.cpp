// odmr-milter with the real Sendmail, by sendmail/odmr.m4: refusals in odmrd's own words, notice of what
// arrives, and whatever dies or hangs, mail goes on.
#include "protocol/policy.hpp"
#include "support/child_process.hpp"
#include "support/connection.hpp"
#include "support/listener.hpp"
#include "support/odmr_milter_process.hpp"
#include "support/odmrd_process.hpp"
#include "support/private_sendmail.hpp"
#include "support/smtp_sink.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <iostream>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace odmr::test
{
namespace
{

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* accepted = "250 2.1.5 ";

/// A reply of odmrd as Sendmail passes it on: with the recipient between the codes and the text.
struct refusal {
    std::string codes;
    std::string text;

    [[nodiscard]] std::string of(const std::string& recipient) const
    {
        return codes + " <" + recipient + ">... " + text;
    }
};

const refusal unknown{"550 5.1.1", "No such recipient here"};
const refusal disabled{"450 4.2.1", "This domain takes no mail at present"};
/// Sendmail leaves the recipient out of a 452.
constexpr const char* full = "452 4.2.2 Too much mail waits for this domain already";

/// In the place of odmrd: remembers what it is asked and gives one answer to everything.
class recorded_policy
{
public:
    explicit recorded_policy(const std::filesystem::path& path, std::string action = "DUNNO")
        : listener_(path), action_(std::move(action)), thread_([this] { serve(); })
    {
    }
    ~recorded_policy()
    {
        stopping_ = true;
        thread_.join();
        for (connection& each : lines_)
            each.cancel();
    }
    recorded_policy(const recorded_policy&) = delete;
    recorded_policy& operator=(const recorded_policy&) = delete;

    [[nodiscard]] std::vector<policy_request> asked() const
    {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }
    [[nodiscard]] std::size_t connections() const
    {
        const std::scoped_lock lock(mutex_);
        return lines_.size();
    }

private:
    void serve()
    {
        std::vector<std::jthread> threads;
        while (!stopping_) {
            auto accepted_line = listener_.accept(10ms);
            if (!accepted_line)
                continue;
            const std::scoped_lock lock(mutex_);
            connection& line = lines_.emplace_back(*std::move(accepted_line));
            threads.emplace_back([this, &line] { answer(line); });
        }
        const std::scoped_lock lock(mutex_);
        for (connection& each : lines_)
            each.cancel();
    }

    void answer(connection& line)
    {
        policy_reader reader;
        try {
            for (;;) {
                const policy_reader::result next = reader.next();
                if (next.what == policy_reader::status::incomplete) {
                    reader.append(line.read_some());
                    continue;
                }
                {
                    const std::scoped_lock lock(mutex_);
                    asked_.push_back(next.request);
                }
                line.write("action=" + action_ + "\n\n");
            }
        } catch (const std::runtime_error&) {
            // It is over.
        }
    }

    listener listener_;
    std::string action_;
    mutable std::mutex mutex_;
    std::list<connection> lines_;
    std::vector<policy_request> asked_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

class sendmail_milter : public ::testing::Test
{
protected:
    sendmail_milter()
    {
        config_ = sendmail_.parameters();
        config_["hostname"] = "provider.example.net";
        config_["listen"] = "127.0.0.1:0";
        config_["database"] = (dir_.path() / "customers.db").string();
        config_["policy_socket"] = policy().string();
        config_["control_socket"] = (dir_.path() / "control").string();
        config_["socket_dir"] = (dir_.path() / "sockets").string();
        config_["log_to"] = "stderr";
        config_["log_level"] = "debug";
        sendmail_.set_domains({"example.org", "example.com"});
    }

    // --- programs
    [[nodiscard]] std::filesystem::path policy() const { return dir_.path() / "policy"; }
    void add_alice(const std::vector<std::string>& options = {})
    {
        std::vector<std::string> add{"customer", "add", "alice"};
        add.insert(add.end(), options.begin(), options.end());
        odmrctl(add, "tanstaaftanstaaf\n");
        odmrctl({"domain", "add", "alice", "example.org", "example.com"});
    }
    std::string odmrctl(const std::vector<std::string>& words, const std::string& input = {})
    {
        write_config();
        program command{{built_program("odmrctl"), "--config", config_file().string()}, input};
        command.arguments.insert(command.arguments.end(), words.begin(), words.end());
        return run_or_throw(command);
    }
    void start_odmrd()
    {
        write_config();
        odmrd_.reset();
        odmrd_ = std::make_unique<odmrd_process>(config_file(), 1);
    }
    odmrd_process& odmrd() { return *odmrd_; }
    void start_milter()
    {
        milter_.reset();
        milter_ = std::make_unique<odmr_milter_process>(sendmail_.milter_socket(), policy(),
                                                        std::vector<std::string>{"--timeout", "1s"});
    }
    odmr_milter_process& milter() { return *milter_; }
    void start_all()
    {
        add_alice();
        start_odmrd();
        start_milter();
    }

    // --- mail
    std::string rcpt(const std::string& recipient, const std::string& mail_parameters = "")
    {
        return answer_to_rcpt(sendmail_.port(), recipient, mail_parameters);
    }
    bool comes_to_be(const std::string& recipient, const refusal& answer)
    {
        return wait_until([&] { return rcpt(recipient) == answer.of(recipient); }, 5s);
    }

    bool milter_says(const std::string& text)
    {
        return wait_until([&] { return milter().log().find(text) != std::string::npos; });
    }
    std::string send(const std::vector<std::string>& recipients, const std::string& parameters = {})
    {
        return sendmail_.inject(outgoing_message{"sender@elsewhere.example", recipients,
                                                 make_content("to Sendmail"), parameters});
    }
    /// How long Sendmail takes to accept so many messages, each on a connection of its own.
    milliseconds time_of(int messages)
    {
        const auto begin = clock::now();
        for (int i = 0; i < messages; ++i)
            send({"someone@elsewhere.example"});
        return std::chrono::duration_cast<milliseconds>(clock::now() - begin);
    }
    void list_ann() { odmrctl({"recipients", "example.org", "set", "-"}, "ann\n"); }
    private_sendmail& sendmail() { return sendmail_; }

    void TearDown() override
    {
        if (!HasFailure())
            return;
        std::cerr << "--- Sendmail\n" << sendmail_.log();
        if (odmrd_)
            std::cerr << "--- odmrd\n" << odmrd_->log();
        if (milter_)
            std::cerr << "--- odmr-milter\n" << milter_->log();
    }

private:
    [[nodiscard]] std::filesystem::path config_file() const { return dir_.path() / "odmr.conf"; }
    void write_config() const
    {
        std::string text;
        for (const auto& [key, value] : config_)
            text += key + " = " + value + "\n";
        write_file(config_file(), text);
    }

    temp_dir dir_;
    smtp_sink elsewhere_;
    private_sendmail sendmail_{dir_.path(), elsewhere_.port()};
    std::map<std::string, std::string> config_;
    std::unique_ptr<odmrd_process> odmrd_;
    std::unique_ptr<odmr_milter_process> milter_;
};

// ---- what it says

TEST_F(sendmail_milter, refuses_recipients_in_the_words_of_odmrd)
{
    start_all();
    EXPECT_THAT(rcpt("bob@example.org"), StartsWith(accepted));
    list_ann();
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    EXPECT_EQ(rcpt("bob@example.org"), unknown.of("bob@example.org"));
    for (const char* known : {"ann@example.org", "ANN@Example.ORG", "ann+lists@example.org",
                              "postmaster@example.org", "\"ann\"@example.org"})
        EXPECT_THAT(rcpt(known), StartsWith(accepted)) << known;
    EXPECT_EQ(rcpt("\"b o b\"@example.org"), unknown.of("\"b o b\"@example.org"));
    EXPECT_THAT(rcpt("bob@elsewhere.example"), StartsWith(accepted));
    odmrctl({"customer", "disable", "alice"});
    EXPECT_TRUE(comes_to_be("ann@example.org", disabled));
    EXPECT_EQ(rcpt("ann@example.org"), disabled.of("ann@example.org"));
}

TEST_F(sendmail_milter, a_customer_for_whom_too_much_waits_gets_no_more)
{
    add_alice({"--max-size", "100K"});
    start_odmrd();
    start_milter();
    EXPECT_THAT(rcpt("ann@example.org", "SIZE=1000"), StartsWith(accepted));
    EXPECT_EQ(rcpt("ann@example.org", "SIZE=200000"), full);
}

TEST_F(sendmail_milter, a_refused_recipient_does_not_keep_the_others_from_their_mail)
{
    start_all();
    list_ann();
    ASSERT_TRUE(comes_to_be("bob@example.org", unknown));
    smtp_sender sender(sendmail().port());
    sender.must("MAIL FROM:<sender@elsewhere.example>");
    sender.must("RCPT TO:<ann@example.org>");
    EXPECT_EQ(sender.say("RCPT TO:<bob@example.org>"), unknown.of("bob@example.org"));
    sender.must("DATA", '3');
    EXPECT_THAT(sender.content(make_content("two")), StartsWith("250 2.0.0 "));
    const auto queue = sendmail().queue();
    ASSERT_EQ(queue.size(), 1U);
    ASSERT_EQ(queue.front().recipients.size(), 1U);
    EXPECT_EQ(queue.front().recipients.front().address, "ann@example.org");
}

TEST_F(sendmail_milter, odmrd_hears_of_what_arrives)
{
    start_all();
    send({"ann@example.org"});
    send({"ann@example.com", "someone@elsewhere.example"});
    send({"someone@elsewhere.example"});
    EXPECT_THAT(odmrctl({"status"}), HasSubstr("0 held, 2 not"));
}

TEST_F(sendmail_milter, the_questions_are_those_postfix_would_ask)
{
    const recorded_policy asked(policy());
    start_milter();
    const outgoing_message message{"sender@elsewhere.example",
                                   {"ann@example.org", "someone@elsewhere.example"},
                                   make_content("x", 5'000),
                                   "SIZE=4000"};
    const std::string id = sendmail().inject(message);
    const auto questions = asked.asked();
    ASSERT_EQ(questions.size(), 3U);
    for (const policy_request& each : questions) {
        EXPECT_EQ(each.request, "smtpd_access_policy");
        EXPECT_EQ(each.instance, questions.front().instance);
        EXPECT_EQ(each.sender, "sender@elsewhere.example");
    }
    EXPECT_EQ(questions[0].stage, policy_stage::rcpt);
    EXPECT_EQ(questions[0].recipient, "ann@example.org");
    EXPECT_EQ(questions[0].size, 4000U);
    EXPECT_EQ(questions[1].recipient, "someone@elsewhere.example");
    EXPECT_EQ(questions[2].stage, policy_stage::end_of_message);
    EXPECT_EQ(questions[2].queue_id, id);
    EXPECT_EQ(questions[2].recipient_count, 2U);
    EXPECT_EQ(questions[2].recipient, "");
    // Sendmail keeps lines without CR.
    EXPECT_GT(questions[2].size, 4500U);
    EXPECT_LE(questions[2].size, message.content.size());
    send({"ann@example.org"});
    EXPECT_NE(asked.asked().back().instance, questions.front().instance);
    EXPECT_EQ(asked.connections(), 1U) << "it is used again";
}

TEST_F(sendmail_milter, a_percent_sign_in_a_reply_is_one)
{
    const recorded_policy refuses(policy(), "550 5.7.1 100% not wanted: %s %n");
    start_milter();
    EXPECT_EQ(rcpt("ann@example.org"), "550 5.7.1 <ann@example.org>... 100% not wanted: %s %n");
}

// ---- what dies and hangs

TEST_F(sendmail_milter, without_odmrd_mail_is_accepted_at_full_speed)
{
    start_all();
    time_of(1);
    odmrd().kill_9();
    EXPECT_LT(time_of(50), 10s);
    EXPECT_TRUE(milter_says("odmrd-does-not-answer"));
    start_odmrd();
    list_ann();
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    EXPECT_TRUE(milter_says("odmrd-answers-again"));
}

TEST_F(sendmail_milter, an_odmrd_that_does_not_answer_delays_mail_once_in_a_while)
{
    start_all();
    time_of(1);
    odmrd().pause();
    const milliseconds first = time_of(1);
    EXPECT_GE(first, 900ms) << "somebody must find out";
    EXPECT_LT(first, 10s);
    int slow = 0;
    for (int i = 0; i < 50; ++i)
        slow += time_of(1) >= 900ms ? 1 : 0;
    EXPECT_LE(slow, 5);
    odmrd().resume();
    list_ann();
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
}

TEST_F(sendmail_milter, without_the_milter_mail_is_accepted)
{
    start_all();
    list_ann();
    ASSERT_TRUE(comes_to_be("bob@example.org", unknown));
    smtp_sender sender(sendmail().port());
    milter().kill_9();
    // In a session that had it.
    sender.send({"sender@elsewhere.example", {"someone@elsewhere.example"}, make_content("no milter")});
    EXPECT_LT(time_of(20), 10s);
    start_milter();  // although its socket is still there
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    EXPECT_EQ(milter().stop(), 0);
    EXPECT_FALSE(std::filesystem::exists(sendmail().milter_socket()));
    time_of(1);
}

TEST_F(sendmail_milter, everything_may_be_restarted_in_any_order)
{
    start_all();
    list_ann();
    ASSERT_TRUE(comes_to_be("bob@example.org", unknown));
    sendmail().restart();
    EXPECT_EQ(rcpt("bob@example.org"), unknown.of("bob@example.org"));
    odmrd().stop();
    start_odmrd();
    EXPECT_EQ(rcpt("bob@example.org"), unknown.of("bob@example.org"));
    milter().stop();
    sendmail().restart();
    start_milter();
    EXPECT_EQ(rcpt("bob@example.org"), unknown.of("bob@example.org"));
    EXPECT_THAT(milter().log(), Not(HasSubstr("odmrd-does-not-answer")));
}

}  // namespace
}  // namespace odmr::test

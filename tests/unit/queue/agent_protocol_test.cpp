#include "queue/agent_protocol.hpp"

#include <gtest/gtest.h>

#include <random>

namespace odmr
{
namespace
{

using asked = agent_request::kind;
using said = agent_answer::kind;
using ids = std::vector<std::string>;

struct written_request {
    agent_request request;
    std::string octets;
};

const std::vector<written_request> requests{
    {{asked::wake}, "wake\n"},
    {{asked::wake_flush}, "wake flush\n"},
    {{asked::release, {"08441A86312"}}, "release 1\n08441A86312\n"},
    {{asked::release, {"08441A86312", "4jXH4t0txFz1cBNb"}}, "release 2\n08441A86312\n4jXH4t0txFz1cBNb\n"},
    {{asked::release, {"A", "A", "A", "A", "A", "A", "A", "A", "A", "A"}},
     "release 10\nA\nA\nA\nA\nA\nA\nA\nA\nA\nA\n"},
};

struct written_answer {
    agent_answer answer;
    std::string octets;
};

const std::vector<written_answer> answers{
    {{said::done}, "done 0\n"},
    {{said::done, "", {"08441A86312", "4jXH4t0txFz1cBNb"}}, "done 2\n08441A86312\n4jXH4t0txFz1cBNb\n"},
    {{said::failed, "did not end in time"}, "failed 0 did not end in time\n"},
    {{said::failed, " exited:  1 ", {"A1", "B2"}}, "failed 2  exited:  1 \nA1\nB2\n"},
    {{said::refused, "not a request"}, "refused 0 not a request\n"},
};

TEST(agent_protocol, writes_a_request_and_reads_it_again)
{
    for (const auto& [request, octets] : requests) {
        EXPECT_EQ(encode(request), octets);
        EXPECT_EQ(decode_request(octets), request) << octets;
    }
}

TEST(agent_protocol, writes_an_answer_and_reads_it_again)
{
    for (const auto& [answer, octets] : answers) {
        EXPECT_EQ(encode(answer), octets);
        EXPECT_EQ(decode_answer(octets), answer) << octets;
    }
}

TEST(agent_protocol, reads_nothing_from_a_message_cut_off_at_any_octet)
{
    for (const auto& [request, octets] : requests)
        for (std::size_t size = 0; size < octets.size(); ++size)
            EXPECT_EQ(decode_request(octets.substr(0, size)), std::nullopt) << octets << size;
    for (const auto& [answer, octets] : answers)
        for (std::size_t size = 0; size < octets.size(); ++size)
            EXPECT_EQ(decode_answer(octets.substr(0, size)), std::nullopt) << octets << size;
}

TEST(agent_protocol, reads_nothing_from_a_message_with_anything_behind_or_before_it)
{
    for (const auto& [request, octets] : requests)
        for (int c = 0; c < 256; ++c) {
            EXPECT_EQ(decode_request(octets + static_cast<char>(c)), std::nullopt) << octets << c;
            EXPECT_EQ(decode_request(static_cast<char>(c) + octets), std::nullopt) << octets << c;
        }
    EXPECT_EQ(decode_request(requests[2].octets + requests[2].octets), std::nullopt);
}

TEST(agent_protocol, reads_from_a_message_with_any_octet_changed_only_what_would_be_written_so)
{
    for (const auto& [request, octets] : requests)
        for (std::size_t i = 0; i < octets.size(); ++i)
            for (int c = 0; c < 256; ++c) {
                std::string changed = octets;
                changed[i] = static_cast<char>(c);
                if (const auto read = decode_request(changed)) {
                    EXPECT_EQ(encode(*read), changed);
                }
            }
}

TEST(agent_protocol, reads_nothing_from_what_is_no_request)
{
    for (const std::string octets : {
             "",
             "\n",
             "hold 1\nA\n",
             "Wake\n",
             "wake \n",
             "wake\r\n",
             "wake  flush\n",
             "wake flush F\n",
             "wake\nwake\n",
             "release\nA\n",
             "release 0\n",
             "release 00\n",
             "release 01\nA\n",
             "release +1\nA\n",
             "release -1\nA\n",
             "release 1 \nA\n",
             "release 1\n",
             "release 1\n\n",
             "release 1\nA\nB\n",
             "release 2\nA\n",
             "release 2\nA\n\n",
             "release 1\nA \n",
             "release 1\n A\n",
             "release 1\nA\r\n",
             "release 1\n-\n",
             "release 1\n--\n",
             "release 1\n-r\n",
             "release 1\n../x\n",
             "release 1\nA/B\n",
             "release 1\nA.B\n",
             "release 1\nA_B\n",
             "release 1\n\xc3\xa4\n",
             "release 18446744073709551617\nA\n",
             "release\t1\nA\n",
         })
        EXPECT_EQ(decode_request(octets), std::nullopt) << octets;
    EXPECT_EQ(decode_request(std::string("release 1\nA\0B\n", 14)), std::nullopt);
}

TEST(agent_protocol, reads_nothing_from_what_is_no_answer)
{
    for (const std::string octets :
         {"", "\n", "done\n", "done 0 \n", "done 0 why\n", "done 1\n", "failed 0\n", "failed 0 \n",
          "failed x y\n", "failed 0 a\tb\n", "failed 0 \xc3\xa4\n", "refused 1 no\nA\n", "refused no\n",
          "held 0\n", "done 1\n../x\n"})
        EXPECT_EQ(decode_answer(octets), std::nullopt) << octets;
}

TEST(agent_protocol, bounds_the_number_of_ids_and_their_length)
{
    const std::string longest(max_agent_id, 'F');
    const agent_request most{asked::release, ids(max_ids_in_message, longest)};
    EXPECT_EQ(decode_request(encode(most)), most);
    EXPECT_LE(encode(most).size(), max_agent_message);

    const agent_answer fullest{said::failed, std::string(max_agent_reason, 'x'), most.ids};
    EXPECT_EQ(decode_answer(encode(fullest)), fullest);
    EXPECT_LE(encode(fullest).size(), max_agent_message);

    EXPECT_EQ(decode_request(encode({asked::release, ids(max_ids_in_message + 1, "A")})), std::nullopt);
    EXPECT_EQ(decode_request(encode({asked::release, {longest + 'F'}})), std::nullopt);
    EXPECT_EQ(decode_answer(encode({said::done, "", ids(max_ids_in_message + 1, "A")})), std::nullopt);
}

TEST(agent_protocol, an_id_cannot_smuggle_another_into_a_request)
{
    EXPECT_EQ(decode_request(encode({asked::release, {"A\nB"}})), std::nullopt);
    EXPECT_EQ(decode_request(encode({asked::release, {""}})), std::nullopt);
    EXPECT_EQ(decode_request(encode({asked::release, {}})), std::nullopt);
}

TEST(agent_protocol, writes_any_reason_as_one_line_of_ascii)
{
    const auto reason_read = [](const std::string& reason) {
        const auto read = decode_answer(encode({said::failed, reason, {"A"}}));
        return read ? read->reason : "(not read)";
    };
    EXPECT_EQ(reason_read("a\nb\r\tc\x7f\xc3"), "a?b??c??");
    EXPECT_EQ(reason_read(""), "unknown");
    EXPECT_EQ(reason_read(std::string(10'000, 'x')), std::string(max_agent_reason, 'x'));
}

TEST(agent_protocol, knows_plain_ids)
{
    EXPECT_TRUE(plain_id("0"));
    EXPECT_TRUE(plain_id(std::string(max_agent_id, 'z')));
    EXPECT_FALSE(plain_id(std::string(max_agent_id + 1, 'z')));
    for (const std::string id : {"", "-", " A", "A ", "A\n", "a.b", "a/b", "\xff"})
        EXPECT_FALSE(plain_id(id)) << id;
}

TEST(agent_protocol, survives_random_octets)
{
    std::mt19937 random(2645);
    const std::string_view alphabet = "release wake flush done failed 0123456789ABCF\n";
    std::uniform_int_distribution<std::size_t> size(0, 40);
    std::uniform_int_distribution<std::size_t> index(0, alphabet.size() - 1);
    for (int i = 0; i < 100'000; ++i) {
        std::string octets(i % 2 == 0 ? "release 1\n" : "");
        for (std::size_t n = size(random); n > 0; --n)
            octets += alphabet[index(random)];
        if (const auto read = decode_request(octets)) {
            EXPECT_EQ(encode(*read), octets);
        }
        if (const auto read = decode_answer(octets)) {
            EXPECT_EQ(encode(*read), octets);
        }
    }
}

}  // namespace
}  // namespace odmr

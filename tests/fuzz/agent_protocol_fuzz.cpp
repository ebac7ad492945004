// Input: a message between the daemon and its queue agent. It is read as a request and as an answer, and a
// request is given to the agent, with commands that watch what reaches them.
#include "fuzz.hpp"
#include "queue/agent_protocol.hpp"
#include "queue/queue_agent.hpp"
#include "queue/queue_commands.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace
{

using namespace odmr;

bool digits_and_capitals(std::string_view id)
{
    return std::all_of(id.begin(), id.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

/// An MTA whose ids have no small letters.
class watching_commands : public queue_commands
{
public:
    int calls = 0;

    [[nodiscard]] bool valid_id(std::string_view id) const override { return digits_and_capitals(id); }

    command_outcome release(const std::vector<std::string>& ids) override
    {
        ++calls;
        fuzz::require(!ids.empty() && ids.size() <= max_ids_in_message, "the number of ids is bounded");
        for (const std::string& id : ids)
            fuzz::require(!id.empty() && id.size() <= max_agent_id && digits_and_capitals(id),
                          "only ids reach a command");
        command_outcome outcome;
        outcome.released = ids;
        return outcome;
    }

    command_outcome wake(bool) override
    {
        ++calls;
        return {};
    }
};

template <class Message>
void check(std::string_view octets, const Message& message)
{
    fuzz::require(octets.size() <= max_agent_message, "a message fits the buffer");
    fuzz::require(encode(message) == octets, "there is one way to write a message");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view octets = fuzz::text_of(data, size);
    const auto request = decode_request(octets);
    const auto answer = decode_answer(octets);
    fuzz::require(!request || !answer, "a request is no answer");
    if (request)
        check(octets, *request);
    if (answer)
        check(octets, *answer);
    if (size <= 200)
        for (std::size_t cut = 0; cut < size && (request || answer); ++cut)
            fuzz::require(!decode_request(octets.substr(0, cut)) && !decode_answer(octets.substr(0, cut)),
                          "what was cut off is no message");

    watching_commands commands;
    const agent_answer given = answer_request(octets, commands);
    const bool obeyed = given.what == agent_answer::kind::done;
    fuzz::require(commands.calls == (obeyed ? 1 : 0), "what is refused reaches no command");
    fuzz::require(!obeyed || request, "only a request is obeyed");
    fuzz::require(decode_answer(encode(given)) == given, "an answer is read as it was meant");
    return 0;
}

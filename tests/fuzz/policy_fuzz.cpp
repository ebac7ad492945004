// Input: an octet for the size of the pieces, then the stream of requests. The stream is the text of an
// answer, too.
#include "fuzz.hpp"
#include "protocol/policy.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace
{

using namespace odmr;
using status = policy_reader::status;

struct event {
    status what;
    policy_request request;

    friend bool operator==(const event&, const event&) = default;
};

void drain(policy_reader& reader, std::vector<event>& seen)
{
    while (true) {
        policy_reader::result result = reader.next();
        if (result.what == status::incomplete)
            return;
        seen.push_back({result.what, std::move(result.request)});
    }
}

void check_request(const policy_request& request)
{
    for (const std::string* text :
         {&request.request, &request.protocol_state, &request.instance, &request.queue_id, &request.sender,
          &request.recipient, &request.client_address}) {
        fuzz::require(text->size() < policy_reader::max_line, "no value is over the limit");
        fuzz::require(text->find_first_of(std::string_view("\n\0", 2)) == std::string::npos,
                      "values are clean");
    }
    fuzz::require(request.stage == policy_stage::other || request.request == "smtpd_access_policy",
                  "other kinds of requests are not understood");
}

void check_answer(const policy_answer& answer)
{
    const std::string wire = answer.wire();
    fuzz::require(wire.starts_with("action=") && wire.find('\n') == wire.size() - 2 && wire.ends_with("\n\n"),
                  "an answer is one attribute");
    fuzz::require(wire.find('\0') == std::string::npos, "without NUL");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view stream = fuzz::text_of(data, size);
    const std::size_t piece_size = fuzz::take_number(stream);

    policy_reader reader;
    std::vector<event> seen;
    reader.append(stream);
    drain(reader, seen);
    for (const event& e : seen) {
        check_request(e.request);
        fuzz::require(e.what == status::request || e.request == policy_request{}, "malformed says nothing");
    }

    for (const fuzz::pieces& pieces : fuzz::splits(stream, piece_size)) {
        policy_reader other;
        std::vector<event> also_seen;
        for (const std::string_view piece : pieces) {
            other.append(piece);
            drain(other, also_seen);
        }
        fuzz::require(also_seen == seen, "the same at every split");
        fuzz::require(other.in_request() == reader.in_request(), "begun or not at every split");
    }

    check_answer(policy_answer::hold(stream));
    check_answer(policy_answer::refuse(reply(450, "4.2.1", stream)));
    return 0;
}

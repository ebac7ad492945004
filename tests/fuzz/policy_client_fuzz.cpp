// Input: an octet for the size of the pieces, then the stream of answers. The stream is the values of a
// question, too.
#include "fuzz.hpp"
#include "protocol/policy_client.hpp"

#include <string>
#include <string_view>

namespace
{

using namespace odmr;
using status = policy_answer_reader::status;

void check_verdict(const policy_verdict& verdict)
{
    using action = policy_verdict::action;
    const reply& answer = verdict.answer;
    fuzz::require((verdict.what == action::refuse) == (answer.transient() || answer.permanent()),
                  "a refusal has a reply, and nothing else has");
    fuzz::require(answer.lines.size() <= 1, "of one line");
    fuzz::require(verdict.what == action::hold || verdict.reason.empty(), "only a hold has a reason");
}

void check_question(std::string_view text)
{
    policy_request asked;
    asked.request = "smtpd_access_policy";
    asked.instance = "1";
    asked.recipient = text;
    asked.size = text.size();
    const auto wire = format_policy_request(asked);
    if (!wire)
        return;
    policy_reader reader;
    reader.append(*wire);
    const auto read = reader.next();
    fuzz::require(read.what == policy_reader::status::request && read.request.recipient == text &&
                      read.request.size == text.size() && !reader.in_request(),
                  "what is asked is what is read");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view stream = fuzz::text_of(data, size);
    const std::size_t piece_size = fuzz::take_number(stream);
    check_question(stream);
    check_verdict(parse_policy_action(stream));

    policy_answer_reader reader;
    const status whole = reader.append(stream);
    policy_verdict verdict;
    if (whole == status::answer)
        check_verdict(verdict = reader.take());

    for (const fuzz::pieces& pieces : fuzz::splits(stream, piece_size)) {
        policy_answer_reader other;
        status now = status::incomplete;
        for (const std::string_view piece : pieces)
            if (now == status::incomplete)
                now = other.append(piece);
        // What comes behind an answer that was whole already is another matter.
        if (whole == status::answer)
            fuzz::require(now == whole && other.take() == verdict, "the same at every split");
        else if (whole == status::incomplete)
            fuzz::require(now == whole, "incomplete at every split");
    }
    return 0;
}

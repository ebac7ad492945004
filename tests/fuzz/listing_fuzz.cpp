// Input: an octet for the size of the pieces, then what `sendmail -bp` prints.
#include "fuzz.hpp"
#include "sendmail/queue_listing.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace
{

using namespace odmr;
using namespace odmr::sendmail;

struct result {
    std::vector<queued_message> messages;
    bool whole = false;

    friend bool operator==(const result&, const result&) = default;
};

result read_listing(const fuzz::pieces& pieces)
{
    result seen;
    listing_reader reader([&](const queued_message& message) { seen.messages.push_back(message); });
    for (const std::string_view piece : pieces)
        reader.take(piece);
    seen.whole = reader.finish();
    return seen;
}

void check_text(const std::string& text)
{
    fuzz::require(text.size() <= listing_reader::max_line, "no text is longer than a line");
    fuzz::require(text.find('\n') == std::string::npos, "no text is more than a line");
}

void check_recipient(const queued_recipient& recipient)
{
    check_text(recipient.address);
    check_text(recipient.status);
    const shown_domain domain = domain_of(recipient);
    fuzz::require(domain.name.size() <= recipient.address.size(), "a domain is part of its address");
    fuzz::require(domain.name.find('@') == std::string::npos, "what follows the last @ is the domain");
    fuzz::require(domain.may_be(domain.name), "a domain is itself");
    fuzz::require(domain.cut == domain.may_be(domain.name + ".x"), "only a cut domain may be longer");
}

void check_message(const queued_message& message)
{
    fuzz::require(message.queue_id.size() >= 8, "there is an id");
    fuzz::require(message.recipients.size() <= listing_reader::max_recipients, "recipients are bounded");
    for (const std::string& text : {message.queue_id, message.arrival, message.sender, message.status})
        check_text(text);
    for (const queued_recipient& recipient : message.recipients)
        check_recipient(recipient);
    const std::chrono::sys_seconds now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
    const auto arrived = time_of(message.arrival, now);
    fuzz::require(!arrived || *arrived <= now + std::chrono::days(1), "nothing has arrived in the future");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view text = fuzz::text_of(data, size);
    const std::size_t piece_size = fuzz::take_number(text);
    const result seen = read_listing({text});
    for (const fuzz::pieces& pieces : fuzz::splits(text, piece_size))
        fuzz::require(read_listing(pieces) == seen, "the same at every split");
    for (const queued_message& message : seen.messages)
        check_message(message);
    return 0;
}

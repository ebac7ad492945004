#include "protocol/transaction.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace odmr
{

void content_buffer::consume(std::size_t n)
{
    assert(n <= size());
    begin_ += n;
    if (begin_ == octets_.size()) {
        octets_.clear();
        begin_ = 0;
    } else if (begin_ > octets_.size() / 2) {  // at least as much goes as is moved: linear over all
        octets_.erase(0, begin_);
        begin_ = 0;
    }
}

void transaction::add_recipient(address path, esmtp_parameters given)
{
    recipients.push_back({std::move(path), std::move(given), std::nullopt});
    ++open_;
}

void transaction::settle(std::size_t index, const reply& outcome)
{
    assert(index < recipients.size());
    if (recipients[index].outcome)
        return;
    recipients[index].outcome = outcome;
    if (--open_ == 0)
        notify();
}

void transaction::settle_open(const reply& outcome)
{
    for (std::size_t i = 0; i < recipients.size(); ++i)
        settle(i, outcome);
}

void transaction::abandon()
{
    abandoned_ = true;
}

std::uint64_t known_size(const transaction& message)
{
    const esmtp_parameter* size = find_parameter(message.parameters, "SIZE");
    const std::uint64_t declared =
        size != nullptr && size->value ? parse_number(*size->value).value_or(0) : 0;
    return std::max<std::uint64_t>(declared, message.content.size());
}

}  // namespace odmr

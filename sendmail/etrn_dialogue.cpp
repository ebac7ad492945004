#include "sendmail/etrn_dialogue.hpp"

#include "protocol/address.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace odmr::sendmail
{

etrn_dialogue::etrn_dialogue(std::string name, const std::vector<std::string>& domains)
    : name_(std::move(name))
{
    // What is no name must not become a command.
    std::copy_if(domains.begin(), domains.end(), std::back_inserter(domains_), valid_domain);
}

void etrn_dialogue::receive(std::string_view octets)
{
    lines_.append(octets);
    while (!closed()) {
        const auto next = lines_.next();
        if (next.what == line_reader::status::incomplete)
            return;
        if (next.what != line_reader::status::line)
            return fail("the reply is no SMTP reply");
        const auto status = parser_.feed(next.line);
        if (status == reply_parser::status::malformed)
            return fail("the reply is no SMTP reply");
        if (status == reply_parser::status::complete)
            replied(parser_.take());
    }
}

std::string etrn_dialogue::take_output()
{
    return std::exchange(output_, {});
}

void etrn_dialogue::replied(const reply& r)
{
    switch (step_) {
        case step::greeting:
            if (!r.positive())
                return fail(r.text());
            step_ = step::hello;
            output_ = "EHLO " + name_ + "\r\n";
            break;
        case step::hello:
            if (!r.positive())
                return fail(r.text());
            next_domain();
            break;
        case step::domain:
            if (r.code == 421)  // RFC 5321 3.8: the server closes the connection
                return fail(r.text());
            answers_.push_back({domains_.front(), r.positive(), r.text()});
            domains_.pop_front();
            next_domain();
            break;
        case step::quit:
        case step::closed:
            step_ = step::closed;
            break;
    }
}

void etrn_dialogue::next_domain()
{
    step_ = domains_.empty() ? step::quit : step::domain;
    output_ = domains_.empty() ? "QUIT\r\n" : "ETRN " + domains_.front() + "\r\n";
}

void etrn_dialogue::fail(const std::string& why)
{
    if (step_ != step::quit)
        problem_ = why;
    step_ = step::closed;
}

}  // namespace odmr::sendmail

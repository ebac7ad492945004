#include "bench/other_mail.hpp"

#include "support/smtp_sender.hpp"

#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace odmr::bench
{

void other_mail::begin(std::uint16_t postfix_port)
{
    thread_ = std::jthread([this, postfix_port](const std::stop_token& stop) { run(stop, postfix_port); });
}

void other_mail::run(const std::stop_token& stop, std::uint16_t postfix_port)
{
    const std::string content = test::make_content("other mail");
    for (auto due = test::clock::now(); !stop.stop_requested(); due += interval) {
        std::this_thread::sleep_until(due);
        const std::string recipient = "probe" + std::to_string(++next_) + "@elsewhere.example";
        {
            const std::lock_guard lock(mutex_);
            sent_.emplace(recipient, due);
        }
        try {
            test::send_by_smtp(postfix_port, {"sender@elsewhere.example", {recipient}, content});
        } catch (const std::exception& problem) {
            std::cerr << "other mail: " << problem.what() << '\n';  // end() will miss it
            return;
        }
    }
}

void other_mail::arrived(const std::string& recipient)
{
    const std::lock_guard lock(mutex_);
    const auto found = sent_.find(recipient);
    if (found == sent_.end())
        return;  // not one of ours: a benchmark may send more mail elsewhere
    latencies_.push_back(
        std::chrono::duration<double, std::milli>(test::clock::now() - found->second).count());
    sent_.erase(found);
}

std::vector<double> other_mail::end()
{
    thread_ = {};
    const auto all_there = [this] {
        const std::lock_guard lock(mutex_);
        return sent_.empty();
    };
    if (!test::wait_until(all_there))
        throw std::runtime_error("other mail does not arrive");
    const std::lock_guard lock(mutex_);
    return std::exchange(latencies_, {});
}

}  // namespace odmr::bench

#include "support/mail_stream.hpp"

#include "support/smtp_sender.hpp"

#include <utility>

namespace odmr::test
{

mail_stream::mail_stream(std::uint16_t port, std::vector<std::string> recipients, std::size_t messages)
    : thread_([this, port, to = std::move(recipients), messages] {
          try {
              run(port, to, messages);
          } catch (...) {
              problem_ = std::current_exception();
          }
          ended_ = true;
      })
{
}

void mail_stream::run(std::uint16_t port, const std::vector<std::string>& recipients, std::size_t messages)
{
    smtp_sender sender(port);
    for (std::size_t i = 0; i < messages; ++i) {
        const std::string& recipient = recipients[i % recipients.size()];
        const outgoing_message message{
            "sender@elsewhere.example", {recipient}, make_content("to " + recipient), "BODY=8BITMIME"};
        sent_.emplace_back(queue_id_in(sender.send(message)), message);
    }
}

const std::vector<sent_message>& mail_stream::sent()
{
    if (thread_.joinable())
        thread_.join();
    if (problem_)
        std::rethrow_exception(problem_);
    return sent_;
}

}  // namespace odmr::test

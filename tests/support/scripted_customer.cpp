#include "support/scripted_customer.hpp"

#include "support/sasl_client.hpp"

namespace odmr::test
{

scripted_customer::~scripted_customer()
{
    if (server_)
        server_->cancel();
}

std::string scripted_customer::connect(std::uint16_t port)
{
    line_.emplace(port);
    return read_reply();
}

std::string scripted_customer::connect_tls(std::uint16_t port,
                                           const std::filesystem::path& trusted_certificate)
{
    line_.emplace(port);
    line_->start_tls(trusted_certificate);
    return read_reply();
}

std::string scripted_customer::say(std::string_view line)
{
    log_.sent(line);
    line_->write_line(line);
    return read_reply();
}

std::string scripted_customer::read_reply()
{
    std::string reply = line_->read_reply();
    log_.received(reply);
    return reply;
}

std::string scripted_customer::start_tls(const std::filesystem::path& trusted_certificate)
{
    std::string reply = say("STARTTLS");
    if (reply.starts_with("220"))
        line_->start_tls(trusted_certificate);
    return reply;
}

std::string scripted_customer::authenticate(const std::string& mechanism, const std::string& user,
                                            const std::string& password)
{
    constexpr std::string_view challenge = "334 ";
    sasl_client sasl(mechanism, user, password);
    std::string reply = say("AUTH " + mechanism + (sasl.speaks_first() ? " " + sasl.step("") : ""));
    while (reply.starts_with(challenge))
        reply = say(sasl.step(reply.substr(challenge.size())));
    return reply;
}

void scripted_customer::serve()
{
    server_.emplace(*line_, script_, box_, log_);
    thread_ = std::jthread([this] {
        end_ = server_->run();
        ended_ = true;
    });
}

std::optional<session_end> scripted_customer::wait_for_end(milliseconds limit)
{
    if (!wait_until([this] { return ended_.load(); }, limit))
        return std::nullopt;
    return end_;
}

bool scripted_customer::wait_until_stalled() const
{
    return wait_until([this] { return server_->stalled(); });
}

void scripted_customer::cut()
{
    if (server_) {
        server_->cancel();
        thread_.join();
    }
    line_->reset();
}

}  // namespace odmr::test

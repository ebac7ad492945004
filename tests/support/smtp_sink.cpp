#include "support/smtp_sink.hpp"

#include "support/connection.hpp"
#include "support/smtp_server.hpp"

#include <list>
#include <utility>

namespace odmr::test
{
namespace
{

constexpr milliseconds look_for_stop{50};

}  // namespace

smtp_sink::smtp_sink(server_script script) : script_(std::move(script)), thread_([this] { serve(); }) {}

smtp_sink::smtp_sink(const std::filesystem::path& path, server_script script)
    : script_(std::move(script)), listener_(path), thread_([this] { serve(); })
{
}

smtp_sink::~smtp_sink()
{
    stopping_ = true;
}

void smtp_sink::serve()
{
    std::list<std::jthread> sessions;
    while (!stopping_)
        if (std::optional<file_descriptor> accepted = listener_.accept(look_for_stop))
            sessions.emplace_back(
                [this, line = std::move(*accepted)]() mutable { serve_one(std::move(line)); });
}

void smtp_sink::serve_one(file_descriptor accepted)
{
    connection line(std::move(accepted));
    server_script script = script_;
    smtp_server server(line, script, box_, log_);
    const std::jthread stopper([&](const std::stop_token& done) {
        while (!done.stop_requested() && !stopping_)
            std::this_thread::sleep_for(look_for_stop);
        if (stopping_)
            server.cancel();
    });
    server.run();
}

}  // namespace odmr::test

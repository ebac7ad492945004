// control_session - one odmrctl that asks the daemon something over the control socket.
//
// It sends a line {"command": NAME, "words": [TEXT...]}, and gets lines of JSON: as many rows as the answer
// has, and at last {"done": OBJECT} or {"error": {"kind": KIND, "text": TEXT}}. An answer without such a last
// line was broken off.
#pragma once

#include "net/connection.hpp"
#include "odmrd/control_commands.hpp"

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>

namespace odmr
{

class control_session final : public std::enable_shared_from_this<control_session>, private control_output
{
public:
    struct time_limits {
        std::chrono::steady_clock::duration request = std::chrono::seconds(10);  ///< for the whole line
        std::chrono::steady_clock::duration slice = std::chrono::seconds(30);    ///< for reading 32K or so
    };

    /// Begins to talk. It keeps itself alive until the answer is given.
    static std::shared_ptr<control_session> start(service& all, stream_socket socket, time_limits limits);

private:
    control_session(service& all, stream_socket socket, time_limits limits);

    awaitable<void> run();
    awaitable<nlohmann::ordered_json> answer();
    awaitable<std::string> read_request();
    awaitable<bool> row(nlohmann::ordered_json line) override;
    awaitable<bool> flush();
    void put(const nlohmann::ordered_json& line);

    service& service_;
    time_limits limits_;
    uid_t user_;  ///< who asks, for the log
    std::shared_ptr<connection> connection_;
    std::string output_;
    bool gone_ = false;  ///< nobody reads the answer any more
};

}  // namespace odmr

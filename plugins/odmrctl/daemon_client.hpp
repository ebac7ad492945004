// daemon_client - asks the running odmrd over its control socket. The requests and answers are described in
// odmrd/control_session.hpp.
#pragma once

#include "core/settings.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::ctl
{

class daemon_client
{
public:
    using json = nlohmann::ordered_json;
    using row_handler = std::function<void(const json& row)>;

    static constexpr seconds quick{30};      ///< what is answered from memory
    static constexpr seconds thorough{600};  ///< what the mail system has to work for

    /// Connects. Throws config_error when there is no control socket, no_permission, or std::runtime_error
    /// when odmrd does not run.
    explicit daemon_client(const settings& config);
    ~daemon_client();
    daemon_client(const daemon_client&) = delete;
    daemon_client& operator=(const daemon_client&) = delete;

    /// The one request of this connection: gives each row of the answer to `row` and returns the summary.
    /// patience: how long odmrd may be silent. Throws bad_data when it refuses, std::runtime_error when it
    /// fails.
    json ask(std::string_view command, const std::vector<std::string>& words, const row_handler& row = {},
             seconds patience = quick);

private:
    void send(std::string_view octets) const;
    /// Without its newline.
    std::string read_line();

    int socket_;
    std::string received_;
    std::size_t begin_ = 0;     ///< of what was not taken yet
    std::size_t searched_ = 0;  ///< for a newline, from the beginning
};

}  // namespace odmr::ctl

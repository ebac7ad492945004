// control_commands - what odmrctl can ask of the running daemon. control_commands.cpp is the table of it.
#pragma once

#include "net/asio.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

class service;

using control_words = std::vector<std::string>;

/// A request that is not met; what() says why, for the administrator.
class control_error : public std::runtime_error
{
public:
    enum cause {
        malformed,  ///< it is none of the requests there are
        refused,    ///< what it names does not exist
        failed,     ///< it cannot be met now
    };
    control_error(cause kind, const std::string& reason) : std::runtime_error(reason), cause_(kind) {}
    [[nodiscard]] std::string_view kind() const;

private:
    cause cause_;
};

/// Where the rows of an answer go.
class control_output
{
public:
    virtual ~control_output() = default;
    /// Takes one row. Now and then it waits until the client has read, and lets the daemon go on with other
    /// things meanwhile. False when nobody reads any more.
    virtual awaitable<bool> row(nlohmann::ordered_json line) = 0;
};

struct control_command {
    std::string_view name;
    std::size_t min_words;
    std::size_t max_words;
    bool changes;  ///< something in the mail system or at a customer's; such a request stands in the log
    /// Gives the rows and, as its value, the summary. May throw control_error and database_failure.
    awaitable<nlohmann::ordered_json> (*run)(service& all, control_words words, control_output& out);
};

struct control_request {
    const control_command* command;
    control_words words;
};

/// Throws control_error.
control_request read_control_request(std::string_view line);

}  // namespace odmr

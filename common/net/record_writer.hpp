// record_writer - writes to a connection so that under TLS the last octet of each write travels in a record
// of its own.
//
// Some peers wait until their socket becomes readable and then take one line, whatever else TLS has for them;
// fetchmail does. As long as there is another record in the socket they go on, and what comes with the last
// one, a single octet, they take with the line it ends. docs/decisions/tls-records.md says it at length.
#pragma once

#include "net/connection.hpp"

#include <string_view>

namespace odmr
{

class record_writer
{
public:
    /// The line is under TLS by now, or never will be, and nobody else writes to it from now on.
    explicit record_writer(connection& line) : line_(line), tls_(!line.tls_summary().empty()) {}

    /// As connection::write_all(); the limit is for each of the two parts.
    awaitable<connection::io_result> write_all(std::string_view octets, time_limit limit);

private:
    awaitable<connection::io_result> write_last_apart(std::string_view octets, time_limit limit);
    bool taken_at_once(std::string_view octets);

    connection& line_;
    bool tls_;
    bool inside_line_ = false;  ///< what was written last did not end one
};

}  // namespace odmr

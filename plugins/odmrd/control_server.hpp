// control_server - the socket where odmrctl asks the daemon. Who may use it is a matter of the socket's
// permissions: root, the account the daemon runs as, and the members of control_group.
#pragma once

#include "core/settings.hpp"
#include "net/listener.hpp"

#include <memory>
#include <vector>

namespace odmr
{

class control_session;
class service;

class control_server
{
public:
    /// Makes the socket control_socket names, and its folder when that is missing; this may need root. Throws
    /// std::runtime_error naming the parameter and the reason.
    control_server(const asio::any_io_executor& executor, const settings& config);
    ~control_server();
    control_server(const control_server&) = delete;
    control_server& operator=(const control_server&) = delete;

    /// Requests are answered from now on. `all` must outlive the event loop's work.
    void serve(service& all) { service_ = &all; }

private:
    void accepted(stream_socket socket);

    service* service_ = nullptr;
    std::vector<std::weak_ptr<control_session>> sessions_;
    std::unique_ptr<local_listener> listener_;
};

}  // namespace odmr

#include "odmrd/daemon.hpp"

#include "log/log.hpp"
#include "net/listener.hpp"
#include "odmrd/control_server.hpp"
#include "odmrd/front_session.hpp"
#include "odmrd/mail_system.hpp"
#include "odmrd/policy_session.hpp"
#include "odmrd/service.hpp"
#include "process/open_files.hpp"
#include "process/systemd_notify.hpp"
#include "queue/agent_client.hpp"
#include "queue/queue_agent.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <tuple>

namespace odmr
{

namespace
{

settings with_hostname(settings config)
{
    if (!config.hostname.empty())
        return config;
    std::string name(HOST_NAME_MAX + 1, '\0');
    if (::gethostname(name.data(), name.size()) == 0)
        config.hostname = name.c_str();
    if (config.hostname.empty())
        config.hostname = "localhost";
    return config;
}

/// Everything that needed root is done: become the user of the configuration.
void drop_privileges(const settings& config)
{
    if (config.user.empty() || ::geteuid() != 0)
        return;
    const passwd* user = ::getpwnam(config.user.c_str());
    if (!user)
        throw std::runtime_error("user " + config.user + " does not exist");
    if (::initgroups(config.user.c_str(), user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0 ||
        ::setuid(user->pw_uid) != 0)
        throw std::runtime_error("cannot become user " + config.user + ": " + std::strerror(errno));
}

/// Each customer has a connection and a socket for his domain; the rest are for mail on its way.
void allow_sessions(const settings& config)
{
    constexpr std::uint64_t for_each = 2;
    constexpr std::uint64_t others = 300;
    const std::uint64_t wanted = for_each * config.max_sessions + config.lmtp_connections + others;
    if (const std::size_t limit = raise_open_files(wanted); limit < wanted)
        log::warning("few-open-files", {{"limit", limit},
                                        {"max_sessions", config.max_sessions},
                                        {"wanted", wanted},
                                        {"reason",
                                         "so many sessions may not fit; raise the limit "
                                         "(LimitNOFILE, ulimit -n) or lower max_sessions"}});
}

/// Something has changed that cannot while the daemon runs.
bool needs_restart(const settings& old, const settings& fresh)
{
    const auto fixed = [](const settings& s) {
        return std::tie(s.listen, s.listen_tls, s.user, s.database, s.cram_md5, s.host, s.socket_dir,
                        s.lmtp_socket, s.policy_socket, s.policy_listen, s.control_socket, s.control_group);
    };
    return fixed(fresh) != fixed(old);
}

class daemon_process
{
public:
    /// agent: a socket to the queue agent; -1 when there is none.
    daemon_process(const command_line& line, const settings& config, int agent)
        : line_(line), signals_(io_, SIGTERM, SIGINT, SIGHUP), grace_(io_)
    {
        std::shared_ptr<agent_client> link;
        if (agent >= 0)
            link =
                std::make_shared<agent_client>(io_.get_executor(), agent, 2 * config.queue_command_timeout);
        listen(config);
        prepare_socket_dir(config);
        if (!config.control_socket.empty())
            control_.emplace(io_.get_executor(), config);
        drop_privileges(config);
        listen_for_policy(config.policy_socket);
        service_.emplace(io_.get_executor(), config, std::move(link));
    }

    void run()
    {
        asio::co_spawn(io_, watch_signals(), asio::detached);
        // Without the records of held mail nothing may begin: what keeps them from being read ends run().
        asio::co_spawn(io_, begin(), [](const std::exception_ptr& problem) {
            if (problem)
                std::rethrow_exception(problem);
        });
        if (control_)
            control_->serve(*service_);
        io_.run();
    }

private:
    awaitable<void> begin()
    {
        co_await service_->mta().begin();
        const std::string trouble = service_->mta().holding_trouble();
        log::info("ready",
                  {{"holding", trouble.empty() ? "yes" : "no"}, log::field::when("reason", trouble)});
        systemd_notify("READY=1");
    }

    void listen(const settings& config)
    {
        for (const auto& where : config.listen)
            listen_on(where, front_session::tls_mode::starttls);
        for (const auto& where : config.listen_tls)
            listen_on(where, front_session::tls_mode::implicit);
        for (const auto& where : config.policy_listen) {
            auto made = std::make_unique<tcp_listener>(io_.get_executor(), where, policy_handler());
            const auto real = made->where();
            log::info("policy-listening", {{"address", real.address}, {"port", real.port}});
            listeners_.push_back(std::move(made));
        }
    }

    /// The socket belongs to whom we have become, and so can be removed at the end. Its folder decides who
    /// may connect.
    void listen_for_policy(const std::string& path)
    {
        constexpr unsigned mode = 0666;
        if (path.empty())
            return;
        try {
            policy_socket_ =
                std::make_unique<local_listener>(io_.get_executor(), path, mode, policy_handler());
        } catch (const std::runtime_error& problem) {
            throw std::runtime_error(std::string("policy_socket: ") + problem.what());
        }
        log::info("policy-listening", {{"socket", path}});
    }

    accept_handler policy_handler()
    {
        return [this](stream_socket socket) {
            if (service_ && !stopping_)
                policy_session::start(service_->intake(), std::move(socket));
        };
    }

    void listen_on(const endpoint_setting& where, front_session::tls_mode mode)
    {
        accept_handler accepted = [this, mode](stream_socket socket) {
            if (service_ && !stopping_)
                front_session::start(*service_, std::move(socket), mode);
        };
        auto made = std::make_unique<tcp_listener>(io_.get_executor(), where, std::move(accepted));
        const auto real = made->where();
        log::info("listening", {{"address", real.address},
                                {"port", real.port},
                                {"tls", mode == front_session::tls_mode::implicit ? "yes" : "no"}});
        listeners_.push_back(std::move(made));
    }

    awaitable<void> watch_signals()
    {
        while (!stopping_) {
            const auto [error, number] = co_await signals_.async_wait(nothrow);
            if (error)
                break;
            if (number == SIGHUP)
                reload();
            else
                stopping_ = true;
        }
        co_await shut_down();
    }

    void reload()
    {
        systemd_notify("RELOADING=1");
        try {
            const settings fresh = with_hostname(read_settings(line_));
            const settings& old = service_->config();
            if (needs_restart(old, fresh))
                log::warning("reload", {{"reason",
                                         "listen, listen_tls, user, database, mail_system, socket_dir, "
                                         "lmtp_socket, policy_socket, policy_listen, control_socket and "
                                         "control_group change only with a restart"}});
            log::set_level(fresh.log_level_);
            service_->reload(fresh);
            allow_sessions(fresh);
            log::info("reloaded");
        } catch (const std::exception& problem) {
            log::error("reload-failed", {{"reason", problem.what()}});
        }
        systemd_notify("READY=1");
    }

    /// No mail is lost: what is on the wire is finished within shutdown_grace, everything else stays in the
    /// queue.
    awaitable<void> shut_down()
    {
        systemd_notify("STOPPING=1");
        log::info("stopping", {{"sessions", service_->sessions().count()}});
        listeners_.clear();
        control_.reset();
        policy_socket_.reset();
        for (const auto& s : service_->sessions().all())
            s->stop("the provider shuts down");
        const auto deadline = std::chrono::steady_clock::now() + service_->config().shutdown_grace;
        while (service_->sessions().count() > 0 && std::chrono::steady_clock::now() < deadline) {
            grace_.expires_after(std::chrono::milliseconds(20));
            co_await grace_.async_wait(nothrow);
        }
        for (const auto& s : service_->sessions().all())
            s->abort();
        // LMTP connections still say their 451s: a moment for what is queued to be written.
        grace_.expires_after(std::chrono::milliseconds(100));
        co_await grace_.async_wait(nothrow);
        log::info("stopped");
        io_.stop();
    }

    command_line line_;
    asio::io_context io_{1};
    asio::signal_set signals_;
    asio::steady_timer grace_;
    bool stopping_ = false;
    std::vector<std::unique_ptr<tcp_listener>> listeners_;
    std::optional<control_server> control_;
    std::unique_ptr<local_listener> policy_socket_;
    std::optional<service> service_;
};

}  // namespace

void run_daemon(const command_line& line, const settings& config)
{
    ::signal(SIGPIPE, SIG_IGN);
    ::umask(0027);
    allow_sessions(config);
    const auto agent = fork_queue_agent(config);
    daemon_process process(line, with_hostname(config), agent ? agent->release_socket() : -1);
    process.run();
}

}  // namespace odmr

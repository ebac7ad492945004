// private_postfix - a real Postfix instance of the test's own: configuration, queue and log in one directory,
// SMTP on a port of loopback. It knows nothing of the machine's own Postfix, and any number of them run side
// by side.
//
// Mail for every domain that the odmr maps do not name goes "elsewhere", to an SMTP server on loopback. What
// main.cf and master.cf need for odmr are the fragments in postfix/, as they stand.
#pragma once

#include "support/host_mail_system.hpp"
#include "support/keeper.hpp"
#include "support/listener.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace odmr::test
{

class private_postfix final : public host_mail_system
{
public:
    struct changes {
        std::string main_cf = {};    ///< lines added at the end of main.cf
        std::string master_cf = {};  ///< lines added at the end of master.cf
    };

    /// Starts it below directory, which must not hold one yet. Throws std::runtime_error when it does not
    /// start, and at once when the test does not run as root: Postfix's master program insists on that.
    private_postfix(const std::filesystem::path& directory, std::uint16_t elsewhere_port,
                    const changes& extra);
    private_postfix(const std::filesystem::path& directory, std::uint16_t elsewhere_port,
                    const std::string& extra_main_cf = {})
        : private_postfix(directory, elsewhere_port, changes{.main_cf = extra_main_cf})
    {
    }
    ~private_postfix() override;

    [[nodiscard]] std::filesystem::path config_dir() const { return directory_ / "etc"; }
    [[nodiscard]] std::filesystem::path queue_dir() const { return directory_ / "queue"; }
    [[nodiscard]] std::uint16_t port() const override { return port_.number(); }
    [[nodiscard]] std::map<std::string, std::string> parameters() const override;

    [[nodiscard]] std::string accepted_id(std::string_view reply) const override;

    /// What `postqueue -j` lists.
    [[nodiscard]] std::vector<queued_message> queue() const override;
    /// On hold, or deferred.
    [[nodiscard]] bool at_rest(const queued_message& message) const override;
    /// Tries all of its queue again, as an administrator can (`postqueue -f`).
    void flush() const override;
    void restart() override;
    /// What an administrator does: postsuper(1) with these words.
    void postsuper(const std::vector<std::string>& words) const;
    /// Sets a parameter of main.cf, in force for processes that start from now on.
    void set(const std::string& parameter, const std::string& value) const;

    /// Sets how many delivery processes the transport odmr may have (process_limit in master.cf).
    void set_processes(int limit) const;

    /// How many of its processes are such programs: "lmtp".
    [[nodiscard]] int processes(const std::string& program_name) const;

    [[nodiscard]] std::string log() const override;
    [[nodiscard]] std::vector<std::string> log_of(const std::string& queue_id) const override;
    [[nodiscard]] std::size_t attempts(const std::string& queue_id) const override;

private:
    void write_configuration(std::uint16_t elsewhere_port, const changes& extra) const;
    void start();
    void stop();

    std::filesystem::path directory_;
    reserved_port port_;
    pid_t master_ = 0;
    std::optional<keeper> keeper_;  ///< of the master
};

}  // namespace odmr::test

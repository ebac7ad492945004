// private_sendmail - a real Sendmail of the test's own: configuration, queue, tables and log in one
// directory, SMTP and the control port for ETRN on ports of loopback. It knows nothing of a mail system of
// the machine, and any number of them run side by side.
//
// It is Debian's, unpacked by `./dev deps`, with Debian's own sendmail.mc and our sendmail.mc.fragment as
// they stand. Mail that the mailertable does not give to the mailer odmr goes "elsewhere", to an SMTP server
// on loopback; bounces, too. The odmr.conf that belongs to it is parameters().
//
// It can be two that share the work, as docs/sendmail.md has it: the first takes mail in, and the second,
// which has our sendmail-odmr.mc, hands customers' mail over.
#pragma once

#include "support/host_mail_system.hpp"
#include "support/listener.hpp"
#include "support/sendmail_daemon.hpp"

#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace odmr::test
{

class private_sendmail final : public host_mail_system
{
public:
    /// Starts it below directory, which must not hold one yet. extra_mc: lines of sendmail.mc that stand
    /// behind all others. second_mc: with it there are two, and these are lines of sendmail-odmr.mc, in front
    /// of those that take in odmr.m4. Throws std::runtime_error when it does not start, or is not in
    /// build/sendmail.
    private_sendmail(const std::filesystem::path& directory, std::uint16_t elsewhere_port,
                     const std::string& extra_mc = {},
                     const std::optional<std::string>& second_mc = std::nullopt);

    [[nodiscard]] std::filesystem::path config_dir() const { return directory_ / "mail"; }
    [[nodiscard]] std::filesystem::path config_file() const { return config_dir() / "sendmail.cf"; }
    /// Of the Sendmail that hands customers' mail over: the second, where there are two.
    [[nodiscard]] std::filesystem::path delivering_config_file() const
    {
        return two_ ? config_dir() / "sendmail-odmr.cf" : config_file();
    }
    [[nodiscard]] std::filesystem::path queue_dir() const { return directory_ / "mqueue"; }
    /// Where odmrd must listen for mail, and odmr-milter for Sendmail.
    [[nodiscard]] std::filesystem::path lmtp_socket() const { return directory_ / "run" / "lmtp"; }
    [[nodiscard]] std::filesystem::path milter_socket() const { return directory_ / "run" / "milter"; }
    /// Where odmrd must listen for odmr-milter.
    [[nodiscard]] std::filesystem::path policy_socket() const { return directory_ / "run" / "policy"; }
    /// Programs that are sendmail(8) and makemap(8) of this instance, the first where there are two.
    [[nodiscard]] std::filesystem::path command() const { return directory_ / "bin" / "sendmail"; }
    [[nodiscard]] std::filesystem::path makemap() const { return directory_ / "bin" / "makemap"; }
    [[nodiscard]] std::uint16_t port() const override { return port_.number(); }
    [[nodiscard]] std::uint16_t control_port() const { return control_port_.number(); }
    [[nodiscard]] std::map<std::string, std::string> parameters() const override;

    /// Makes these, and no others, the domains of customers, as `odmrctl maps` does.
    void set_domains(const std::vector<std::string>& domains) const;

    [[nodiscard]] std::string accepted_id(std::string_view reply) const override;

    [[nodiscard]] std::vector<queued_message> queue() const override;
    /// In the queue group of customers' mail, or waiting for another try.
    [[nodiscard]] bool at_rest(const queued_message& message) const override;
    /// A queue run of everything, as it comes by itself once an hour (`sendmail -q`), of both where there are
    /// two. Returns when it is over.
    void flush() const override;
    /// Has it hand over what waits for the domain (ETRN, RFC 1985). Throws std::runtime_error when it
    /// refuses.
    void release(const std::string& domain) const;

    void restart() override;

    [[nodiscard]] std::string log() const override;
    /// The lines of the log that name this message, under the id its sender was told or one it was given
    /// later.
    [[nodiscard]] std::vector<std::string> log_of(const std::string& queue_id) const override;
    [[nodiscard]] std::size_t attempts(const std::string& queue_id) const override;

private:
    [[nodiscard]] std::string moved(std::string mc) const;
    [[nodiscard]] std::string common_mc(std::uint16_t elsewhere_port) const;
    [[nodiscard]] std::string mc_of_first(std::uint16_t elsewhere_port, const std::string& extra_mc) const;
    [[nodiscard]] std::string mc_of_second(std::uint16_t elsewhere_port, const std::string& extra_mc) const;
    void write_configuration(const std::string& name, const std::string& mc) const;
    void write_command(const std::filesystem::path& file, const std::string& command_line) const;
    [[nodiscard]] std::filesystem::path log_file() const { return directory_ / "sendmail.log"; }
    [[nodiscard]] std::vector<std::filesystem::path> config_files() const;
    void start();

    std::filesystem::path directory_;
    reserved_port port_;
    reserved_port submission_port_;
    reserved_port control_port_;
    bool two_;
    std::list<sendmail_daemon> daemons_;
};

}  // namespace odmr::test

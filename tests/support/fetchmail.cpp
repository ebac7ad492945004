#include "support/fetchmail.hpp"

#include "support/temp_dir.hpp"

namespace odmr::test
{

std::string fetchmailrc(const fetchmail_poll& poll)
{
    const std::string tls = poll.trusted_certificate.empty()
                                ? " sslproto \"\""
                                : " ssl sslcertfile \"" + poll.trusted_certificate.string() +
                                      "\" sslcommonname provider.example.net";
    return "poll 127.0.0.1 protocol ODMR service " + std::to_string(poll.odmr_port) +
           " auth cram-md5\n    user \"" + poll.user + "\" password \"" + poll.password + "\"" + tls +
           "\n    fetchdomains " + poll.domains + "\n    smtphost 127.0.0.1/" +
           std::to_string(poll.smtp_port) + "\n";
}

command_result run_fetchmail(const fetchmail_poll& poll)
{
    const temp_dir home;
    const std::filesystem::path file = home.path() / "fetchmailrc";
    write_file(file, fetchmailrc(poll));
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const std::string home_is = home.path().string();
    // As root it would keep its lock file in /run, whatever its home is.
    return run_command(
        {{"fetchmail", "--nodetach", "--nosyslog", "--verbose", "--pidfile", home_is + "/fetchmail.pid"},
         {},
         {"FETCHMAILHOME=" + home_is, "HOME=" + home_is, "LC_ALL=C"}},
        2 * patience);
}

}  // namespace odmr::test

#include "support/lmtp_line.hpp"

#include "support/file_descriptor.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace odmr::test
{
namespace
{

connection connect(const std::filesystem::path& path)
{
    file_descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.native().copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        throw std::system_error(errno, std::generic_category(), path.native());
    return connection(std::move(socket));
}

}  // namespace

lmtp_line::lmtp_line(const std::filesystem::path& path) : line_(connect(path))
{
    line_.read_reply();
}

std::string lmtp_line::say(std::string_view command)
{
    line_.write_line(command);
    return line_.read_reply();
}

std::string lmtp_line::begin(const std::string& parameters, const std::string& recipient)
{
    for (const std::string& command :
         {std::string("LHLO mta.example.net"), "MAIL FROM:<a@a.example> " + parameters,
          "RCPT TO:<" + recipient + ">"})
        if (std::string answer = say(command); !answer.starts_with("250"))
            return answer;
    return say("DATA");
}

std::string lmtp_line::content(const std::string& text)
{
    line_.write(text + ".\r\n");
    return line_.read_reply();
}

bool lmtp_line::is_closed()
{
    try {
        return line_.read_until_closed().empty();
    } catch (const peer_silent&) {
        return false;
    }
}

}  // namespace odmr::test

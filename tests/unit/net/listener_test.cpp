// listener: TCP and UNIX listeners accept, name what is wrong, and leave nothing behind.
#include "net/listener.hpp"

#include "on_loop.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/connect.hpp>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>

namespace odmr
{
namespace
{

using test::temp_dir;

TEST(tcp_listener, says_the_port_it_got_and_accepts_there)
{
    asio::io_context io(1);
    int accepted = 0;
    accept_handler count = [&](stream_socket) {
        ++accepted;
        io.stop();
    };
    const tcp_listener listener(io.get_executor(), {"127.0.0.1", 0}, count);
    const auto where = listener.where();
    EXPECT_EQ(where.address, "127.0.0.1");
    EXPECT_NE(where.port, 0);
    asio::ip::tcp::socket client(io);
    client.connect({asio::ip::make_address(where.address), where.port});
    io.run_for(std::chrono::seconds(10));
    EXPECT_EQ(accepted, 1);
}

TEST(tcp_listener, names_address_and_reason_when_the_port_is_taken)
{
    asio::io_context io(1);
    const tcp_listener first(io.get_executor(), {"127.0.0.1", 0}, {});
    try {
        const tcp_listener second(io.get_executor(), first.where(), {});
        FAIL() << "bound twice";
    } catch (const std::runtime_error& problem) {
        EXPECT_NE(std::string(problem.what()).find("127.0.0.1 port " + std::to_string(first.where().port)),
                  std::string::npos);
        EXPECT_NE(std::string(problem.what()).find("in use"), std::string::npos);
    }
}

TEST(local_listener, binds_over_a_dead_socket_with_the_mode_asked_for_and_removes_it_in_the_end)
{
    const temp_dir directory;
    const std::string path = directory.path() / "example.org";
    asio::io_context io(1);
    {
        // What a killed process leaves: a bound name nobody listens on.
        asio::local::stream_protocol::acceptor dead(io);
        dead.open();
        dead.bind(path);
    }
    ASSERT_TRUE(std::filesystem::exists(path));
    int accepted = 0;
    {
        accept_handler count = [&](stream_socket) {
            ++accepted;
            io.stop();
        };
        const local_listener listener(io.get_executor(), path, 0660, count);
        struct stat status{};
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0660U);
        asio::local::stream_protocol::socket client(io);
        client.connect(path);
        io.run_for(std::chrono::seconds(10));
    }
    EXPECT_EQ(accepted, 1);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(local_listener, never_removes_a_file_that_is_no_socket)
{
    const temp_dir directory;
    const std::string path = directory.path() / "example.org";
    test::write_file(path, "precious");
    asio::io_context io(1);
    EXPECT_THROW(local_listener(io.get_executor(), path, 0660, {}), std::runtime_error);
    EXPECT_EQ(test::read_file(path), "precious");
}

TEST(local_listener, names_the_path_that_is_too_long)
{
    const temp_dir directory;
    const std::string path = directory.path() / std::string(200, 'x');
    asio::io_context io(1);
    try {
        const local_listener listener(io.get_executor(), path, 0660, {});
        FAIL() << "bound";
    } catch (const std::runtime_error& problem) {
        EXPECT_NE(std::string(problem.what()).find(path), std::string::npos);
    }
}

}  // namespace
}  // namespace odmr

#include "milter/listening_socket.hpp"

#include "support/listener.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

namespace odmr::milter
{
namespace
{

class listening_socket : public ::testing::Test
{
protected:
    std::string complaint()
    {
        try {
            clear_stale_socket(path.string());
            return "none";
        } catch (const std::runtime_error& problem) {
            return problem.what();
        }
    }

    test::temp_dir directory;
    std::filesystem::path path = directory.path() / "socket";
};

TEST_F(listening_socket, a_socket_nobody_listens_on_is_removed)
{
    EXPECT_EQ(complaint(), "none") << "there is none";
    {
        const test::listener killed(path);
    }
    ASSERT_TRUE(std::filesystem::exists(path));
    EXPECT_EQ(complaint(), "none");
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(listening_socket, one_in_use_is_not)
{
    const test::listener other(path);
    EXPECT_EQ(complaint(), path.string() + " is in use: another program listens there");
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(listening_socket, nor_is_anything_else)
{
    test::write_file(path, "precious");
    EXPECT_EQ(complaint(), path.string() + " exists and is no socket");
    EXPECT_EQ(test::read_file(path), "precious");
    std::filesystem::remove(path);
    std::filesystem::create_symlink(directory.path() / "elsewhere", path);
    EXPECT_EQ(complaint(), path.string() + " exists and is no socket");
}

TEST_F(listening_socket, in_the_end_only_the_own_one_is_removed)
{
    std::optional<test::listener> own(path);
    const socket_remover remover(path.string());
    std::filesystem::rename(path, directory.path() / "other");
    const test::listener successor(path);
    remover.remove();
    EXPECT_TRUE(std::filesystem::exists(path));
    std::filesystem::rename(directory.path() / "other", path);
    remover.remove();
    EXPECT_FALSE(std::filesystem::exists(path));
    socket_remover("").remove();
}

}  // namespace
}  // namespace odmr::milter

// control_client - a daemon's parts in this process, with customers and mail as a test wants them, and
// clients of its control socket.
#pragma once

#include "core/parameters.hpp"
#include "odmrd/control_session.hpp"
#include "odmrd/service.hpp"
#include "support/file_descriptor.hpp"
#include "support/temp_dir.hpp"
#include "support/wait.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sys/socket.h>

#include <array>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace odmr::test
{

class control_test : public ::testing::Test
{
protected:
    using json = nlohmann::json;

    control_test() : all_(io_.get_executor(), configuration(), nullptr) {}

    /// A client's end; what is at the other end answers as soon as the loop runs.
    file_descriptor connect(control_session::time_limits limits = {})
    {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::runtime_error("no socket pair");
        stream_socket socket(io_, asio::generic::stream_protocol(AF_UNIX, 0), ends[0]);
        session_ = control_session::start(all_, std::move(socket), limits);
        return file_descriptor(ends[1]);
    }

    static void say(const file_descriptor& client, const std::string& octets)
    {
        EXPECT_EQ(::send(client.get(), octets.data(), octets.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(octets.size()));
    }

    /// Everything up to the end of the connection.
    std::string hear(const file_descriptor& client)
    {
        std::string heard;
        const bool ended = wait_until_loop([&] {
            std::array<char, 65536> buffer{};
            const auto n = ::recv(client.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (n > 0)
                heard.append(buffer.data(), static_cast<std::size_t>(n));
            return n == 0;
        });
        EXPECT_TRUE(ended);
        return heard;
    }

    /// Runs the loop until that is so.
    template <class Condition>
    bool wait_until_loop(Condition condition)
    {
        const auto end = clock::now() + patience;
        while (!condition()) {
            if (clock::now() > end)
                return false;
            io_.restart();
            io_.run_one_for(milliseconds(1));
            io_.poll();
        }
        return true;
    }

    /// The lines of the answer to such octets.
    std::vector<json> answer(const std::string& octets)
    {
        const auto client = connect();
        say(client, octets);
        std::istringstream heard(hear(client));
        std::vector<json> lines;
        for (std::string line; std::getline(heard, line);)
            lines.push_back(json::parse(line));
        return lines;
    }

    std::vector<json> ask(const std::string& command, const std::vector<std::string>& words = {})
    {
        return answer(json{{"command", command}, {"words", words}}.dump() + "\n");
    }

    /// Why it was not answered.
    std::string error(const std::vector<json>& lines)
    {
        if (lines.size() != 1 || !lines.front().contains("error"))
            return "(no error)";
        return lines.front().at("error").at("kind").get<std::string>() + ": " +
               lines.front().at("error").at("text").get<std::string>();
    }

    asio::io_context io_{1};
    temp_dir directory_;
    service all_;
    std::weak_ptr<control_session> session_;  ///< the last client's

private:
    settings configuration()
    {
        settings config = default_settings();
        config.database = directory_.path() / "customers.db";
        customer_store store(config.database, customer_store::open_mode::create);
        for (const std::string name : {"alice", "bob"}) {
            store.add_customer(name, {}, std::nullopt);
            store.add_domain(name, name + ".example");
        }
        return config;
    }
};

}  // namespace odmr::test

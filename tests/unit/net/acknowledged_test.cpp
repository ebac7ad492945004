// acknowledged: it grows with what reaches the peer's machine, and stands still when that takes no more.
#include "net/acknowledged.hpp"

#include "net/asio.hpp"
#include "support/wait.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <string>

namespace odmr
{
namespace
{

using asio::ip::tcp;

class acknowledged : public ::testing::Test
{
protected:
    acknowledged()
    {
        tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
        near.connect(acceptor.local_endpoint());
        far = acceptor.accept();
    }

    [[nodiscard]] std::uint64_t now() { return octets_acknowledged(near.native_handle()); }

    /// Writes until the kernel has taken nothing for a while; returns how much it took.
    std::size_t fill()
    {
        near.non_blocking(true);
        const std::string block(64 * 1024, 'x');
        std::size_t taken = 0;
        error_code error;
        for (int full = 0; full < 1000;) {
            taken += near.write_some(asio::buffer(block), error);
            full = error ? full + 1 : 0;
        }
        return taken;
    }

    asio::io_context io{1};
    tcp::socket near{io};
    tcp::socket far{io};
};

TEST_F(acknowledged, counts_what_has_arrived)
{
    const std::uint64_t before = now();
    asio::write(near, asio::buffer(std::string(1000, 'x')));
    std::string got(1000, '\0');
    asio::read(far, asio::buffer(got));
    EXPECT_TRUE(test::wait_until([&] { return now() == before + 1000; })) << now() - before;
}

TEST_F(acknowledged, stands_still_when_the_peer_does_not_read_and_goes_on_when_it_does)
{
    std::string rest(fill(), '\0');
    const std::uint64_t full = now();
    EXPECT_LT(full, rest.size());  // the kernel holds the rest
    EXPECT_EQ(fill(), 0U);
    EXPECT_EQ(now(), full);
    asio::read(far, asio::buffer(rest));
    EXPECT_GT(now(), full);
}

TEST(acknowledged_elsewhere, is_0_where_the_kernel_does_not_say)
{
    asio::io_context io{1};
    asio::local::stream_protocol::socket near(io);
    asio::local::stream_protocol::socket far(io);
    asio::local::connect_pair(near, far);
    asio::write(near, asio::buffer(std::string("x")));
    EXPECT_EQ(octets_acknowledged(near.native_handle()), 0U);
    EXPECT_EQ(octets_acknowledged(-1), 0U);
}

}  // namespace
}  // namespace odmr

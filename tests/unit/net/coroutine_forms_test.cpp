// The forms of co_await this project uses, run under the sanitizers so that a compiler that miscompiles one
// is found here and not in a session. docs/decisions/coroutines.md tells which forms GCC 12 gets wrong.
#include "on_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{
namespace
{

const std::string long_text(100, 'x');  // allocated: a double free would show

struct parcel {
    int code = 0;
    std::string text;
};

awaitable<int> step(int n)
{
    auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    co_return n;
}

awaitable<std::size_t> by_value(std::string text)
{
    co_await step(0);
    co_return text.size();
}

awaitable<std::size_t> by_view(std::string_view text)
{
    co_await step(0);
    co_return text.size();
}

awaitable<parcel> pass_on(parcel p)
{
    co_await step(0);
    co_return p;
}

awaitable<std::optional<std::string>> next_line(int& left)
{
    co_await step(0);
    std::optional<std::string> line;
    if (left-- > 0)
        line = long_text;
    co_return line;
}

awaitable<void> own(std::unique_ptr<int> owned, int& sum)
{
    sum += co_await step(*owned);
}

TEST(coroutine_forms, named_values_are_moved_in_and_come_back_whole)
{
    asio::io_context io(1);
    const auto work = []() -> awaitable<void> {
        parcel sent{250, long_text};
        const parcel back = co_await pass_on(std::move(sent));
        EXPECT_EQ(back.code, 250);
        EXPECT_EQ(back.text, long_text);
    };
    test::on_loop(io, work());
}

TEST(coroutine_forms, string_temporaries_live_as_long_as_the_call)
{
    asio::io_context io(1);
    const auto work = []() -> awaitable<void> {
        const auto joined = co_await by_value("250 " + long_text);
        EXPECT_EQ(joined, 104U);
        const auto seen = co_await by_view(std::string(long_text));
        EXPECT_EQ(seen, 100U);
    };
    test::on_loop(io, work());
}

TEST(coroutine_forms, a_loop_over_optional_results_ends)
{
    asio::io_context io(1);
    int lines = 0;
    const auto work = [&]() -> awaitable<void> {
        int left = 3;
        while (auto line = co_await next_line(left))
            lines += line->size() == 100 ? 1 : 0;
    };
    test::on_loop(io, work());
    EXPECT_EQ(lines, 3);
}

TEST(coroutine_forms, a_spawned_coroutine_owns_its_parameters)
{
    asio::io_context io(1);
    int sum = 0;
    auto owned = std::make_unique<int>(7);
    asio::co_spawn(io, own(std::move(owned), sum), [](const std::exception_ptr&) {});
    io.run();
    EXPECT_EQ(sum, 7);
}

TEST(coroutine_forms, results_are_named_before_they_are_tested)
{
    asio::io_context io(1);
    bool ran = false;
    const auto work = [&]() -> awaitable<void> {
        const auto n = co_await step(1);
        if (n == 1)
            ran = true;
    };
    test::on_loop(io, work());
    EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace odmr

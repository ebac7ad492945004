// What the daemon asks of the database for every message, and how long a large list takes to load.
#include "store/customer_store.hpp"
#include "store/hold_store.hpp"
#include "store/recipient_store.hpp"
#include "support/temp_dir.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace odmr
{
namespace
{

/// A customer with one domain, whose list has as many recipients as asked for.
class one_domain
{
public:
    explicit one_domain(int size)
    {
        customers_.add_customer("bob", {}, std::nullopt);
        customers_.add_domain("bob", "example.org");
        for (int i = 0; i < size; ++i)
            list_.push_back("first" + std::to_string(i * 7919 % size) + ".last");
        recipients_.set_recipients("example.org", list_);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::vector<std::string>& list() const { return list_; }
    recipient_store& recipients() { return recipients_; }

private:
    test::temp_dir directory_;
    std::string path_ = directory_.path() / "customers.db";
    customer_store customers_{path_, customer_store::open_mode::create};
    recipient_store recipients_{path_};
    std::vector<std::string> list_;
};

void load_recipients(benchmark::State& state)
{
    one_domain domain(static_cast<int>(state.range()));
    for (auto _ : state) {
        state.PauseTiming();
        domain.recipients().clear_recipients("example.org");
        state.ResumeTiming();
        domain.recipients().set_recipients("example.org", domain.list());
    }
}
BENCHMARK(load_recipients)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond)->UseRealTime();

void load_recipients_again(benchmark::State& state)
{
    one_domain domain(static_cast<int>(state.range()));
    for (auto _ : state)
        domain.recipients().set_recipients("example.org", domain.list());
}
BENCHMARK(load_recipients_again)->Arg(100'000)->Unit(benchmark::kMillisecond)->UseRealTime();

void clear_recipients(benchmark::State& state)
{
    one_domain domain(static_cast<int>(state.range()));
    for (auto _ : state) {
        domain.recipients().clear_recipients("example.org");
        state.PauseTiming();
        domain.recipients().set_recipients("example.org", domain.list());
        state.ResumeTiming();
    }
}
BENCHMARK(clear_recipients)->Arg(100'000)->Unit(benchmark::kMillisecond)->UseRealTime();

void known_recipient(benchmark::State& state)
{
    one_domain domain(static_cast<int>(state.range()));
    std::size_t next = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(
            domain.recipients().has_recipient("example.org", domain.list()[++next % domain.list().size()]));
}
BENCHMARK(known_recipient)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void unknown_recipient(benchmark::State& state)
{
    one_domain domain(static_cast<int>(state.range()));
    for (auto _ : state)
        benchmark::DoNotOptimize(domain.recipients().has_recipient("example.org", "nobody+extension"));
}
BENCHMARK(unknown_recipient)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void add_hold(benchmark::State& state)
{
    one_domain domain(1);
    hold_store store(domain.path());
    int next = 0;
    for (auto _ : state)
        store.add_hold({"4" + std::to_string(++next) + "ABCDEF", "bob", {}});
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(add_hold)->Unit(benchmark::kMicrosecond)->UseRealTime();

void list_and_remove_holds(benchmark::State& state)
{
    one_domain domain(1);
    hold_store store(domain.path());
    for (auto _ : state) {
        state.PauseTiming();
        for (int i = 0; i < state.range(); ++i)
            store.add_hold({"4" + std::to_string(i) + "ABCDEF", "bob", {}});
        state.ResumeTiming();
        std::vector<std::string> ids;
        for (auto& each : store.holds())
            ids.push_back(std::move(each.queue_id));
        store.remove_holds(ids);
    }
}
BENCHMARK(list_and_remove_holds)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace odmr

BENCHMARK_MAIN();

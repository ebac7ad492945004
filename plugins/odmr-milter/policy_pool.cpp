#include "milter/policy_pool.hpp"

#include "log/log.hpp"

#include <string>
#include <utility>

namespace odmr::milter
{

class policy_pool::borrowed_line final : public policy_line
{
public:
    explicit borrowed_line(policy_pool& pool) : pool_(pool), left_(pool.time_limit_) {}

    ~borrowed_line() override
    {
        if (link_)
            pool_.give_back(std::move(link_));
    }

    borrowed_line(const borrowed_line&) = delete;
    borrowed_line& operator=(const borrowed_line&) = delete;

    std::optional<policy_verdict> ask(const policy_request& question) override
    {
        const auto wire = format_policy_request(question);
        if (over_ || !wire || !pool_.may_ask()) {
            give_up();
            return std::nullopt;
        }
        const time_point begin = pool_.now_();
        policy_verdict verdict;
        const outcome how = asked_before_ ? link_->ask(*wire, left_, verdict) : ask_first(*wire, verdict);
        asked_before_ = true;
        left_ -= pool_.now_() - begin;
        pool_.report(how);
        if (how != outcome::answered) {
            link_.reset();
            over_ = true;
            return std::nullopt;
        }
        if (left_ <= duration::zero())
            give_up();
        return verdict;
    }

private:
    outcome ask_first(const std::string& question, policy_verdict& verdict)
    {
        link_ = pool_.take_idle();
        if (link_) {
            const outcome how = link_->ask(question, left_, verdict);
            if (how != outcome::broken)
                return how;
            pool_.drop_idle();
        }
        link_ = pool_.make_();
        return link_->ask(question, left_, verdict);
    }

    /// The link, if it is still good, is the next transaction's.
    void give_up()
    {
        over_ = true;
        if (link_)
            pool_.give_back(std::move(link_));
    }

    policy_pool& pool_;
    std::unique_ptr<policy_link> link_;
    duration left_;
    bool asked_before_ = false;
    bool over_ = false;
};

policy_pool::policy_pool(link_maker make, duration time_limit, steady_time now)
    : make_(std::move(make)), time_limit_(time_limit), now_(std::move(now)), gate_(time_limit)
{
}

std::unique_ptr<policy_line> policy_pool::begin()
{
    return std::make_unique<borrowed_line>(*this);
}

bool policy_pool::may_ask()
{
    const time_point now = now_();
    const std::scoped_lock lock(mutex_);
    return gate_.may_ask(now);
}

std::unique_ptr<policy_link> policy_pool::take_idle()
{
    const std::scoped_lock lock(mutex_);
    if (idle_.empty())
        return nullptr;
    auto link = std::move(idle_.back());
    idle_.pop_back();
    return link;
}

void policy_pool::give_back(std::unique_ptr<policy_link> link)
{
    const std::scoped_lock lock(mutex_);
    if (idle_.size() < max_idle)
        idle_.push_back(std::move(link));
}

void policy_pool::drop_idle()
{
    std::vector<std::unique_ptr<policy_link>> dead;
    const std::scoped_lock lock(mutex_);
    dead.swap(idle_);
}

void policy_pool::report(outcome how)
{
    const time_point now = now_();
    bool changed = false;
    {
        const std::scoped_lock lock(mutex_);
        changed = how == outcome::answered ? gate_.answered() : gate_.failed(how, now);
    }
    if (!changed)
        return;
    if (how == outcome::answered)
        log::info("odmrd-answers-again");
    else
        log::warning("odmrd-does-not-answer",
                     {{"reason", how == outcome::timed_out ? "it is too slow" : "it cannot be reached"},
                      {"mail", "goes on without it"}});
}

}  // namespace odmr::milter

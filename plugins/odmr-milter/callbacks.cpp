#include "milter/callbacks.hpp"

#include "log/log.hpp"
#include "milter/transaction.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::milter
{

namespace
{

policy_pool* the_pool = nullptr;

/// An SMTP session's, from its first MAIL on.
struct session {
    std::optional<transaction> present = {};
};

session* session_of(SMFICTX* context)
{
    return static_cast<session*>(smfi_getpriv(context));
}

/// No two transactions have the same, not even of a predecessor of this process.
std::string new_instance()
{
    static const std::string process =
        std::to_string(::getpid()) + "." +
        std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
    static std::atomic<std::uint64_t> number = 0;
    return process + "." + std::to_string(++number);
}

std::vector<std::string_view> words_of(char** arguments)
{
    std::vector<std::string_view> words;
    for (; arguments != nullptr && *arguments != nullptr; ++arguments)
        words.emplace_back(*arguments);
    return words;
}

std::string_view macro(SMFICTX* context, const char* name)
{
    // libmilter does not write to it, but it says so nowhere.
    const char* const value = smfi_getsymval(context, const_cast<char*>(name));
    return value == nullptr ? "" : value;
}

/// No exception may get into libmilter, which is C: without an answer mail goes on.
template <class Step>
sfsistat guarded(const char* step, sfsistat otherwise, Step run)
{
    try {
        return run();
    } catch (const std::exception& problem) {
        log::error("step-failed", {{"step", step}, {"reason", problem.what()}});
    } catch (...) {
        log::error("step-failed", {{"step", step}});
    }
    return otherwise;
}

sfsistat refuse(SMFICTX* context, const reply& answer)
{
    std::string code = std::to_string(answer.code);
    std::string enhanced = answer.enhanced;
    std::string text = reply_text(answer.lines.empty() ? "" : answer.lines.front());
    if (smfi_setreply(context, code.data(), enhanced.empty() ? nullptr : enhanced.data(), text.data()) !=
        MI_SUCCESS)
        log::warning("reply-not-taken", {{"reply", answer.text()}});
    return answer.transient() ? SMFIS_TEMPFAIL : SMFIS_REJECT;
}

/// Everything that is not needed is not sent: each step would cost the mail system a round trip.
sfsistat on_negotiate(SMFICTX* context, unsigned long offered_actions, unsigned long offered_steps,
                      unsigned long /*unused*/, unsigned long /*unused*/, unsigned long* actions,
                      unsigned long* steps, unsigned long* more, unsigned long* most)
{
    // Without SETSYMLIST among the actions the mail system does not look at the lists.
    *actions = offered_actions & (SMFIF_QUARANTINE | SMFIF_SETSYMLIST);
    // What an old mail system does not offer, libmilter takes care of.
    constexpr unsigned long always = SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOHDRS | SMFIP_NOEOH |
                                     SMFIP_NOBODY | SMFIP_NODATA | SMFIP_NOUNKNOWN;
    *steps = (offered_steps & always) | SMFIP_NR_MAIL;
    *more = 0;
    *most = 0;
    if ((offered_actions & SMFIF_SETSYMLIST) == 0)
        return SMFIS_CONTINUE;
    std::string none;
    std::string at_the_end = "i {msg_size}";
    for (const int step : {SMFIM_CONNECT, SMFIM_HELO, SMFIM_ENVFROM, SMFIM_ENVRCPT, SMFIM_DATA, SMFIM_EOH})
        smfi_setsymlist(context, step, none.data());
    smfi_setsymlist(context, SMFIM_EOM, at_the_end.data());
    return SMFIS_CONTINUE;
}

sfsistat on_mail(SMFICTX* context, char** arguments)
{
    return guarded("MAIL", SMFIS_NOREPLY, [&] {
        session* here = session_of(context);
        if (here == nullptr) {
            auto made = std::make_unique<session>();
            if (smfi_setpriv(context, made.get()) != MI_SUCCESS)
                return SMFIS_NOREPLY;
            here = made.release();  // the context keeps it until on_close()
        }
        here->present.reset();  // its connection is free for the next
        here->present.emplace(the_pool->begin(), new_instance(), words_of(arguments));
        return SMFIS_NOREPLY;
    });
}

sfsistat on_recipient(SMFICTX* context, char** arguments)
{
    return guarded("RCPT", SMFIS_CONTINUE, [&]() -> sfsistat {
        session* const here = session_of(context);
        if (here == nullptr || !here->present || arguments == nullptr || *arguments == nullptr)
            return SMFIS_CONTINUE;
        const policy_verdict verdict = here->present->recipient(*arguments);
        if (verdict.what == policy_verdict::action::refuse)
            return refuse(context, verdict.answer);
        return SMFIS_CONTINUE;
    });
}

sfsistat on_end_of_message(SMFICTX* context)
{
    return guarded("end", SMFIS_CONTINUE, [&]() -> sfsistat {
        session* const here = session_of(context);
        if (here == nullptr || !here->present)
            return SMFIS_CONTINUE;
        const std::string_view queue_id = macro(context, "i");
        const policy_verdict verdict = here->present->end_of_message(queue_id, macro(context, "{msg_size}"));
        here->present.reset();
        if (verdict.what != policy_verdict::action::hold)
            return SMFIS_CONTINUE;
        std::string reason = reply_text(verdict.reason.empty() ? "on hold" : verdict.reason);
        if (smfi_quarantine(context, reason.data()) != MI_SUCCESS)
            log::warning("not-held", {{"queue_id", queue_id}, {"reason", "the mail system refuses to"}});
        return SMFIS_CONTINUE;
    });
}

sfsistat on_abort(SMFICTX* context)
{
    return guarded("abort", SMFIS_CONTINUE, [&] {
        if (session* const here = session_of(context))
            here->present.reset();
        return SMFIS_CONTINUE;
    });
}

sfsistat on_close(SMFICTX* context)
{
    return guarded("close", SMFIS_CONTINUE, [&] {
        const std::unique_ptr<session> here(session_of(context));
        smfi_setpriv(context, nullptr);
        return SMFIS_CONTINUE;
    });
}

}  // namespace

smfiDesc description(policy_pool& pool)
{
    static char name[] = "odmr-milter";
    the_pool = &pool;
    smfiDesc result{};
    result.xxfi_name = static_cast<char*>(name);
    result.xxfi_version = SMFI_VERSION;
    result.xxfi_flags = SMFIF_QUARANTINE;
    result.xxfi_negotiate = on_negotiate;
    result.xxfi_envfrom = on_mail;
    result.xxfi_envrcpt = on_recipient;
    result.xxfi_eom = on_end_of_message;
    result.xxfi_abort = on_abort;
    result.xxfi_close = on_close;
    return result;
}

}  // namespace odmr::milter

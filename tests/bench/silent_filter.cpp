// silent_filter - odmr-milter's steps and macros, as it negotiates them, with a yes to each: what is left of
// a filter's cost when it asks nobody. Usage: bench_silent_filter SOCKET, such as local:/tmp/silent.sock
#include "milter/callbacks.hpp"

#include <sysexits.h>

#include <chrono>
#include <memory>

namespace
{

sfsistat mail(SMFICTX* /*context*/, char** /*arguments*/)
{
    return SMFIS_NOREPLY;
}

sfsistat recipient(SMFICTX* /*context*/, char** /*arguments*/)
{
    return SMFIS_CONTINUE;
}

sfsistat other_step(SMFICTX* /*context*/)
{
    return SMFIS_CONTINUE;
}

}  // namespace

int main(int argc, char** argv)
{
    using namespace odmr::milter;
    if (argc != 2)
        return EX_USAGE;
    policy_pool nobody([] { return std::unique_ptr<policy_link>(); }, std::chrono::seconds(1));
    smfiDesc steps = description(nobody);
    steps.xxfi_envfrom = mail;
    steps.xxfi_envrcpt = recipient;
    steps.xxfi_eom = other_step;
    steps.xxfi_abort = other_step;
    steps.xxfi_close = other_step;
    if (smfi_register(steps) != MI_SUCCESS || smfi_setconn(argv[1]) != MI_SUCCESS)
        return EX_UNAVAILABLE;
    return smfi_main() == MI_SUCCESS ? EX_OK : EX_SOFTWARE;
}

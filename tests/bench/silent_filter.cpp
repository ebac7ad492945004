// silent_filter - a mail filter that takes the steps of odmr-milter and says yes to all of them: what is left
// of a filter's cost when it asks nobody. Usage: bench_silent_filter SOCKET, such as local:/tmp/silent.sock
#include <libmilter/mfapi.h>

#include <sysexits.h>

namespace
{

sfsistat negotiate(SMFICTX* /*context*/, unsigned long /*actions*/, unsigned long offered_steps,
                   unsigned long /*unused*/, unsigned long /*unused*/, unsigned long* actions,
                   unsigned long* steps, unsigned long* more, unsigned long* most)
{
    constexpr unsigned long not_needed = SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOHDRS | SMFIP_NOEOH |
                                         SMFIP_NOBODY | SMFIP_NODATA | SMFIP_NOUNKNOWN;
    *actions = 0;
    *steps = (offered_steps & not_needed) | SMFIP_NR_MAIL;
    *more = 0;
    *most = 0;
    return SMFIS_CONTINUE;
}

sfsistat mail(SMFICTX* /*context*/, char** /*arguments*/)
{
    return SMFIS_NOREPLY;
}

sfsistat recipient(SMFICTX* /*context*/, char** /*arguments*/)
{
    return SMFIS_CONTINUE;
}

sfsistat end_of_message(SMFICTX* /*context*/)
{
    return SMFIS_CONTINUE;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2)
        return EX_USAGE;
    static char name[] = "silent";
    smfiDesc steps{};
    steps.xxfi_name = static_cast<char*>(name);
    steps.xxfi_version = SMFI_VERSION;
    steps.xxfi_negotiate = negotiate;
    steps.xxfi_envfrom = mail;
    steps.xxfi_envrcpt = recipient;
    steps.xxfi_eom = end_of_message;
    if (smfi_register(steps) != MI_SUCCESS || smfi_setconn(argv[1]) != MI_SUCCESS)
        return EX_UNAVAILABLE;
    return smfi_main() == MI_SUCCESS ? EX_OK : EX_SOFTWARE;
}

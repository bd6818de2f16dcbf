/* Identities are values, and a thread has its own: who captures one for another thread copies it.
 */
#include "conformance/host/principal/principal.h"

#include <stdio.h>

static struct principal process = {.level = PRINCIPAL_IMPERSONATE};
static _Thread_local struct principal_thread here;

bool principal_equal(const struct principal *a, const struct principal *b)
{
    return a->account == b->account && a->level == b->level && a->number == b->number;
}

void principal_name(const struct principal *who, char *ret)
{
    static const char *const names[PRINCIPAL_ACCOUNTS] = {
        "LocalSystem", "LocalService", "NetworkService", "PAPKIT\\Administrator", "PAPKIT\\User"};

    if (who->number)
        snprintf(ret, PRINCIPAL_NAME, "%s%u", names[who->account], (unsigned)who->number);
    else
        snprintf(ret, PRINCIPAL_NAME, "%s", names[who->account]);
}

void principal_of_process(enum principal_account account)
{
    process.account = account;
}

struct principal principal_process(void)
{
    return process;
}

struct principal principal_now(void)
{
    return here.acts ? here.as : process;
}

bool principal_acts(void)
{
    return here.acts;
}

void principal_act(const struct principal *as)
{
    here.acts = as != NULL;
    if (as)
        here.as = *as;
}

bool principal_caller(struct principal *ret)
{
    if (here.serves)
        *ret = here.caller;
    return here.serves;
}

struct principal_thread principal_enter(const struct principal *caller)
{
    const struct principal_thread before = here;

    here = (struct principal_thread){.serves = true, .caller = *caller};
    return before;
}

void principal_leave(const struct principal_thread *before)
{
    here = *before;
}

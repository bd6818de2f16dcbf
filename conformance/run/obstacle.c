/* Why a case does not run: what it needs and is not given or not allowed, or what the subject does
 * not claim to offer. */
#include <string.h>

#include "conformance/run/attempt.h"
#include "conformance/run/silence.h"
#include "spcore/base.h"

struct question {
    const struct run_options *options;
    const struct conf_case *conf_case;
    const struct ics *ics; /* NULL: not observed */
    const char *device;    /* NULL: our own simulator */
};

static bool no_server(const struct question *it)
{
    return it->device && !subjects[SUBJECT_SERVER].given(it->options);
}

static bool no_provider(const struct question *it)
{
    return !it->options->of[SUBJECT_PROVIDER].name;
}

/* What a case does with the usual player any player can take part in, as far as its ICS goes. One
 * that does not apply says so. */
static bool wants_another(const struct question *it)
{
    const char *wanted = subject_player(it->conf_case);

    return it->options->player && it->ics && ics_holds(it->ics, it->conf_case->ics) == 1 &&
           strcmp(wanted, it->options->player) != 0 &&
           strcmp(wanted, subjects[subject_of(it->conf_case)].player) != 0;
}

static bool not_ours(const struct question *it)
{
    return it->device != NULL;
}

/* The cases that are judged on our own players know what they have before them. */
static bool anothers(const struct question *it)
{
    return (it->device || it->options->player) && it->ics && it->ics->still_image &&
           !it->options->allow_mtp;
}

static bool not_allowed(const struct question *it)
{
    return it->device && !it->options->destructive;
}

/* A provider cannot write where nobody can; that a device refuses it is a device's case. */
static bool is_read_only(const struct question *it)
{
    return (it->conf_case->needs & CONF_PROVIDER) && it->ics &&
           ics_holds(it->ics, "STORE.READONLY && !STORE.WRITABLE") == 1;
}

static bool no_serial(const struct question *it)
{
    return it->device && !it->options->serial;
}

static bool wrong_serial(const struct question *it)
{
    return it->device && (!it->ics || !it->ics->identity.serial[0] ||
                          strcmp(it->ics->identity.serial, it->options->serial) != 0);
}

const char attempt_anothers[] = "the device is an MTP one, which another driver has on Windows "
                                "(--allow-mtp has the provider drive it)";

/* The first that stands in the way is the one that is said. */
static const struct {
    unsigned needs; /* any of enum conf_need */
    bool (*stands)(const struct question *it);
    enum verdict verdict;
    const char *why;
} obstacles[] = {
    {CONF_WIRE, no_server, VERDICT_NOT_APPLICABLE,
     "speaks USB/IP itself, and there is no server behind usb:"},
    {CONF_PROVIDER, no_provider, VERDICT_NOT_RUN, "no provider given (--provider LIB)"},
    {CONF_CONTROL, not_ours, VERDICT_NOT_APPLICABLE,
     "needs the control socket of our own simulator"},
    {CONF_CONTROL, wants_another, VERDICT_NOT_APPLICABLE,
     "steers a player that the suite has for it (papcheck explain names it)"},
    {CONF_PROVIDER, anothers, VERDICT_NOT_RUN, attempt_anothers},
    {CONF_WRITES, is_read_only, VERDICT_NOT_APPLICABLE,
     "writes, and the device has no storage that can be written"},
    {CONF_WRITES | CONF_FORMATS, not_allowed, VERDICT_NOT_RUN,
     "writes to a device that is not ours (--destructive allows it)"},
    {CONF_FORMATS, no_serial, VERDICT_NOT_RUN,
     "formats a store (--serial with the device's serial number allows it)"},
    {CONF_FORMATS, wrong_serial, VERDICT_NOT_RUN,
     "formats a store, and --serial is not the device's serial number"},
};

const char *attempt_obstacle(const struct run_options *options, const struct ics *ics,
                             const struct conf_case *conf_case, enum verdict *ret_verdict,
                             enum cause *ret_cause)
{
    struct question it = {options, conf_case, ics, options->of[SUBJECT_DEVICE].name};
    int holds;

    for (size_t i = 0; i < ARRAY_SIZE(obstacles); i++) {
        if ((conf_case->needs & obstacles[i].needs) && obstacles[i].stands(&it)) {
            *ret_verdict = obstacles[i].verdict;
            *ret_cause = CAUSE_NEED;
            return obstacles[i].why;
        }
    }
    holds = ics ? ics_holds(ics, conf_case->ics) : 1;
    if (holds == 1 && options->silence && *options->silence->reason) {
        *ret_verdict = VERDICT_NOT_RUN;
        *ret_cause = CAUSE_SILENCE;
        return options->silence->reason;
    }
    if (holds == 1)
        return NULL;
    *ret_verdict = holds ? VERDICT_ERROR : VERDICT_NOT_APPLICABLE;
    *ret_cause = CAUSE_ICS;
    return conf_case->ics; /* the expression that does not hold, or is none */
}

/* Running cases: selection, one attempt of one case in processes of its own, and the verdicts. */
#ifndef CONFORMANCE_RUN_RUN_H
#define CONFORMANCE_RUN_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conformance/case/conf.h"
#include "conformance/catalogue/catalogue.h"
#include "conformance/run/ics.h"

enum run_verdict {
    RUN_PASS,
    RUN_FAIL,
    RUN_INCONCLUSIVE,
    RUN_NOT_APPLICABLE, /* the ICS says so */
    RUN_NOT_RUN,        /* what it needs is not given */
    RUN_ERROR,          /* ours: crash, watchdog, zero checks, failed set-up */
    RUN_VERDICTS
};
extern const char *const run_verdict_names[RUN_VERDICTS];

/* How the note begins that names what a case could not remove from a device. */
#define CONF_LEFT_BEHIND "left on the device: "

/* Every case linked in, sorted by id. */
size_t run_cases(const struct conf_case *const **ret_cases);
const struct conf_case *run_case_find(const char *id); /* with - or _ */
/* AREA-TOPIC-BV-01 of AREA_TOPIC_BV_01. */
void run_case_name(const struct conf_case *conf_case, char *name, size_t size);

struct run_options {
    const char *device;         /* NULL: a papsim of our own a case */
    const char *provider;       /* NULL: libspcore.so beside us, with our own papsim only */
    const char *ics;            /* file; NULL: observed */
    const char *out;            /* folder for evidence */
    const char *serial;         /* of the device that may be formatted */
    const char *const *defects; /* of our own papsim, NULL-terminated */
    const char *provider_defect;
    const char *host_defect;
    const char *papsim; /* path of the program */
    uint64_t seed;
    unsigned jobs;
    unsigned timeout_scale; /* of every watchdog, for slow builds and machines; 0: 1 */
    bool strict, destructive, allow_mtp, fail_fast;
    int stop_fd;         /* becomes readable when the run shall end now; 0: none */
    bool own_provider;   /* provider is ours by default */
    bool quiet_evidence; /* selftest: no capture, evidence removed after */
};

/* One case's outcome. */
struct run_result {
    const struct conf_case *conf_case;
    enum run_verdict verdict;
    char reason[512];
    json_t *rows; /* row → {"pass","fail"}, NULL when nothing was judged */
    json_t *checks, *notes;
    unsigned warnings; /* SHOULD rows that failed without --strict */
    double seconds;
};

struct run {
    struct run_options options;
    const struct catalogue *catalogue;
    struct run_result *results; /* in case order */
    size_t count;
    const struct run_ics *ics; /* observations by player */
    volatile bool interrupted;
};

/* Cases that match any pattern (shell pattern on the id, a row id, or a flow); all without one.
 * -ENOENT with *ret_bad: a pattern that matches nothing. Caller frees *ret_cases. */
int run_select(const struct catalogue *catalogue, const char *const *patterns, size_t pattern_count,
               const struct conf_case ***ret_cases, size_t *ret_count, const char **ret_bad);
/* Keeps the cases whose subject is given: of a device alone, of a provider alone, or both. */
size_t run_keep_subjects(const struct run_options *options, const struct conf_case **cases,
                         size_t count);
/* Keeps every n-th from the i-th on (1 ≤ i ≤ n). */
size_t run_shard(const struct conf_case **cases, size_t count, unsigned i, unsigned n);

/* Runs them all, several at a time. `progress` is called from any thread after each. */
int run_all(struct run *run, const struct conf_case *const *cases, size_t count,
            void (*progress)(const struct run *run, const struct run_result *result, void *context),
            void *context);
void run_done(struct run *run);

/* One case alone, as run_all does it. `slot` names its evidence folder below options.out. */
void run_one(const struct run_options *options, const struct catalogue *catalogue,
             const struct ics *ics, const struct conf_case *conf_case, const char *slot,
             struct run_result *ret);
void run_result_done(struct run_result *result);

/* The observed ICS of our own player of that name (NULL options->device), or of the device. */
int run_observe(const struct run_options *options, const char *player, struct ics *ret, char *error,
                size_t error_size);
const char *run_player_of(const struct conf_case *conf_case);

/* 0 conformant, 1 non-conformant, 3 errors (design: precedence 3 > 1 > 0). */
int run_exit_code(const struct run *run);
/* The ICS the cases were chosen by: items by player ("" is the device). The caller's. */
json_t *run_ics_json(const struct run *run);
/* PASS or FAIL of a row over all cases, as "pass", "fail" or NULL when no check judged it. */
const char *run_row_verdict(const struct run *run, const char *row);
/* Writes results.json (nothing that differs between equal runs), rows.json's data in it, and
 * timing.json. */
int run_write(const struct run *run, const char *folder);

#endif

/* Running cases: selection, one process a case, and what all of it comes to. */
#ifndef CONFORMANCE_RUN_RUN_H
#define CONFORMANCE_RUN_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conformance/case/conf.h"
#include "conformance/case/context.h"
#include "conformance/catalogue/catalogue.h"
#include "conformance/results/results.h"
#include "conformance/run/ics.h"
#include "conformance/run/subjects.h"
#include "spcore/base.h"

#define ORIGIN_HASH_ROOM 129
#define RUN_OWN_DEVICE "own simulator" /* what results call it */
#define RUN_SUITE "papcheck " PAPKIT_VERSION

struct run_options {
    struct subject_given of[SUBJECTS];
    const char *player; /* of our simulator in every case: a file's whole path, or a name; NULL:
                         * the one a case is made for */
    const char *ics;    /* file; NULL: observed */
    const char *mof;    /* file that registers the class provider; NULL: ours */
    const char *clsid;  /* the provider's, as it was asked for; NULL: it is found */
    const char *provider_class; /* the one in force: that, or what was found; NULL: none */
    const char *out;            /* folder for evidence */
    const char *serial;         /* of the device that may be formatted */
    const char *papsim;         /* path of the program */
    struct nursery *nursery;    /* of papsims; NULL: each is a start of its own */
    struct silence *silence;    /* of a device that is not ours; NULL: nobody looks for it */
    /* As it was asked for: reports say so. */
    const char *command, *shard; /* the command line; i/n, NULL: no part of anything */
    const char *const *patterns;
    size_t pattern_count;
    uint64_t seed;
    unsigned jobs;          /* cases at a time; 0: run_default_jobs() */
    unsigned timeout_scale; /* of a case, for slow builds, machines and devices; 0: 1 */
    bool strict, destructive, allow_mtp, fail_fast;
    bool subset;          /* what is left out does not make the run incomplete */
    bool debug;           /* one case, in this process and without a watchdog */
    bool quiet_evidence;  /* selftest: no capture, evidence removed after */
    bool failed_evidence; /* kept is that of cases that did not pass */
    int stop_fd;          /* becomes readable when the run shall end now; 0: none */
};

/* Of a provider: its id, and who names it; both "" when nobody does. */
struct run_class {
    char id[PROVIDER_CLASS_ROOM];
    const char *by;
};

/* Files beside device's and provider's that results name. */
enum run_file { RUN_INF, RUN_SERVICE, RUN_CLASS_PROVIDER, RUN_MOF, RUN_FILES };

struct run {
    struct run_options options;
    const struct catalogue *catalogue;
    const struct conf_case *const *cases; /* the caller's */
    size_t case_count;
    struct results results;   /* its cases in that order, and maybe one of the ICS and UNTRIED */
    struct run_ics *ics;      /* observations by player */
    struct run_class class;   /* of the provider */
    struct run_name *names;   /* what results.cases call themselves */
    const char *lacking;      /* of merged parts: why a case is in none; NULL: not merged */
    char began[32], host[65]; /* origin.h */
    char provider_sha256[ORIGIN_HASH_ROOM], ics_sha256[ORIGIN_HASH_ROOM];
    char player_sha256[ORIGIN_HASH_ROOM], catalogue_sha256[ORIGIN_HASH_ROOM];
    char file_sha256[RUN_FILES][ORIGIN_HASH_ROOM];
    char device[264];  /* what results call it */
    json_t *exercised; /* of merged parts; borrowed from nobody */
    bool is_partial;   /* cases that were not asked for, or no more, are left out */
    volatile sig_atomic_t interrupted;
};

/* How many times as long a time-out is. */
static inline unsigned run_timeout_scale(const struct run_options *options)
{
    return options->timeout_scale ? options->timeout_scale : 1;
}

/* Cases mostly wait, so there are more at a time than processors. */
unsigned run_default_jobs(void);

/* Cases that match any pattern (shell pattern on the id, a row id, or a flow); all without one.
 * -ENOENT with *ret_bad: a pattern that matches nothing. Caller frees *ret_cases. */
int run_select(const struct catalogue *catalogue, const char *const *patterns, size_t pattern_count,
               const struct conf_case ***ret_cases, size_t *ret_count, const char **ret_bad);
/* Keeps the cases whose subject is judged in this run; their number. */
size_t run_keep_subjects(const struct run_options *options, const struct conf_case **cases,
                         size_t count);
/* Keeps every n-th from the i-th on (1 ≤ i ≤ n). */
size_t run_shard(const struct conf_case **cases, size_t count, unsigned i, unsigned n);

/* On stderr, unless it is 0: why nothing comes of a run, the folder of its evidence being what
 * cannot be written. */
void run_complain(const struct run_options *options, int error);
/* Runs them all, several at a time, and fills in run->results. `progress` is called after each. 0,
 * or -errno when nothing could be run: said on stderr. */
int run_all(struct run *run, const struct conf_case *const *cases, size_t count,
            void (*progress)(const struct run *run, const struct result *result, void *context),
            void *context);
/* Results of these cases, as long as none has run. 0 or -ENOMEM. */
int run_name_results(struct run *run, const struct conf_case *const *cases, size_t count);
/* What the cases' results come to: rows, what is left out, and exit code (130 > 1 > 3 > 5 > 0). */
int run_conclude(struct run *run);
/* The latter part of it: of results that say already where they come from. */
int run_weigh(struct run *run);
void run_done(struct run *run);

#endif

/* What can be judged: one row a subject, with how it is named on the command line, whether it is
 * judged in a run, and how a case comes by it. Another subject is another row. */
#ifndef CONFORMANCE_RUN_SUBJECTS_H
#define CONFORMANCE_RUN_SUBJECTS_H

#include <stdbool.h>
#include <stddef.h>

struct attempt;
struct conf_case;
struct run_options;

enum subject_id {
    SUBJECT_DEVICE,
    SUBJECT_SERVER,
    SUBJECT_PROVIDER,
    SUBJECT_INF,
    SUBJECT_SERVICE,
    SUBJECT_CLASS_PROVIDER,
    SUBJECT_HOST,
    SUBJECTS
};

/* What a run is told of one subject. */
struct subject_given {
    const char *name;           /* URI or file; NULL: none, or our own simulator */
    bool own;                   /* `name` is ours by default, not a vendor's */
    const char *const *defects; /* to switch on in ours, NULL-terminated; NULL: none */
};

struct subject {
    const char *name; /* in the catalogue's column, and in reports */
    unsigned need;    /* enum conf_need of the cases that judge it; 0: no bit of its own */
    const char *option, *value; /* that names it: --option VALUE; NULL: it cannot be named */
    const char *help;           /* what --help says of it */
    const char *adds;           /* what has it judged in a run that goes without */
    const char *(*misfit)(const char *value); /* what was expected instead; NULL: it is one */
    const char *player;                       /* of our simulator, for cases that name none */

    /* Files beside papcheck: what is judged by default, and the same with defects to switch on;
     * NULL: it is no file. */
    const char *own, *deviant;
    bool alone;         /* ours is judged in runs alone where nothing is a vendor's */
    const char *copied; /* what its copy beside a verdict is called; NULL: it is not copied */

    const char *deviate; /* --deviate NAME switches on a defect of ours; NULL: there are none */
    const char *deviate_help;
    const char *no_defect; /* how the message about an unknown one goes on */
    const char *defective; /* who has those defects, in the self-test's words */
    unsigned defects_most; /* how many at once */

    /* Is it judged in a run with these options? */
    bool (*given)(const struct run_options *options);
    /* What a case needs of it, whoever is judged: begun before the case's process, without waiting;
     * waited for in that process; ended after it. Each may be NULL. 0, or -errno with the reason
     * said in attempt->result. */
    int (*open)(struct attempt *attempt);
    int (*ready)(struct attempt *attempt);
    void (*close)(struct attempt *attempt);
    const char *blame; /* where a case ended when its marker stood; NULL: it sets none */
};
extern const struct subject subjects[SUBJECTS];

/* Once, before the processes of the cases are copied from this one: what each would set up anew. */
void subjects_before_workers(const struct run_options *options);

/* What a provider reads in the environment of its process: leave to drive MTP devices, and where
 * the device is for one that finds it by itself. */
void subjects_environment(const struct run_options *options, const char *uri);

/* The subject a case judges. */
enum subject_id subject_of(const struct conf_case *conf_case);
/* The player of our own simulator that a case is made for. */
const char *subject_player(const struct conf_case *conf_case);
/* The one it runs on, as papsim takes it, and as reports name it. */
const char *subject_player_file(const struct run_options *options,
                                const struct conf_case *conf_case);
const char *subject_player_name(const struct run_options *options,
                                const struct conf_case *conf_case);

#endif

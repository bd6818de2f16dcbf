/* What a run comes to, as data. The run fills it in, results_write() keeps it in the run's folder,
 * results_read() takes it up again; reports are made of nothing else. Texts are borrowed: from the
 * cases and the catalogue, or from `json` where they were read. */
#ifndef CONFORMANCE_RESULTS_RESULTS_H
#define CONFORMANCE_RESULTS_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of the summary. */
enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_INCONCLUSIVE,
    VERDICT_NOT_APPLICABLE, /* the ICS says so */
    VERDICT_NOT_RUN,        /* what it needs is not given */
    VERDICT_ERROR,          /* ours alone: crash, watchdog, zero checks, failed set-up */
    VERDICTS
};
/* As results.json has it, and as a reader does. */
extern const struct verdict_name {
    const char *name, *text;
} verdict_names[VERDICTS];
/* The order of lists: what needs a reader first. */
extern const enum verdict verdict_urgency[VERDICTS];

/* What ended a case, whatever its reason says; a check that failed before is a FAIL all the same.
 */
enum cause {
    CAUSE_CHECKS,   /* the case came to its end: its checks decide */
    CAUSE_OFFER,    /* the case found that the subject does not offer what the row is about */
    CAUSE_SETUP,    /* the case said that its set-up failed, and that is ours */
    CAUSE_FEWER,    /* it made fewer checks of a row than are its minimum */
    CAUSE_SUITE,    /* the case is wrong: no check, or one of a row it does not declare */
    CAUSE_BARRED,   /* the subject refused what any case needs before it can judge */
    CAUSE_SILENCE,  /* the device stopped answering: in this case, or before it */
    CAUSE_SUBJECT,  /* crash or hang while control was inside the subject */
    CAUSE_CRASH,    /* the case's process ended without a verdict */
    CAUSE_WATCHDOG, /* it did not end in time */
    CAUSE_START,    /* player or process could not be started */
    CAUSE_ICS,  /* the case's expression does not hold, or is none; what the ICS says is not so */
    CAUSE_NEED, /* something the case needs is not given or not allowed */
    CAUSE_UNTRIED,   /* what is mandatory was never exercised with success */
    CAUSE_INTERRUPT, /* the run ended before it */
    CAUSES
};
extern const char *const cause_names[CAUSES];

/* What users do with a player, in the order of reports; NULL ends. */
extern const char *const flow_names[];

struct texts {
    const char **at;
    size_t count;
};
int texts_add(struct texts *texts, const char *text); /* 0 or -ENOMEM; `text` is borrowed */

struct result_check {
    const char *row, *file, *text, *seen; /* text: a sentence, or the expression */
    const char *expression;               /* NULL: the text is it, or there is none */
    int line;
    bool ok;
    bool is_end; /* no check of the case's own: it ended where the row is to blame */
};

/* How often checks of a row held and failed in one case, and how many of its minimum were not made:
 * it was judged in part. */
struct result_count {
    const char *row;
    unsigned pass, fail, missing;
};

/* One case's outcome. */
struct result {
    const char *id, *title, *level, *flow, *player, *evidence; /* id as reports show it */
    enum verdict verdict;
    enum cause cause;
    char *reason;      /* its own; NULL: none */
    unsigned warnings; /* SHOULD rows that failed without --strict */
    struct result_count *counts;
    struct result_check *checks; /* every failed one, and the first of each row that held */
    size_t count_count, check_count;
    struct texts notes;
    const char *left_behind; /* what could not be removed from a device; NULL: nothing */
    const char *barred;      /* the row that demands what stood in the way; NULL: nothing did */
    double seconds;          /* of a clock; negative: unknown */
    json_t *json;            /* whose texts counts, checks and notes show */
};

/* Sets verdict and cause, and says why. */
void result_say(struct result *result, enum verdict verdict, enum cause cause, const char *format,
                ...) __attribute__((format(printf, 4, 5)));
const char *result_reason(const struct result *result); /* never NULL */
/* Takes members rows, checks, notes, left_behind and barred of an object (a case's verdict.json, or
 * a case of results.json), and a reference to it. 0 or -ENOMEM. */
int result_take(struct result *result, json_t *object);
/* Adds a failed check, whose texts are copied. 0 or -ENOMEM. */
int result_fail(struct result *result, const struct result_check *check);
/* As an element of member checks. */
json_t *result_check_json(const struct result_check *check);
/* Without checks and notes, as one that did not run. 0 or -ENOMEM. */
int result_clear(struct result *result);
/* Takes back the last failed check of a row, if there is one. 0 or -ENOMEM. */
int result_unfail(struct result *result, const char *row);
/* How often checks of a clause, or of a row and all its clauses, held and failed: 0 and 0 where
 * none was made. */
struct result_count result_count(const struct result *result, const char *row);
void result_done(struct result *result);

/* A requirement row that was judged, over all cases. */
struct result_row {
    const char *id, *level, *flow, *subject, *requirement;
    const char *reading; /* whose it is, where no document says it: "our reading U6"; else "" */
    bool held;
};

/* A clause of one that was judged, over all cases. */
struct result_clause {
    const char *id, *text;
    bool held;
};

struct result_ics {
    const char *player; /* "": the device */
    struct texts items;
};

/* What a file declares of an item; by its line, 0: papcheck itself does. */
struct result_claim {
    const char *item;
    unsigned line;
    bool yes;
};

/* A device in its own words; "": it does not say. */
struct result_device {
    const char *player; /* "": the device that was given */
    const char *usb, *release, *manufacturer, *product, *serial, *firmware;
};

/* A file that was judged beside device and provider, or that came along with one. */
struct result_file {
    const char *what, *name, *sha256; /* what: a subject's name, or "mof" */
};

/* How many rows the catalogue has for a subject in a flow, judged or not, and how many of them any
 * case judges. */
struct result_scope {
    const char *subject, *flow;
    unsigned rows, suite;
};

/* Cases of the run's subjects that did not run, all for one reason. */
struct result_left {
    const char *why; /* with the option that adds them, where there is one */
    unsigned must, others;
    bool beyond; /* no option adds them for this subject: a complete run is without them */
};

/* A subject of the catalogue of which no row was judged. */
struct result_absent {
    const char *subject, *how; /* it can be; "": by another selection */
};

/* Of the texts each may be NULL when they are written, none is when they are read. */
struct results {
    const char *suite, *device, *provider;          /* provider "": none */
    const char *provider_class, *provider_class_by; /* its id, and who names it; "": nobody does */
    const char *git, *provider_sha256;  /* of the suite's sources, of the provider's file */
    const char *catalogue_sha256;       /* of its rows, clauses and items */
    const char *player, *player_sha256; /* that was given, and of its file; "": none */
    const char *ics_file, *ics_sha256;  /* its name alone; "": what was observed is in force */
    const char *shard;                  /* i/n */
    struct texts patterns;              /* what was selected; none: everything */
    uint64_t seed;
    bool strict;
    struct texts subjects, defects;
    struct texts options; /* words of the command line that decide what may be done to a device */
    struct result_ics *ics;
    struct result_claim *claims; /* of the file, and */
    struct result_ics *shown;    /* what was observed beside it; none of both without a file */
    struct result *cases;
    struct result_row *rows;
    struct result_clause *clauses;
    struct result_device *devices;
    struct result_file *files;
    struct result_scope *scopes;
    struct result_left *left;
    struct result_absent *absent;
    size_t ics_count, case_count, row_count, clause_count, device_count, scope_count, left_count,
        absent_count;
    size_t file_count, claim_count, shown_count;
    json_t *exercised; /* by name, exercised.h */
    json_t *untried;   /* of what the subjects offer: {what, name, how, mandatory} each */
    bool subset;       /* a part was asked for: what is left out is meant to be */
    const char *began, *host, *command; /* of this run alone: UTC, where, and its command line */
    double seconds;                     /* of all cases; negative: unknown */
    int exit;                           /* the run's exit code */
    json_t *json, *timing;
};

/* NULL: there was none of that kind. */
const struct result_file *results_file(const struct results *results, const char *what);
/* Of a row's id or a clause's; NULL: no check of that row was made in any case. */
const struct result_row *results_row(const struct results *results, const char *id);
/* NULL: no check of it was made in any case, or it is no clause. */
const struct result_clause *results_clause(const struct results *results, const char *id);
/* What a run stands for as a whole. */
enum standing {
    STANDING_CONFORMANT, /* every MUST case of its subjects that applies ran, and none failed */
    STANDING_SUBSET,     /* as many as were asked for, and none of them failed */
    STANDING_INCOMPLETE, /* some did not run, and nobody asked for that */
    STANDING_NOT_CONFORMANT,
    STANDING_NOTHING, /* no case came to a verdict */
    STANDING_INTERRUPTED,
    STANDING_NONE, /* an error of the suite or of its environment */
    STANDINGS
};
/* As results.json has it, and as a reader does. */
extern const struct standing_name {
    const char *name, *text;
} standing_names[STANDINGS];
enum standing results_standing(const struct results *results);
/* MUST cases without which the run is incomplete. */
unsigned results_left(const struct results *results);

/* Something that no case exercised with success; false: there is no i-th. */
struct result_untried {
    const char *what, *name, *how; /* "operation", "0x1011 SelfTest", "never tried" */
    bool is_mandatory;
};
bool results_untried(const struct results *results, size_t i, struct result_untried *ret);

/* Cases of a verdict; NULL flow: of every flow. */
size_t results_count(const struct results *results, const char *flow, enum verdict verdict);

/* results.json – nothing that differs between two equal runs – and timing.json, each whole or not
 * there. 0 or -errno. */
int results_write(const struct results *results, const char *folder);
/* From results.json of a run's folder, and timing.json if it is there; or from a file ….json alone.
 * Members of the wrong kind count as missing. On failure `error` holds one line. */
int results_read(const char *path, struct results *ret, char *error, size_t error_size);
void results_done(struct results *results);

#endif

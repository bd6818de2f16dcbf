/* The engine: what passes where, and which case is tried next. A case that has caught a defect of
 * the same place goes first, then those in which little else passes: they are about it. */
#include "conformance/selftest/survey.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/program/terminal.h"
#include "conformance/run/evidence.h"
#include "conformance/run/pool.h"
#include "spcore/base.h"

#define LIST "list-generated"
#define PASSES "passes "

enum { PASSES_HERE = 1, BEGUN = 2 };

/* So many cases may end at their watchdogs before no more are tried. */
#define LATE_MOST 3u

struct made_slot {
    struct made *made; /* NULL: free */
    size_t conf_case;
    struct run_options options;
    const char *defects[2];
};

const char *const made_names[MADE_OUTCOMES] = {"survived", "error", "warned", "caught"};

/* ---- what passes */

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct made *)a)->name, ((const struct made *)b)->name);
}

static bool matches(const struct survey *self, const char *name)
{
    for (size_t i = 0; i < self->pattern_count; i++) {
        if (fnmatch(self->patterns[i], name, 0) == 0)
            return true;
    }
    return !self->pattern_count;
}

static void made_done(struct made *made)
{
    free(made->name);
    free(made->in);
    free(made->why);
}

/* Its place among those that are known, sorted by name. */
static size_t place_for(const struct survey *self, const char *name)
{
    size_t low = 0, high = self->made_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(self->made[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* NULL: no memory. */
static struct made *find(struct survey *self, const char *name, enum subject_id subject)
{
    size_t at = place_for(self, name);
    struct made made = {.subject = subject}, *all;

    if (at < self->made_count && strcmp(self->made[at].name, name) == 0)
        return &self->made[at];
    all = realloc(self->made, (self->made_count + 1) * sizeof(*all));
    if (!all)
        return NULL;
    self->made = all;
    made.name = strdup(name);
    made.in = calloc(self->case_count, 1);
    if (!made.name || !made.in) {
        made_done(&made);
        return NULL;
    }
    memmove(all + at + 1, all + at, (self->made_count - at) * sizeof(*all));
    all[at] = made;
    self->made_count++;
    return &all[at];
}

static int take_list(struct survey *self, size_t index, const char *path)
{
    enum subject_id subject = subject_of(self->cases[index]);
    FILE *log = fopen(path, "re");
    char line[256];
    int error = 0;

    while (log && !error && fgets(line, sizeof(line), log)) {
        struct made *made;

        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, PASSES, strlen(PASSES)) != 0)
            continue;
        self->passing[index]++;
        if (!matches(self, line + strlen(PASSES)))
            continue;
        made = find(self, line + strlen(PASSES), subject);
        if (!made) {
            error = -ENOMEM;
        } else if (!made->in[index]) {
            made->in[index] = PASSES_HERE;
            made->left++;
        }
    }
    if (log)
        fclose(log);
    return error;
}

/* Whose answers are spoilt; the cases of each stand together. */
static const enum subject_id spoilt[] = {SUBJECT_DEVICE, SUBJECT_PROVIDER};

static int choose_cases(struct survey *self)
{
    const struct conf_case *const *cases;
    size_t count = cases_all(&cases);

    self->cases = calloc(count + 1, sizeof(*self->cases));
    self->passing = calloc(count + 1, sizeof(*self->passing));
    self->warnings = calloc(count + 1, sizeof(*self->warnings));
    if (!self->cases || !self->passing || !self->warnings)
        return -ENOMEM;
    for (size_t k = 0; k < ARRAY_SIZE(spoilt); k++) {
        for (size_t i = 0; i < count; i++) {
            if (subject_of(cases[i]) == spoilt[k])
                self->cases[self->case_count++] = cases[i];
        }
    }
    return 0;
}

/* What a clean run of case `index` has said, papsim or the case's own process. */
static int take_lists(struct survey *self, size_t index, const struct result *result)
{
    static const char *const logs[] = {"device.log", "host.log"};
    char folder[PATH_MAX + 128], path[PATH_MAX + 160];
    int error = 0;

    snprintf(folder, sizeof(folder), "%s/%s", self->options.out, result->evidence);
    for (size_t i = 0; i < ARRAY_SIZE(logs) && !error; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, logs[i]);
        if (result->verdict == VERDICT_PASS) /* others have nothing to lose */
            error = take_list(self, index, path);
    }
    evidence_remove(folder);
    return error;
}

/* A clean run in which all that could be spoilt is said by name. */
static int run_list(struct survey *self, enum subject_id subject)
{
    static const char *const list[] = {LIST, NULL};
    struct run run = {.options = self->options, .catalogue = self->catalogue};
    size_t from = 0, count = 0;
    int error;

    while (subject_of(self->cases[from]) != subject)
        from++;
    while (from + count < self->case_count && subject_of(self->cases[from + count]) == subject)
        count++;
    run.options.of[subject].defects = list;
    if (subjects[subject].deviant)
        run.options.of[subject].name = self->deviants[subject];
    run.options.quiet_evidence = false;
    error = run_all(&run, self->cases + from, count, NULL, NULL);
    for (size_t i = 0; i < run.results.case_count && !error; i++) {
        self->warnings[from + i] = run.results.cases[i].warnings;
        error = take_lists(self, from + i, &run.results.cases[i]);
    }
    if (run.options.provider_class) {
        self->class = run.class;
        self->options.provider_class = self->class.id;
    }
    run_done(&run);
    return error;
}

/* ---- which of it, and how */

static struct allowed *allowed_of(const char *name)
{
    for (size_t i = 0; i < allowed_count; i++) {
        if (fnmatch(allowed_rows[i].pattern, name, 0) == 0)
            return &allowed_rows[i];
    }
    return NULL;
}

/* Of all that passes, not only of a sample: a row that matches none of it is stale. */
static void find_allowed(struct survey *self)
{
    for (size_t i = 0; i < self->made_count; i++) {
        struct made *made = &self->made[i];

        made->allowed = allowed_of(made->name);
        if (made->allowed)
            made->allowed->matched++;
    }
}

static uint64_t random_next(uint64_t *state)
{
    uint64_t value = *state += 0x9e3779b97f4a7c15u; /* splitmix64 */

    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

/* The first `sample` of a shuffle. */
static void take_sample(struct survey *self)
{
    uint64_t state = self->seed;

    if (!self->sample || self->sample >= self->made_count)
        return;
    for (size_t i = 0; i < self->sample; i++) {
        size_t other = i + (size_t)(random_next(&state) % (self->made_count - i));
        struct made kept = self->made[i];

        self->made[i] = self->made[other];
        self->made[other] = kept;
    }
    while (self->made_count > self->sample)
        made_done(&self->made[--self->made_count]);
    qsort(self->made, self->made_count, sizeof(*self->made), compare);
}

/* GetObjectPropDesc of GetObjectPropDesc.dc44:Datatype:changed, a provider's class. */
static size_t place_of(struct survey *self, const char *name)
{
    size_t length = strcspn(name, ".:");

    for (size_t i = 0; i < self->place_count && self->places[i]; i++) {
        if (strlen(self->places[i]) == length && strncmp(self->places[i], name, length) == 0)
            return i;
    }
    self->places[self->place_count] = strndup(name, length);
    return self->place_count++;
}

static int name_made(struct survey *self)
{
    self->places = calloc(self->made_count + 1, sizeof(*self->places));
    if (!self->places)
        return -ENOMEM;
    for (size_t i = 0; i < self->made_count; i++) {
        struct made *made = &self->made[i];
        char name[256];

        made->place = place_of(self, made->name);
        if (!self->places[made->place])
            return -ENOMEM;
        if (!self->seed)
            continue;
        snprintf(name, sizeof(name), "%s@%llu", made->name, (unsigned long long)self->seed);
        free(made->name);
        made->name = strdup(name);
        if (!made->name)
            return -ENOMEM;
    }
    self->catches = calloc(self->place_count * self->case_count + 1, sizeof(*self->catches));
    return self->catches ? 0 : -ENOMEM;
}

/* ---- the next case */

static unsigned *catches(const struct survey *self, const struct made *made, size_t conf_case)
{
    return &self->catches[made->place * self->case_count + conf_case];
}

static bool is_better(const struct survey *self, const struct made *made, size_t a, size_t b)
{
    unsigned left = *catches(self, made, a), right = *catches(self, made, b);

    return left == right ? self->passing[a] < self->passing[b] : left > right;
}

static size_t best_case(const struct survey *self, const struct made *made)
{
    size_t best = self->case_count;

    for (size_t i = 0; i < self->case_count; i++) {
        if (made->in[i] == PASSES_HERE &&
            (best == self->case_count || is_better(self, made, i, best)))
            best = i;
    }
    return best;
}

/* One that is not running, or else any: at the end several cases of one are tried at once. */
static struct made *next_made(struct survey *self)
{
    struct made *also = NULL;

    while (self->first < self->made_count &&
           (self->made[self->first].outcome == MADE_CAUGHT || !self->made[self->first].left))
        self->first++;
    for (size_t i = self->first; i < self->made_count; i++) {
        struct made *made = &self->made[i];

        if (made->outcome == MADE_CAUGHT || !made->left)
            continue;
        if (!made->running)
            return made;
        if (!also || made->running < also->running)
            also = made;
    }
    return also;
}

static int begin(void *context, struct attempt *attempt)
{
    struct survey *self = context;
    struct made *made = next_made(self);
    size_t index = 0;
    struct made_slot *slot;
    char folder[64];

    if (!made)
        return -1;
    while (self->slots[index].made)
        index++;
    slot = &self->slots[index];
    *slot = (struct made_slot){
        .made = made, .conf_case = best_case(self, made), .options = self->options};
    made->in[slot->conf_case] |= BEGUN;
    made->left--;
    made->running++;
    slot->defects[0] = made->name;
    slot->options.of[made->subject].defects = slot->defects;
    if (subjects[made->subject].deviant)
        slot->options.of[made->subject].name = self->deviants[made->subject];
    *attempt = (struct attempt){.options = &slot->options,
                                .catalogue = self->catalogue,
                                .conf_case = self->cases[slot->conf_case],
                                .index = index};
    snprintf(folder, sizeof(folder), "generated/%zu", index);
    return attempt_begin(attempt, NULL, folder);
}

/* ---- what it came to */

static const char *failed_row(const struct result *result)
{
    if (result->barred)
        return result->barred;
    for (size_t i = 0; i < result->check_count; i++) {
        if (!result->checks[i].ok)
            return result->checks[i].row;
    }
    return "";
}

static enum made_outcome outcome_of(const struct result *result, unsigned warnings)
{
    if (result->verdict == VERDICT_FAIL || result->barred)
        return MADE_CAUGHT;
    if (result->warnings > warnings)
        return MADE_WARNED;
    return result->verdict == VERDICT_PASS ? MADE_SURVIVED : MADE_ERROR;
}

static void explain(struct made *made, const struct conf_case *conf_case,
                    const struct result *result, enum made_outcome outcome)
{
    char name[128], text[512];

    cases_name(conf_case, name, sizeof(name));
    snprintf(text, sizeof(text), "%s: %s", name,
             outcome == MADE_ERROR ? result_reason(result) : failed_row(result));
    free(made->why);
    made->why = strdup(text);
}

static void over(void *context, struct attempt *attempt)
{
    struct survey *self = context;
    struct made_slot *slot = &self->slots[attempt->index];
    struct made *made = slot->made;
    enum made_outcome outcome = outcome_of(&attempt->result, self->warnings[slot->conf_case]);

    made->running--;
    made->ran++;
    made->late += outcome == MADE_ERROR && attempt->result.cause == CAUSE_WATCHDOG;
    if (made->late >= LATE_MOST)
        made->left = 0;
    if (outcome > made->outcome) {
        made->outcome = outcome;
        explain(made, self->cases[slot->conf_case], &attempt->result, outcome);
        if (outcome == MADE_CAUGHT)
            ++*catches(self, made, slot->conf_case);
    }
    if (!made->running && (outcome == MADE_CAUGHT || !made->left))
        terminal_progress(++self->done, self->made_count, made->name);
    slot->made = NULL;
    result_done(&attempt->result);
}

int survey_run(struct survey *self)
{
    struct pool pool = {.jobs = self->options.jobs, .begin = begin, .over = over, .context = self};
    int error;

    terminal_clear_on_signals();
    nursery_open(self->options.papsim, &self->nursery);
    subjects_before_workers(&self->options);
    self->options.nursery = &self->nursery;
    if (!pool.jobs)
        pool.jobs = run_default_jobs();
    self->slots = calloc(pool.jobs, sizeof(*self->slots));
    self->slot_count = pool.jobs;
    error = self->slots ? choose_cases(self) : -ENOMEM;
    for (size_t i = 0; i < ARRAY_SIZE(spoilt) && !error; i++)
        error = run_list(self, spoilt[i]);
    if (!error) {
        find_allowed(self);
        take_sample(self);
        error = name_made(self);
    }
    if (!error) {
        error = pool_run(&pool);
        run_complain(&self->options, error);
    }
    nursery_close(&self->nursery);
    terminal_clear();
    return error;
}

void survey_done(struct survey *self)
{
    for (size_t i = 0; i < self->made_count; i++)
        made_done(&self->made[i]);
    for (size_t i = 0; i < self->place_count; i++)
        free(self->places[i]);
    free(self->made);
    free(self->places);
    free(self->catches);
    free(self->slots);
    free(self->passing);
    free(self->warnings);
    free(self->cases);
}

/* `papcheck selftest`: every declared defect must be seen red by a check of the row it is declared
 * for, while the clean subject is green on that row. Coverage is computed from this alone. */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/cli/papcheck.h"
#include "conformance/run/run.h"
#include "conformance/selftest/defect_list.h"
#include "conformance/selftest/matrix.h"
#include "spcore/base.h"

/* One case to run against one defect; the pairs it may prove share its result. */
struct task {
    const struct defect_pair *defect;
    const struct conf_case *conf_case;
    enum kill kill; /* for defect->row */
    bool ran;
    double seconds;
};

struct selftest {
    struct run clean;
    struct catalogue catalogue;
    struct defect_list defects;
    const char *patterns[64];
    size_t pattern_count;
    struct run_options options;
    char out[PATH_MAX], papsim[PATH_MAX], provider[PATH_MAX], deviant[PATH_MAX];
    struct task *tasks;
    size_t task_count, next, done;
    pthread_mutex_t lock;
    enum kill *kills; /* by pair */
};

static bool wanted(const struct selftest *self, const struct defect_pair *pair)
{
    for (size_t i = 0; i < self->pattern_count; i++) {
        if (!fnmatch(self->patterns[i], pair->name, 0) || !fnmatch(self->patterns[i], pair->row, 0))
            return true;
    }
    return !self->pattern_count;
}

static bool judges(const struct conf_case *one, const char *row)
{
    for (size_t i = 0; one->reqs[i]; i++) {
        if (strcmp(one->reqs[i], row) == 0)
            return true;
    }
    return false;
}

/* A simulator's defect is for cases about devices and servers, a provider's for providers. */
static bool same_subject(const struct defect_pair *pair, const struct conf_case *one)
{
    return pair->subject == (one->needs & CONF_PROVIDER ? DEFECT_PROVIDER
                             : one->needs & CONF_HOST   ? DEFECT_HOST
                                                        : DEFECT_SIMULATOR);
}

static const struct run_result *clean_result(const struct selftest *self,
                                             const struct conf_case *one)
{
    for (size_t i = 0; i < self->clean.count; i++) {
        if (self->clean.results[i].conf_case == one)
            return &self->clean.results[i];
    }
    return NULL;
}

static bool green(const struct run_result *result, const char *row)
{
    const json_t *entry = result ? json_object_get(result->rows, row) : NULL;

    return entry && result->verdict != RUN_ERROR &&
           !json_integer_value(json_object_get(entry, "fail"));
}

/* A case with nothing to judge in the clean run may have with a defect: an interface that is
 * offered, and badly. It can be seen red, but covers no row. */
static bool can_turn_red(const struct run_result *result, const char *row)
{
    return green(result, row) ||
           (result && result->verdict == RUN_INCONCLUSIVE && !json_object_get(result->rows, row));
}

static bool green_anywhere(const struct selftest *self, const char *row)
{
    for (size_t i = 0; i < self->clean.count; i++) {
        if (green(&self->clean.results[i], row))
            return true;
    }
    return false;
}

/* ---- tasks */

static int add_tasks(struct selftest *self, size_t index)
{
    const struct defect_pair *pair = &self->defects.pairs[index];
    const struct conf_case *const *cases;
    size_t count = run_cases(&cases);

    self->kills[index] = KILL_NO_CASE;
    for (size_t i = 0; i < count; i++) {
        struct task *tasks;

        if (!judges(cases[i], pair->row) || !same_subject(pair, cases[i]))
            continue;
        if (!can_turn_red(clean_result(self, cases[i]), pair->row)) {
            self->kills[index] = kill_best(self->kills[index], KILL_NOT_CLEAN);
            continue;
        }
        tasks = realloc(self->tasks, (self->task_count + 1) * sizeof(*tasks));
        if (!tasks)
            return -ENOMEM;
        self->tasks = tasks;
        tasks[self->task_count++] =
            (struct task){.defect = pair, .conf_case = cases[i], .kill = KILL_NO_PROOF};
        self->kills[index] = kill_best(self->kills[index], KILL_NO_PROOF);
    }
    return 0;
}

/* What came of it is left in *ret; the task itself belongs to the lock. */
static void run_task(struct selftest *self, const struct task *task, size_t number,
                     struct task *ret)
{
    const char *names[2] = {task->defect->name, NULL};
    struct run_options options = self->options;
    struct run_result result;
    char slot[64];

    options.quiet_evidence = true;
    if (task->defect->subject == DEFECT_HOST) {
        options.host_defect = task->defect->name;
    } else if (task->defect->subject == DEFECT_PROVIDER) {
        options.provider = self->deviant;
        options.provider_defect = task->defect->name;
    } else {
        options.defects = names;
    }
    snprintf(slot, sizeof(slot), "selftest/%zu", number);
    run_one(&options, &self->catalogue, NULL, task->conf_case, slot, &result);
    *ret = *task;
    ret->seconds = result.seconds;
    ret->ran = true;
    ret->kill = kill_of(result.rows, task->defect->row,
                        result.rows && !strstr(result.reason, "inside the provider"));
    run_result_done(&result);
}

/* Has any defect turned this case red? One that none does proves nothing. */
static bool seen_red(const struct selftest *self, const struct conf_case *one)
{
    for (size_t i = 0; i < self->task_count; i++) {
        if (self->tasks[i].conf_case == one && self->tasks[i].kill == KILL_KILLED)
            return true;
    }
    return false;
}

/* One kill of a pair is enough: its further cases are not run, unless a case needs it. */
static bool proven(const struct selftest *self, const struct task *task)
{
    return self->kills[task->defect - self->defects.pairs] == KILL_KILLED &&
           seen_red(self, task->conf_case);
}

static void *work(void *argument)
{
    struct selftest *self = argument;

    for (;;) {
        struct task *task = NULL, ran;
        size_t number = 0;

        pthread_mutex_lock(&self->lock);
        while (self->next < self->task_count && proven(self, &self->tasks[self->next]))
            self->next++;
        if (self->next < self->task_count) {
            number = self->next++;
            task = &self->tasks[number];
        }
        pthread_mutex_unlock(&self->lock);
        if (!task)
            return NULL;
        run_task(self, task, number, &ran);
        pthread_mutex_lock(&self->lock);
        *task = ran;
        self->kills[task->defect - self->defects.pairs] =
            kill_best(self->kills[task->defect - self->defects.pairs], task->kill);
        self->done++;
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "\r\033[K%zu/%zu %s", self->done, self->task_count, task->defect->name);
        pthread_mutex_unlock(&self->lock);
    }
}

static int run_tasks(struct selftest *self)
{
    pthread_t threads[256];
    unsigned i;

    pthread_mutex_init(&self->lock, NULL);
    for (i = 0; i < self->options.jobs && i < 256; i++) {
        if (pthread_create(&threads[i], NULL, work, self))
            break;
    }
    if (!i)
        work(self);
    while (i--)
        pthread_join(threads[i], NULL);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    return 0;
}

/* ---- the clean run */

static int run_clean(struct selftest *self)
{
    const struct conf_case *const *cases;
    size_t count = run_cases(&cases), found = 0;
    const struct conf_case **chosen = calloc(count + 1, sizeof(*chosen));
    int error;

    if (!chosen)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        bool any = !self->pattern_count;

        for (size_t k = 0; k < self->defects.count && !any; k++)
            any = wanted(self, &self->defects.pairs[k]) &&
                  judges(cases[i], self->defects.pairs[k].row);
        if (any)
            chosen[found++] = cases[i];
    }
    self->clean.options = self->options;
    self->clean.catalogue = &self->catalogue;
    error = run_all(&self->clean, chosen, found, NULL, NULL);
    free(chosen);
    return error;
}

/* ---- report */

static const char *const flows[] = {"enumeration", "authentication", "storage",       "sync",
                                    "control",     "service",        "class-provider"};

static bool first_of_row(const struct selftest *self, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (self->kills[i] == KILL_KILLED &&
            strcmp(self->defects.pairs[i].row, self->defects.pairs[index].row) == 0)
            return false;
    }
    return true;
}

static json_t *coverage_json(const struct selftest *self, size_t *ret_rows, size_t *ret_inferred)
{
    json_t *covered = json_object();

    *ret_rows = *ret_inferred = 0;
    for (size_t k = 0; k < ARRAY_SIZE(flows); k++)
        json_object_set_new(covered, flows[k], json_array());
    for (size_t i = 0; i < self->defects.count; i++) {
        const struct catalogue_row *row =
            catalogue_find(&self->catalogue, self->defects.pairs[i].row);

        if (self->kills[i] != KILL_KILLED || !row || !first_of_row(self, i) ||
            !green_anywhere(self, row->id))
            continue;
        json_array_append_new(json_object_get(covered, row->flow), json_string(row->id));
        *(row->inferred ? ret_inferred : ret_rows) += 1;
    }
    return covered;
}

static json_t *pairs_json(const struct selftest *self)
{
    json_t *pairs = json_array();

    for (size_t i = 0; i < self->defects.count; i++) {
        const struct defect_pair *pair = &self->defects.pairs[i];

        if (wanted(self, pair))
            json_array_append_new(pairs, json_pack("{s:s,s:s,s:s,s:s}", "deviation", pair->name,
                                                   "row", pair->row, "subject",
                                                   defect_subject_names[pair->subject], "outcome",
                                                   kill_names[self->kills[i]]));
    }
    return pairs;
}

/* Every run against a defect, in the order of the defects. */
static json_t *matrix_json(const struct selftest *self, json_t *seconds)
{
    json_t *matrix = json_array();

    for (size_t i = 0; i < self->task_count; i++) {
        const struct task *task = &self->tasks[i];
        char name[128], key[256];

        if (!task->ran)
            continue;
        run_case_name(task->conf_case, name, sizeof(name));
        snprintf(key, sizeof(key), "%s %s %s", task->defect->name, task->defect->row, name);
        json_object_set_new(seconds, key, json_real(task->seconds));
        json_array_append_new(matrix, json_pack("{s:s,s:s,s:s,s:s}", "deviation",
                                                task->defect->name, "row", task->defect->row,
                                                "case", name, "outcome", kill_names[task->kill]));
    }
    return matrix;
}

/* MUST cases that no defect turned red; they prove nothing yet. */
static json_t *unproven_cases(const struct selftest *self)
{
    const struct conf_case *const *cases;
    size_t count = run_cases(&cases);
    json_t *names = json_array();

    for (size_t i = 0; i < count && !self->pattern_count; i++) {
        char name[128];

        run_case_name(cases[i], name, sizeof(name));
        if (cases[i]->level == CONF_MUST && !seen_red(self, cases[i]))
            json_array_append_new(names, json_string(name));
    }
    return names;
}

static unsigned print_clean(const struct selftest *self)
{
    unsigned bad = 0;
    char name[128];

    for (size_t i = 0; i < self->clean.count; i++) {
        const struct run_result *result = &self->clean.results[i];

        if (result->verdict == RUN_PASS || result->verdict == RUN_NOT_APPLICABLE)
            continue;
        run_case_name(result->conf_case, name, sizeof(name));
        printf("clean %s: %s %s\n", run_verdict_names[result->verdict], name, result->reason);
        bad += result->verdict == RUN_FAIL || result->verdict == RUN_ERROR;
    }
    return bad;
}

static int report(const struct selftest *self)
{
    size_t counts[KILLS] = {0}, rows, inferred, i;
    json_t *covered = coverage_json(self, &rows, &inferred);
    json_t *unproven = unproven_cases(self);
    unsigned dirty = print_clean(self);
    char path[PATH_MAX + 32];
    json_t *all, *seconds = json_object();
    const json_t *name;
    int status;

    for (i = 0; i < self->defects.count; i++) {
        const struct defect_pair *pair = &self->defects.pairs[i];

        if (!wanted(self, pair))
            continue;
        counts[self->kills[i]]++;
        if (self->kills[i] != KILL_KILLED)
            printf("%s: %s %s (%s)\n", kill_names[self->kills[i]], pair->row, pair->name,
                   pair->text);
    }
    json_array_foreach(unproven, i, name)
        printf("never red: MUST case %s\n", json_string_value(name));
    for (i = 0; i < ARRAY_SIZE(flows); i++)
        printf("covered %-16s %zu rows\n", flows[i],
               json_array_size(json_object_get(covered, flows[i])));
    status = dirty || counts[KILL_SURVIVED] || counts[KILL_NO_CASE] || counts[KILL_NO_PROOF] ||
                     counts[KILL_NOT_CLEAN] || json_array_size(unproven)
                 ? EXIT_NONCONFORMANT
                 : EXIT_OK;
    printf("%zu killed %zu survived %zu no case %zu no proof %zu not clean, %zu MUST cases "
           "never red, %u clean failures – %zu rows covered and %zu inferred (%d)\n",
           counts[KILL_KILLED], counts[KILL_SURVIVED], counts[KILL_NO_CASE], counts[KILL_NO_PROOF],
           counts[KILL_NOT_CLEAN], json_array_size(unproven), dirty, rows, inferred, status);
    all = json_pack("{s:o,s:o,s:o,s:o,s:i}", "pairs", pairs_json(self), "matrix",
                    matrix_json(self, seconds), "covered", covered, "unproven", unproven, "exit",
                    status);
    snprintf(path, sizeof(path), "%s/selftest.json", self->out);
    if (json_dump_file(all, path, JSON_INDENT(1) | JSON_PRESERVE_ORDER))
        status = EXIT_ERROR;
    snprintf(path, sizeof(path), "%s/timing.json", self->out);
    if (json_dump_file(seconds, path, JSON_INDENT(1) | JSON_PRESERVE_ORDER))
        status = EXIT_ERROR;
    json_decref(all);
    json_decref(seconds);
    return status;
}

/* ---- command line */

static int parse(int argc, char **argv, struct selftest *self)
{
    const char *out = "out/selftest";
    struct stat info;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--out") == 0 && i + 1 < argc) {
            out = argv[++i];
        } else if (strcmp(argv[i], "--jobs") == 0 && i + 1 < argc) {
            self->options.jobs = (unsigned)strtoul(argv[++i], NULL, 10);
            if (!self->options.jobs || self->options.jobs > 256)
                return cli_usage("--jobs %s: expected a number from 1 to 256", argv[i]);
        } else if (argv[i][0] == '-' || self->pattern_count == 64) {
            return cli_usage("selftest: unknown option %s; expected --out DIR or --jobs N",
                             argv[i]);
        } else {
            self->patterns[self->pattern_count++] = argv[i];
        }
    }
    mkdir("out", 0777);
    if ((mkdir(out, 0777) < 0 && errno != EEXIST) || !realpath(out, self->out) ||
        access(self->out, W_OK) < 0 || stat(self->out, &info) < 0 || !S_ISDIR(info.st_mode))
        return cli_usage("--out %s: expected a folder that can be written", out);
    return 0;
}

static int set_up(struct selftest *self)
{
    if (cli_beside("papsim", self->papsim, sizeof(self->papsim)) < 0 ||
        cli_beside("libspcore.so", self->provider, sizeof(self->provider)) < 0 ||
        cli_beside("libspcore-deviant.so", self->deviant, sizeof(self->deviant)) < 0) {
        cli_usage("selftest: papsim, libspcore.so and libspcore-deviant.so are not all beside "
                  "papcheck");
        return EXIT_ERROR;
    }
    if (defects_load(&self->defects) < 0) {
        cli_usage("selftest: the lists of deviations cannot be read");
        return EXIT_ERROR;
    }
    self->options.papsim = self->papsim;
    self->options.provider = self->provider;
    self->options.own_provider = true;
    self->options.out = self->out;
    self->options.seed = 1;
    self->options.quiet_evidence = true;
    if (!self->options.jobs)
        self->options.jobs = 4 * (unsigned)sysconf(_SC_NPROCESSORS_ONLN); /* cases wait, mostly */
    return cli_catalogue(&self->catalogue);
}

int cli_selftest(int argc, char **argv)
{
    static struct selftest self;
    int status = parse(argc, argv, &self);

    if (!status)
        status = set_up(&self);
    if (status)
        return status;
    self.kills = calloc(self.defects.count + 1, sizeof(*self.kills));
    if (!self.kills || run_clean(&self) < 0)
        return EXIT_ERROR;
    for (size_t i = 0; i < self.defects.count; i++) {
        if (wanted(&self, &self.defects.pairs[i]) && add_tasks(&self, i) < 0)
            return EXIT_ERROR;
    }
    run_tasks(&self);
    status = report(&self);
    run_done(&self.clean);
    defects_done(&self.defects);
    catalogue_done(&self.catalogue);
    free(self.tasks);
    free(self.kills);
    return status;
}

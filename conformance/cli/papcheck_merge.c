/* `papcheck merge`: folders of runs become the folder of the run they are parts of. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/cli/papcheck_options.h"
#include "conformance/cli/papcheck_outcome.h"
#include "conformance/run/evidence.h"
#include "conformance/run/merge.h"

struct folder {
    const char *name; /* as it was said */
    char *path;       /* where it is */
};

struct merging {
    struct folder *folders;
    struct merge_part *parts;
    size_t count, read;
    const char *out;
    char *command, out_path[PATH_MAX];
    struct merge *merge;
};

static const struct command_option options[] = {
    {"out", "DIR", "results, reports and evidence of all", 0, 0},
    {NULL, NULL, NULL, 0, 0},
};

static int parse(int argc, char **argv, struct merging *it)
{
    int option;

    it->command = options_command(argc, argv);
    while ((option = command_next(&cli_merge, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        it->out = optarg;
    }
    if (!it->out)
        return cli_usage("merge: expected --out DIR");
    if (optind == argc)
        return cli_usage("merge: expected folders of runs");
    it->count = (size_t)(argc - optind);
    it->folders = calloc(it->count, sizeof(*it->folders));
    it->parts = calloc(it->count, sizeof(*it->parts));
    if (!it->folders || !it->parts)
        return EXIT_ERROR;
    for (size_t i = 0; i < it->count; i++) {
        struct folder *folder = &it->folders[i];

        folder->name = argv[optind++];
        folder->path = realpath(folder->name, NULL);
        if (!folder->path)
            return cli_usage("%s: %s", folder->name, strerror(errno));
    }
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct folder *)a)->path, ((const struct folder *)b)->path);
}

/* In an order of their own, so that nothing depends on that of the command line. */
static int read_parts(struct merging *it)
{
    char error[512];

    qsort(it->folders, it->count, sizeof(*it->folders), by_path);
    for (; it->read < it->count; it->read++) {
        struct merge_part *part = &it->parts[it->read];

        part->folder = it->folders[it->read].name;
        if (results_read(part->folder, &part->results, error, sizeof(error)) < 0)
            return cli_usage("%s", error);
    }
    return 0;
}

/* Nothing of a part is touched. */
static int make_out(struct merging *it)
{
    int status = cli_make_out(it->out, it->out_path);

    for (size_t i = 0; i < it->count && !status; i++) {
        if (strcmp(it->folders[i].path, it->out_path) == 0)
            status = cli_usage("--out %s: is one of the folders that are merged", it->out);
    }
    return status;
}

static int take_evidence(struct run *run, void *context)
{
    struct merging *it = context;
    char from[PATH_MAX], to[PATH_MAX];
    int error = merge_date(it->merge, it->parts, it->count);

    for (size_t i = 0; i < run->case_count && !error; i++) {
        const char *below = run->results.cases[i].evidence;

        if (*below &&
            (size_t)snprintf(from, sizeof(from), "%s/%s", it->merge->from[i]->folder, below) <
                sizeof(from) &&
            (size_t)snprintf(to, sizeof(to), "%s/%s", it->out_path, below) < sizeof(to))
            error = evidence_take(from, to);
    }
    return error;
}

static int merge_read(struct merging *it, const struct catalogue *catalogue)
{
    struct run *run = &it->merge->run;
    char error[512] = "";
    int result = merge_parts(catalogue, it->parts, it->count, it->merge, error, sizeof(error));
    int status = result == -EINVAL ? cli_usage("%s", error) : result ? EXIT_ERROR : 0;

    if (!status)
        status = make_out(it);
    if (!status) {
        run->options.out = it->out_path;
        run->options.command = it->command;
        fprintf(stderr, "%zu folders, %zu cases\n", it->count, run->case_count);
        status = cli_outcome(run, take_evidence, it);
    }
    merge_done(it->merge);
    return status;
}

static void done(struct merging *it)
{
    for (size_t i = 0; i < it->read; i++)
        results_done(&it->parts[i].results);
    for (size_t i = 0; i < it->count && it->folders; i++)
        free(it->folders[i].path);
    free(it->parts);
    free(it->folders);
    free(it->command);
}

static int merge(int argc, char **argv)
{
    struct merge joined = {0};
    struct merging it = {.merge = &joined};
    struct catalogue catalogue;
    int status = parse(argc, argv, &it);

    if (!status)
        status = read_parts(&it);
    if (!status)
        status = cli_catalogue(&catalogue);
    if (!status) {
        status = merge_read(&it, &catalogue);
        catalogue_done(&catalogue);
    }
    done(&it);
    return status;
}

const struct command cli_merge = {
    .name = "merge",
    .arguments = "DIR…",
    .text =
        "Weighs the shards of a run, or other parts of it, as that run: one verdict, one folder.",
    .options = options,
    .run = merge,
};

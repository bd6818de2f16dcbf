/* What `papcheck run` looks at before it runs anything: mistakes of the caller are said in a line
 * and end with 2; they must not look like a finding. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conformance/cli/papcheck.h"
#include "conformance/cli/papcheck_options.h"
#include "conformance/program/program.h"
#include "conformance/run/papsim.h"
#include "conformance/selftest/defect_list.h"

/* Without one of its parts papcheck must not judge less than it seems to. */
static int check_simulator(struct arguments *arguments)
{
    arguments->options.papsim = arguments->papsim;
    if (arguments->options.of[SUBJECT_DEVICE].name ||
        program_beside("papsim", arguments->papsim, sizeof(arguments->papsim)) == 0)
        return 0;
    cli_usage("papsim is not with papcheck, and no --device is named (papcheck doctor)");
    return EXIT_ERROR;
}

/* A name is papsim's to know, a file is the same wherever it is asked for again. */
static int check_player(struct arguments *arguments)
{
    static const char own[] = "papsim: ";
    struct run_options *options = &arguments->options;
    char line[PATH_MAX + 512];

    if (!options->player)
        return 0;
    if (options->of[SUBJECT_DEVICE].name)
        return cli_usage("--player %s: the device is --device %s already", options->player,
                         options->of[SUBJECT_DEVICE].name);
    if (papsim_try(options->papsim, options->player, line, sizeof(line)) < 0)
        return cli_usage("%s", line + (strncmp(line, own, strlen(own)) == 0 ? strlen(own) : 0));
    if (!strchr(options->player, '/') && access(options->player, R_OK) < 0)
        return 0;
    if (!realpath(options->player, arguments->player))
        return cli_usage("--player %s: %s", options->player, strerror(errno));
    options->player = arguments->player;
    return 0;
}

/* What comes with us is judged when nothing of a vendor's is named. */
static int take_own(enum subject_id id, struct arguments *arguments)
{
    struct subject_given *given = &arguments->options.of[id];

    if (program_beside(given->defects ? subjects[id].deviant : subjects[id].own,
                       arguments->files[id], PATH_MAX) == 0) {
        given->name = arguments->files[id];
        given->own = true;
        return 0;
    }
    if (given->defects)
        cli_usage("--%s: %s is never installed: run papcheck from a checkout's build",
                  subjects[id].deviate, subjects[id].deviant);
    else
        cli_usage("%s is not with papcheck, and no --%s is named (papcheck doctor)",
                  subjects[id].own, subjects[id].option);
    return EXIT_ERROR;
}

/* Is ours judged in this run, or does it serve what is? */
static bool takes_own(enum subject_id id, const struct run_options *options)
{
    if (options->of[SUBJECT_DEVICE].name || options->player)
        return false;
    for (enum subject_id other = 0; subjects[id].alone && other < SUBJECTS; other++) {
        if (options->of[other].name && !options->of[other].own)
            return false;
    }
    return true;
}

/* A file that is no library is the caller's mistake; a library without an export is a finding. */
static int check_files(struct arguments *arguments)
{
    int status = 0;

    for (enum subject_id id = 0; id < SUBJECTS && !status; id++) {
        struct subject_given *given = &arguments->options.of[id];

        if (!subjects[id].own)
            continue;
        if (!given->name) {
            if (takes_own(id, &arguments->options))
                status = take_own(id, arguments);
            continue;
        }
        if (!realpath(given->name, arguments->files[id]))
            return cli_usage("--%s %s: %s", subjects[id].option, given->name, strerror(errno));
        given->name = arguments->files[id];
        status = cli_check_library(subjects[id].option, given->name);
    }
    return status;
}

/* Is it ours that is judged, or serves the one that is? Nobody else has defects to switch on. */
static bool is_ours(const struct run_options *options, enum subject_id id)
{
    if (subjects[id].own)
        return options->of[id].own;
    return subjects[id].option ? !options->of[id].name : subjects[id].given(options);
}

/* A defect that is not switched on would be a green run. */
static int check_defects(const struct arguments *arguments)
{
    const struct subject_given *of = arguments->options.of;
    struct defect_list list = {0};
    bool any = false;
    int status = 0;

    for (enum subject_id id = 0; id < SUBJECTS; id++) {
        if (of[id].defects && !is_ours(&arguments->options, id))
            return cli_usage("--%s: only our own %s has defects to switch on, and it is not in "
                             "this run",
                             subjects[id].deviate, subjects[id].defective);
        any |= of[id].defects != NULL;
    }
    if (!any)
        return 0;
    defects_load(&list);
    for (enum subject_id id = 0; id < SUBJECTS; id++) {
        for (const char *const *name = of[id].defects; name && *name && !status; name++) {
            if (!defects_know(&list, id, *name))
                status = cli_usage("--%s %s: no such defect%s", subjects[id].deviate, *name,
                                   subjects[id].no_defect);
        }
    }
    defects_done(&list);
    return status;
}

static int check_ics(const struct arguments *arguments, const struct catalogue *catalogue)
{
    struct ics ics;
    char error[4096];

    if (!arguments->options.ics)
        return 0;
    if (ics_read(arguments->options.ics, catalogue, &ics, error, sizeof(error)) < 0)
        return cli_usage("%s", error);
    ics_done(&ics);
    return 0;
}

int options_check(struct arguments *arguments, const struct catalogue *catalogue)
{
    int status = check_simulator(arguments);

    if (!status)
        status = check_player(arguments);
    if (!status)
        status = check_files(arguments);
    if (!status)
        status = check_ics(arguments, catalogue);
    return status ? status : check_defects(arguments);
}

/* `out/run-<time>-<pid>` unless one is named. */
int options_complete(struct arguments *arguments)
{
    time_t now = time(NULL);
    char stamp[32], path[64];
    struct tm local;

    arguments->options.out = arguments->out_path;
    if (arguments->out)
        return cli_make_out(arguments->out, arguments->out_path);
    localtime_r(&now, &local);
    strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &local);
    snprintf(path, sizeof(path), "out/run-%s-%d", stamp, (int)getpid());
    if (mkdir("out", 0777) < 0 && errno != EEXIST)
        return cli_usage("out: %s", strerror(errno));
    return cli_make_out(path, arguments->out_path);
}

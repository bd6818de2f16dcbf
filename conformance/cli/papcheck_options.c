/* The options of `papcheck run`: a table of its own, and for each subject the one that names it and
 * the one that switches on a defect of ours. */
#include "conformance/cli/papcheck_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/cli/papcheck.h"
#include "conformance/program/shell.h"
#include "spcore/base.h"
#include "spcore/com/com_guid.h"

static int parse_number(const char *text, unsigned long long least, unsigned long long most,
                        unsigned long long *ret)
{
    char *end;

    errno = 0;
    *ret = strtoull(text, &end, 0);
    return errno || end == text || *end || *text == '-' || *ret < least || *ret > most ? -EINVAL
                                                                                       : 0;
}

static int take_jobs(const char *value, struct arguments *arguments)
{
    unsigned long long number;

    if (parse_number(value, 1, 256, &number))
        return cli_usage("--jobs %s: expected a number from 1 to 256", value);
    arguments->options.jobs = (unsigned)number;
    return 0;
}

static int take_scale(const char *value, struct arguments *arguments)
{
    unsigned long long number;

    if (parse_number(value, 1, 100, &number))
        return cli_usage("--timeout-scale %s: expected a number from 1 to 100", value);
    arguments->options.timeout_scale = (unsigned)number;
    return 0;
}

static int take_seed(const char *value, struct arguments *arguments)
{
    unsigned long long number;

    if (parse_number(value, 0, INT64_MAX, &number))
        return cli_usage("--seed %s: expected a number", value);
    arguments->options.seed = number;
    return 0;
}

static int take_shard(const char *value, struct arguments *arguments)
{
    char rest;

    if (sscanf(value, "%u/%u%c", &arguments->shard, &arguments->shards, &rest) != 2 ||
        !arguments->shard || arguments->shard > arguments->shards || arguments->shards > 1000)
        return cli_usage("--shard %s: expected i/n with 1 ≤ i ≤ n", value);
    snprintf(arguments->shard_text, sizeof(arguments->shard_text), "%u/%u", arguments->shard,
             arguments->shards);
    arguments->options.shard = arguments->shard_text;
    return 0;
}

static int take_evidence(const char *value, struct arguments *arguments)
{
    if (strcmp(value, "failed") != 0 && strcmp(value, "all") != 0)
        return cli_usage("--evidence %s: expected failed or all", value);
    arguments->options.failed_evidence = strcmp(value, "failed") == 0;
    return 0;
}

/* Those that only say yes, and those that keep a text. */
#define TAKE(name, member, taken)                                                                  \
    static int take_##name(const char *value, struct arguments *arguments)                         \
    {                                                                                              \
        (void)value;                                                                               \
        arguments->member = taken;                                                                 \
        return 0;                                                                                  \
    }
TAKE(player, options.player, value)
TAKE(ics, options.ics, value)
TAKE(out, out, value)
TAKE(serial, options.serial, value)
TAKE(strict, options.strict, true)
TAKE(subset, options.subset, true)
TAKE(fail_fast, options.fail_fast, true)
TAKE(destructive, options.destructive, true)
TAKE(allow_mtp, options.allow_mtp, true)
TAKE(debug, options.debug, true)
#undef TAKE

static int take_mof(const char *value, struct arguments *arguments)
{
    if (!realpath(value, arguments->mof))
        return cli_usage("--mof %s: %s", value, strerror(errno));
    arguments->options.mof = arguments->mof;
    return 0;
}

/* In the one form that results have. */
static int take_class(const char *value, struct arguments *arguments)
{
    GUID id;

    if (!com_guid_parse(value, &id))
        return cli_usage(CLI_CLSID, value);
    com_guid_format(&id, arguments->provider_class);
    arguments->options.clsid = arguments->options.provider_class = arguments->provider_class;
    return 0;
}

static const struct {
    const char *name, *value, *text;
    int (*take)(const char *value, struct arguments *arguments);
} own[] = {
    {"player", "NAME|FILE", "the device: a player of papsim, which is started for each case",
     take_player},
    {"clsid", "ID", "the provider's class; if not said, what it registers or the device names",
     take_class},
    {"mof", "FILE", "that registers the class provider; ours if not said", take_mof},
    {"ics", "FILE", "what the device declares it has, instead of what is observed", take_ics},
    {"out", "DIR", "results, reports and evidence; a new folder below out/ if not said", take_out},
    {"jobs", "N", "how many cases at once, 1 to 256", take_jobs},
    {"seed", "N", "of what the cases draw by lot; 1 if not said", take_seed},
    {"shard", "I/N", "part I of N of what is selected", take_shard},
    {"subset", NULL, "a part is enough: it is green though MUST cases are left out", take_subset},
    {"evidence", "WHICH", "failed or all (if not said): whose evidence is kept", take_evidence},
    {"strict", NULL, "warnings count as failures", take_strict},
    {"fail-fast", NULL, "ends with the first failure", take_fail_fast},
    {"destructive", NULL, "cases that write or delete may run on a device that is not ours",
     take_destructive},
    {"serial", "S", "the device's serial number: cases that format it may run", take_serial},
    {"allow-mtp", NULL, "the provider drives an MTP device, too", take_allow_mtp},
    {"timeout-scale", "N", "times every time-out of a case, 1 to 100", take_scale},
    {"debug", NULL, "one case in this process, for a debugger", take_debug},
};

static int take_subject(enum subject_id id, const char *value, struct arguments *arguments)
{
    const char *expected = subjects[id].misfit ? subjects[id].misfit(value) : NULL;

    arguments->options.of[id].name = value;
    return expected ? cli_usage("--%s %s: %s", subjects[id].option, value, expected) : 0;
}

/* The last one counts where there is one. */
static int take_defect(enum subject_id id, const char *value, struct arguments *arguments)
{
    size_t *count = &arguments->defect_counts[id];

    if (*count == subjects[id].defects_most && *count > 1)
        return cli_usage("--%s %s: more than %u of them", subjects[id].deviate, value,
                         subjects[id].defects_most);
    if (*count == subjects[id].defects_most)
        --*count;
    arguments->defects[id][(*count)++] = value;
    arguments->options.of[id].defects = arguments->defects[id];
    return 0;
}

/* What an option's id says: an index of `own`, or the subject it is of. */
enum { OWN = 0x100, NAMES = 0x200, DEVIATES = 0x300, KIND = 0xf00 };

struct command_option options_run[2 * SUBJECTS + ARRAY_SIZE(own) + 1];

void options_list(void)
{
    struct command_option *at = options_run;

    for (int id = 0; id < SUBJECTS; id++) {
        const struct subject *subject = &subjects[id];

        if (subject->option)
            *at++ = (struct command_option){subject->option, subject->value, subject->help,
                                            NAMES + id, 0};
    }
    for (size_t i = 0; i < ARRAY_SIZE(own); i++)
        *at++ = (struct command_option){own[i].name, own[i].value, own[i].text, OWN + (int)i, 0};
    for (int id = 0; id < SUBJECTS; id++) {
        if (subjects[id].deviate)
            *at++ = (struct command_option){subjects[id].deviate, "NAME", subjects[id].deviate_help,
                                            DEVIATES + id, 0};
    }
}

/* A path below where we are is as good from there. */
static const char *from_here(const char *word, const char *here)
{
    size_t length = strlen(here);

    return length && strncmp(word, here, length) == 0 && word[length] == '/' && word[length + 1]
               ? word + length + 1
               : word;
}

char *options_command(int argc, char **argv)
{
    char here[PATH_MAX], *command = NULL;
    size_t size;
    FILE *out = open_memstream(&command, &size);

    if (!out)
        return NULL;
    if (!getcwd(here, sizeof(here)))
        here[0] = '\0';
    fputs("papcheck", out);
    for (int i = 0; i < argc; i++) {
        fputc(' ', out);
        shell_put(out, from_here(argv[i], here));
    }
    fclose(out);
    return command;
}

int options_parse(int argc, char **argv, struct arguments *arguments)
{
    int option, status = 0;

    arguments->command = options_command(argc, argv); /* before getopt sorts it */
    arguments->options.command = arguments->command;
    while (!status && (option = command_next(&cli_run, argc, argv)) != COMMAND_END) {
        int which = option & ~KIND;

        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        if ((option & KIND) == OWN)
            status = own[which].take(optarg, arguments);
        else if ((option & KIND) == NAMES)
            status = take_subject((enum subject_id)which, optarg, arguments);
        else
            status = take_defect((enum subject_id)which, optarg, arguments);
    }
    if (!status) {
        arguments->options.patterns = (const char *const *)argv + optind;
        arguments->options.pattern_count = (size_t)(argc - optind);
    }
    return status;
}

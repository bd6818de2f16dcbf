/* `papcheck run`: options, the run itself, progress on stderr, the summary as the last line. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conformance/cli/papcheck.h"
#include "conformance/report/report.h"
#include "conformance/run/run.h"
#include "conformance/selftest/defect_list.h"

#define NAMES_MAX 64

struct arguments {
    struct run_options options;
    const char *patterns[NAMES_MAX];
    size_t pattern_count;
    const char *defects[NAMES_MAX + 1];
    size_t defect_count;
    unsigned shard, shards;
    char out[PATH_MAX], papsim[PATH_MAX], provider[PATH_MAX];
};

enum {
    OPT_DEVICE = 256,
    OPT_PROVIDER,
    OPT_ICS,
    OPT_OUT,
    OPT_JOBS,
    OPT_SEED,
    OPT_SHARD,
    OPT_STRICT,
    OPT_FAIL_FAST,
    OPT_DESTRUCTIVE,
    OPT_SERIAL,
    OPT_ALLOW_MTP,
    OPT_DEVIATE,
    OPT_PROVIDER_DEVIATE,
    OPT_HOST_DEVIATE,
    OPT_TIMEOUT_SCALE
};

static const struct option long_options[] = {
    {"device", required_argument, NULL, OPT_DEVICE},
    {"provider", required_argument, NULL, OPT_PROVIDER},
    {"ics", required_argument, NULL, OPT_ICS},
    {"out", required_argument, NULL, OPT_OUT},
    {"jobs", required_argument, NULL, OPT_JOBS},
    {"seed", required_argument, NULL, OPT_SEED},
    {"shard", required_argument, NULL, OPT_SHARD},
    {"strict", no_argument, NULL, OPT_STRICT},
    {"fail-fast", no_argument, NULL, OPT_FAIL_FAST},
    {"destructive", no_argument, NULL, OPT_DESTRUCTIVE},
    {"serial", required_argument, NULL, OPT_SERIAL},
    {"allow-mtp", no_argument, NULL, OPT_ALLOW_MTP},
    {"deviate", required_argument, NULL, OPT_DEVIATE},
    {"provider-deviate", required_argument, NULL, OPT_PROVIDER_DEVIATE},
    {"host-deviate", required_argument, NULL, OPT_HOST_DEVIATE},
    {"timeout-scale", required_argument, NULL, OPT_TIMEOUT_SCALE},
    {NULL, 0, NULL, 0},
};

static int parse_number(const char *text, unsigned long long least, unsigned long long most,
                        unsigned long long *ret)
{
    char *end;

    errno = 0;
    *ret = strtoull(text, &end, 0);
    return errno || end == text || *end || *text == '-' || *ret < least || *ret > most ? -EINVAL
                                                                                       : 0;
}

static int parse_shard(const char *text, struct arguments *arguments)
{
    char rest;

    if (sscanf(text, "%u/%u%c", &arguments->shard, &arguments->shards, &rest) != 2 ||
        !arguments->shard || arguments->shard > arguments->shards || arguments->shards > 1000)
        return cli_usage("--shard %s: expected i/n with 1 ≤ i ≤ n", text);
    return 0;
}

static int take_number(int option, const char *value, struct arguments *arguments)
{
    unsigned long long number;

    if (option == OPT_JOBS) {
        if (parse_number(value, 1, 256, &number))
            return cli_usage("--jobs %s: expected a number from 1 to 256", value);
        arguments->options.jobs = (unsigned)number;
        return 0;
    }
    if (option == OPT_TIMEOUT_SCALE) {
        if (parse_number(value, 1, 100, &number))
            return cli_usage("--timeout-scale %s: expected a number from 1 to 100", value);
        arguments->options.timeout_scale = (unsigned)number;
        return 0;
    }
    if (parse_number(value, 0, INT64_MAX, &number))
        return cli_usage("--seed %s: expected a number", value);
    arguments->options.seed = number;
    return 0;
}

static int take_option(int option, const char *value, struct arguments *arguments)
{
    struct run_options *options = &arguments->options;

    switch (option) {
    case OPT_DEVICE:
        options->device = value;
        return strncmp(value, "usb:", 4) != 0 && strncmp(value, "usbip:", 6) != 0
                   ? cli_usage("--device %s: expected usb:VID:PID[:SERIAL] or "
                               "usbip:HOST[:PORT]/BUSID",
                               value)
                   : 0;
    case OPT_PROVIDER:
        options->provider = value;
        return 0;
    case OPT_ICS:
        options->ics = value;
        return 0;
    case OPT_OUT:
        options->out = value;
        return 0;
    case OPT_SHARD:
        return parse_shard(value, arguments);
    case OPT_STRICT:
        options->strict = true;
        return 0;
    case OPT_FAIL_FAST:
        options->fail_fast = true;
        return 0;
    case OPT_DESTRUCTIVE:
        options->destructive = true;
        return 0;
    case OPT_SERIAL:
        options->serial = value;
        return 0;
    case OPT_ALLOW_MTP:
        options->allow_mtp = true;
        return 0;
    case OPT_DEVIATE:
        if (arguments->defect_count < NAMES_MAX)
            arguments->defects[arguments->defect_count++] = value;
        return 0;
    case OPT_PROVIDER_DEVIATE:
        options->provider_defect = value;
        return 0;
    case OPT_HOST_DEVIATE:
        options->host_defect = value;
        return 0;
    default:
        return take_number(option, value, arguments);
    }
}

static int parse(int argc, char **argv, struct arguments *arguments)
{
    int option, status;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        if (option == ':')
            return cli_usage("%s: expected a value", argv[optind - 1]);
        if (option == '?')
            return cli_usage("run: unknown option %s (--help lists them)", argv[optind - 1]);
        status = take_option(option, optarg, arguments);
        if (status)
            return status;
    }
    for (; optind < argc && arguments->pattern_count < NAMES_MAX; optind++)
        arguments->patterns[arguments->pattern_count++] = argv[optind];
    return 0;
}

/* A file that is no library is the caller's mistake; a library without an export is a finding. */
static int check_provider(struct arguments *arguments)
{
    struct run_options *options = &arguments->options;

    if (!options->provider && !options->device) {
        const char *own = options->provider_defect ? "libspcore-deviant.so" : "libspcore.so";

        if (cli_beside(own, arguments->provider, sizeof(arguments->provider)) < 0)
            return 0;
        options->provider = arguments->provider;
        options->own_provider = true;
        return 0;
    }
    if (!options->provider)
        return 0;
    if (!realpath(options->provider, arguments->provider))
        return cli_usage("--provider %s: %s", options->provider, strerror(errno));
    options->provider = arguments->provider;
    return cli_check_library(options->provider);
}

static bool is_known(const struct defect_list *list, const char *name, enum defect_subject subject)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->pairs[i].subject == subject && strcmp(list->pairs[i].name, name) == 0)
            return true;
    }
    return false;
}

/* A defect that is not switched on would be a green run. */
static int check_defects(const struct arguments *arguments)
{
    const struct run_options *options = &arguments->options;
    struct defect_list list = {0};
    int status = 0;

    if (arguments->defect_count && options->device)
        return cli_usage("--deviate: only our own simulator has defects to switch on");
    if (!arguments->defect_count && !options->provider_defect && !options->host_defect)
        return 0;
    defects_load(&list);
    for (size_t i = 0; !status && i < arguments->defect_count; i++) {
        if (!is_known(&list, arguments->defects[i], DEFECT_SIMULATOR))
            status = cli_usage("--deviate %s: no such defect (papsim deviations lists them)",
                               arguments->defects[i]);
    }
    if (!status && options->provider_defect &&
        !is_known(&list, options->provider_defect, DEFECT_PROVIDER))
        status = cli_usage("--provider-deviate %s: no such defect of libspcore-deviant.so",
                           options->provider_defect);
    if (!status && options->host_defect && !is_known(&list, options->host_defect, DEFECT_HOST))
        status = cli_usage("--host-deviate %s: no such defect of our model of a host",
                           options->host_defect);
    defects_done(&list);
    return status;
}

static int check_ics(const struct arguments *arguments)
{
    struct ics ics;
    char error[512];

    if (!arguments->options.ics)
        return 0;
    if (ics_read(arguments->options.ics, &ics, error, sizeof(error)) < 0)
        return cli_usage("%s", error);
    ics_done(&ics);
    return 0;
}

/* `out/run-<time>-<pid>` unless one is named. */
static int make_out(struct arguments *arguments)
{
    struct run_options *options = &arguments->options;
    time_t now = time(NULL);
    struct tm local;
    char stamp[32], relative[PATH_MAX];
    struct stat info;

    if (!options->out) {
        localtime_r(&now, &local);
        strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &local);
        snprintf(relative, sizeof(relative), "out/run-%s-%d", stamp, (int)getpid());
        if (mkdir("out", 0777) < 0 && errno != EEXIST)
            return cli_usage("out: %s", strerror(errno));
    } else {
        snprintf(relative, sizeof(relative), "%s", options->out);
    }
    if (mkdir(relative, 0777) < 0 && errno == ENOENT) {
        char parent[PATH_MAX];

        snprintf(parent, sizeof(parent), "%s", relative);
        if (strrchr(parent, '/')) {
            *strrchr(parent, '/') = '\0';
            mkdir(parent, 0777);
        }
        mkdir(relative, 0777);
    }
    if (!realpath(relative, arguments->out) || access(arguments->out, W_OK) < 0 ||
        stat(arguments->out, &info) < 0 || !S_ISDIR(info.st_mode))
        return cli_usage("--out %s: expected a folder that can be written", relative);
    options->out = arguments->out;
    return 0;
}

/* ---- progress */

struct progress {
    size_t done, total;
    bool bar;
};

static void show(const struct run *run, const struct run_result *result, void *context)
{
    struct progress *progress = context;
    char name[128];
    unsigned filled;

    (void)run;
    progress->done++;
    run_case_name(result->conf_case, name, sizeof(name));
    if (progress->bar) {
        filled = (unsigned)(progress->done * 30 / progress->total);
        fprintf(stderr, "\r\033[K[%.*s%.*s] %zu/%zu %s", (int)filled,
                "##############################", (int)(30 - filled),
                "..............................", progress->done, progress->total, name);
        if (progress->done == progress->total)
            fputs("\r\033[K", stderr);
    }
    if (result->verdict == RUN_FAIL || result->verdict == RUN_ERROR)
        fprintf(stderr, "%s%s %s: %s\n", progress->bar ? "\r\033[K" : "",
                run_verdict_names[result->verdict], name,
                result->reason[0] ? result->reason : result->conf_case->title);
}

/* ---- interruption */

static struct run *running; /* for the handler alone */

static void interrupt(int signal)
{
    uint64_t one = 1;
    int error = errno;

    (void)signal;
    running->interrupted = true;
    if (write(running->options.stop_fd, &one, sizeof(one)) < 0)
        running->interrupted = true; /* the cases that run come to their end first, then */
    errno = error;
}

static void catch_interrupts(struct run *run)
{
    struct sigaction action = {.sa_handler = interrupt};

    run->options.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    running = run;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void print_failures(const struct run *run)
{
    size_t k;
    const json_t *check;
    char name[128];

    for (size_t i = 0; i < run->count; i++) {
        const struct run_result *result = &run->results[i];

        if (result->verdict != RUN_FAIL && result->verdict != RUN_ERROR)
            continue;
        run_case_name(result->conf_case, name, sizeof(name));
        printf("%s %s: %s\n", run_verdict_names[result->verdict], name, result->conf_case->title);
        if (result->reason[0])
            printf("    %s\n", result->reason);
        json_array_foreach(result->checks, k, check)
        {
            if (json_is_true(json_object_get(check, "ok")))
                continue;
            printf("    %s: %s (%s:%lld) saw %s\n",
                   json_string_value(json_object_get(check, "row")),
                   json_string_value(json_object_get(check, "text")),
                   json_string_value(json_object_get(check, "file")),
                   (long long)json_integer_value(json_object_get(check, "line")),
                   json_string_value(json_object_get(check, "seen")));
        }
    }
}

static void print_left_behind(const struct run *run)
{
    const json_t *note;
    size_t k;

    for (size_t i = 0; i < run->count; i++) {
        json_array_foreach(run->results[i].notes, k, note)
        {
            if (strncmp(json_string_value(note), CONF_LEFT_BEHIND, strlen(CONF_LEFT_BEHIND)) == 0)
                printf("%s\n", json_string_value(note));
        }
    }
}

static int finish(struct run *run)
{
    char path[PATH_MAX + 32], error[512];
    json_t *results;
    int status = run->interrupted ? EXIT_INTERRUPTED : run_exit_code(run);

    print_failures(run);
    if (run->options.device)
        print_left_behind(run);
    if (run_write(run, run->options.out) < 0 ||
        report_write(run->options.out, REPORT_ALL, error, sizeof(error)) < 0) {
        cli_usage("%s: the results cannot be written", run->options.out);
        return EXIT_ERROR;
    }
    snprintf(path, sizeof(path), "%s/results.json", run->options.out);
    results = json_load_file(path, 0, NULL);
    report_summary(results, run->options.out, stdout);
    json_decref(results);
    return status;
}

/* What the command line means, of the subjects it gives. *ret_cases is the caller's on success. */
static int choose(const struct arguments *arguments, const struct catalogue *catalogue,
                  const struct conf_case ***ret_cases, size_t *ret_count)
{
    const struct conf_case **cases;
    const char *bad = NULL;
    size_t found, count;
    int status = 0;

    if (run_select(catalogue, arguments->patterns, arguments->pattern_count, &cases, &found, &bad) <
        0)
        return cli_usage("%s: no such case, row or flow (papcheck list shows them)",
                         bad ? bad : "run");
    count = run_keep_subjects(&arguments->options, cases, found);
    if (!count)
        status = cli_usage("run: what is selected judges a %s, and none is given",
                           arguments->options.provider ? "device (--device URI)"
                                                       : "provider (--provider LIB)");
    else if (count < found && arguments->pattern_count)
        fprintf(stderr, "%zu of the selected cases judge a subject that is not given\n",
                found - count);
    if (!status && arguments->shards)
        count = run_shard(cases, count, arguments->shard, arguments->shards);
    if (!status && !count)
        status = cli_usage("run: nothing is selected");
    if (status) {
        free(cases);
        return status;
    }
    *ret_cases = cases;
    *ret_count = count;
    return 0;
}

/* The simulator, the folder and what else the options leave to us. */
static int complete(struct arguments *arguments)
{
    struct run_options *options = &arguments->options;

    options->papsim = arguments->papsim;
    if (!options->device &&
        cli_beside("papsim", arguments->papsim, sizeof(arguments->papsim)) < 0) {
        cli_usage("papsim is not beside papcheck; build it, or name a --device");
        return EXIT_ERROR;
    }
    if (!options->jobs)
        options->jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    if (arguments->defect_count)
        options->defects = arguments->defects;
    return make_out(arguments);
}

static int run_chosen(const struct arguments *arguments, const struct catalogue *catalogue,
                      const struct conf_case *const *cases, size_t count)
{
    struct progress progress = {.bar = isatty(STDERR_FILENO), .total = count};
    struct run run = {.options = arguments->options, .catalogue = catalogue};
    int status;

    fprintf(stderr, "seed %llu, %zu cases%s\n", (unsigned long long)run.options.seed, count,
            run.options.ics ? "" : ", observed ICS");
    catch_interrupts(&run);
    if (run_all(&run, cases, count, show, &progress) < 0) {
        rmdir(run.options.out); /* when it is empty */
        status = EXIT_ERROR;
    } else {
        status = finish(&run);
    }
    run_done(&run);
    return status;
}

int cli_run(int argc, char **argv)
{
    static struct arguments arguments = {.options = {.seed = 1}};
    const struct conf_case **cases = NULL;
    struct catalogue catalogue;
    size_t count = 0;
    int status = parse(argc, argv, &arguments);

    if (!status)
        status = check_provider(&arguments);
    if (!status)
        status = check_ics(&arguments);
    if (!status)
        status = check_defects(&arguments);
    if (!status)
        status = cli_catalogue(&catalogue);
    if (status)
        return status;
    status = choose(&arguments, &catalogue, &cases, &count);
    if (!status)
        status = complete(&arguments);
    if (!status)
        status = run_chosen(&arguments, &catalogue, cases, count);
    free(cases);
    catalogue_done(&catalogue);
    return status;
}

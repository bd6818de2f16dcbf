/* `papsim import`: a log of a real device becomes a player file. */
#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "simulator/cli/papsim_verbs.h"
#include "simulator/import/anonymise.h"
#include "simulator/import/import_report.h"
#include "simulator/import/lines.h"
#include "simulator/spec/spec.h"
#include "spcore/base.h"

/* Those of papsim's own player (fixtures/players/mtp.yaml). */
enum { OWN_VENDOR = 0x1209, OWN_PRODUCT = 0x4d54 };

struct job {
    const char *kind, *source, *lsusb, *output;
    bool strict;
    unsigned vendor, product;
};

static const struct command_option import_options[] = {
    {"output", "FILE", "the player file; stdout if not said", 'o', 'o'},
    {"lsusb", "FILE", "of the same device, what lsusb -v prints: its descriptors", 'l', 0},
    {"device", "VID:PID", "the device meant, or what the log does not say", 'd', 0},
    {"strict", NULL, "refuse a log that is cut off or has odd lines", 's', 0},
    {NULL, NULL, NULL, 0, 0},
};

static const struct command_option anonymise_options[] = {
    {"output", "FILE", "the file made; stdout if not said", 'o', 'o'},
    {"strict", NULL, "refuse a log with bytes that are no text", 's', 0},
    {NULL, NULL, NULL, 0, 0},
};

static bool read_ids(const char *text, struct job *job)
{
    int length = 0;

    return strspn(text, "0123456789abcdefABCDEF:") == strlen(text) && strlen(text) <= 9 &&
           sscanf(text, "%4x:%4x%n", &job->vendor, &job->product, &length) == 2 &&
           text[length] == '\0' && (job->vendor || job->product);
}

static int parse_options(int argc, char **argv, struct job *job)
{
    int option;

    while ((option = command_next(&cli_import, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        if (option == 'o')
            job->output = optarg;
        else if (option == 'l')
            job->lsusb = optarg;
        else if (option == 's')
            job->strict = true;
        else if (!read_ids(optarg, job))
            return cli_usage("import: --device %s: expected VID:PID", optarg);
    }
    if (argc - optind != 2)
        return cli_usage("import: expected mtp-detect LOG or lsusb FILE");
    job->kind = argv[optind];
    job->source = argv[optind + 1];
    if (strcmp(job->kind, "mtp-detect") != 0 && strcmp(job->kind, "lsusb") != 0)
        return cli_usage("import %s: expected mtp-detect or lsusb", job->kind);
    if (job->lsusb && strcmp(job->kind, "lsusb") == 0)
        return cli_usage("import lsusb: --lsusb goes with mtp-detect");
    return 0;
}

static int read_one(const struct job *job, bool lsusb, struct import_report *report, char *error,
                    size_t size)
{
    struct lines lines;
    int result = lines_open(lsusb && job->lsusb ? job->lsusb : job->source, &lines, error, size);

    if (result)
        return result;
    result = lsusb ? import_lsusb(&lines, report, error, size)
                   : import_mtp_detect(&lines, job->strict ? IMPORT_STRICT : IMPORT_LENIENT, report,
                                       error, size);
    lines_done(&lines);
    return result;
}

/* "mtp-detect-acme-one.txt" is the player "acme-one", and "out/acme.yaml" is "acme". */
static void name_of(const struct job *job, char *name, size_t size)
{
    const char *path = job->output && cli_is_file(job->output) ? job->output : job->source;
    const char *base = strrchr(path, '/');

    base = base ? base + 1 : path;
    if (strncmp(base, "mtp-detect-", 11) == 0 && base[11])
        base += 11;
    snprintf(name, size, "%s", base);
    if (strrchr(name, '.') && strrchr(name, '.') != name)
        *strrchr(name, '.') = '\0';
}

/* The loader has the last word on what was made: it reads a file that has no name yet. */
static int check_player(const struct job *job, unsigned line, const char *text, size_t size)
{
    char path[64], error[512], *wrong;
    struct player_spec *spec;
    int memory = memfd_create("player", MFD_CLOEXEC), status = 0;

    if (memory < 0 || write(memory, text, size) != (ssize_t)size) {
        status = cli_usage("%s: %s", job->source, strerror(errno ? errno : EIO));
    } else {
        snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
        if (spec_load(path, &spec, error, sizeof(error))) {
            wrong = strstr(error, path) == error ? error + strlen(path) + 1 : error;
            status = cli_usage("%s:%u: the player made of it does not load: line %s", job->source,
                               line ? line : 1, wrong);
        } else {
            spec_free(spec);
        }
    }
    if (memory >= 0)
        close(memory);
    return status;
}

/* On stderr, as errors are. */
static void print_notes(const struct import_notes *notes)
{
    for (const char *at = notes->text; at && *at; at += strcspn(at, "\n") + 1)
        fprintf(stderr, "papsim: %.*s\n", (int)strcspn(at, "\n"), at);
}

static int write_player(const struct job *job, const struct import_report *report)
{
    char name[NAME_MAX + 1], source[2 * PATH_MAX];
    const char *base = strrchr(job->source, '/'), *other;
    struct import_origin origin = {name, source};
    char *text;
    size_t size;
    int status;

    other = job->lsusb ? strrchr(job->lsusb, '/') : NULL;
    name_of(job, name, sizeof(name));
    snprintf(source, sizeof(source), "Made by papsim import from %s%s%s",
             base ? base + 1 : job->source, job->lsusb ? " and " : "",
             job->lsusb ? (other ? other + 1 : job->lsusb) : "");
    if (import_write(report, &origin, &text, &size))
        return cli_usage("%s: %s", job->source, strerror(ENOMEM));
    status = check_player(job, report->line, text, size);
    if (!status && !job->strict)
        print_notes(&report->notes);
    if (!status)
        status = cli_put(job->output, text, size);
    free(text);
    return status;
}

/* A log may have lost them; the player has to have some. */
static int need_ids(const struct job *job, struct import_report *report, char *error, size_t size)
{
    struct lines at = {.path = job->source, .number = report->line};
    uint16_t product = report->usb.product ? report->usb.product : OWN_PRODUCT;

    if (report->usb.vendor || (job->strict && report->usb.product))
        return 0;
    if (job->strict)
        return lines_fault(&at, error, size,
                           "no USB ids before 'Device info:'; --lsusb or --device can give them");
    import_note(&report->notes, &at,
                "no USB ids before 'Device info:', assumed %04x:%04x; --lsusb or --device can "
                "give them",
                OWN_VENDOR, product);
    report->usb.vendor = OWN_VENDOR;
    report->usb.product = product;
    return 0;
}

static int import_command(int argc, char **argv)
{
    struct job job = {0};
    struct import_report report = {0};
    char error[512];
    bool lsusb;
    int status = parse_options(argc, argv, &job);

    if (status)
        return status;
    assert(job.kind && job.source); /* parse_options() passes nothing less */
    lsusb = strcmp(job.kind, "lsusb") == 0;
    report.usb.vendor = (uint16_t)job.vendor;
    report.usb.product = (uint16_t)job.product;
    status = read_one(&job, lsusb, &report, error, sizeof(error));
    if (!status && job.lsusb)
        status = read_one(&job, true, &report, error, sizeof(error));
    if (!status)
        status = need_ids(&job, &report, error, sizeof(error));
    status = status ? cli_usage("%s", error) : write_player(&job, &report);
    import_report_done(&report);
    return status;
}

static int anonymise_command(int argc, char **argv)
{
    struct job job = {0};
    struct import_notes notes = {0};
    struct lines lines;
    char error[512], *text = NULL;
    size_t size = 0;
    FILE *out;
    int status;

    while ((status = command_next(&cli_anonymise, argc, argv)) == 'o' || status == 's') {
        job.output = status == 'o' ? optarg : job.output;
        job.strict |= status == 's';
    }
    if (status == COMMAND_WRONG)
        return EXIT_USAGE;
    if (argc - optind != 1)
        return cli_usage("anonymise: expected FILE [-o FILE]");
    if (lines_open(argv[optind], &lines, error, sizeof(error)))
        return cli_usage("%s", error);
    out = open_memstream(&text, &size);
    status =
        out ? anonymise(&lines, out, job.strict ? NULL : &notes, error, sizeof(error)) : -ENOMEM;
    if (!out || (fclose(out) && !status) || !text)
        status = cli_usage("%s: %s", argv[optind], strerror(ENOMEM));
    else if (status)
        status = cli_usage("%s", error);
    else
        status = cli_put(job.output, text, size);
    if (!status)
        print_notes(&notes);
    free(text);
    import_notes_done(&notes);
    lines_done(&lines);
    return status;
}

static bool kind(size_t index, const char **ret_name, const char **ret_text)
{
    static const char *const kinds[][2] = {
        {"mtp-detect LOG", "what libmtp's mtp-detect prints of the device"},
        {"lsusb FILE", "what lsusb -v prints: descriptors alone"},
    };

    if (index >= ARRAY_SIZE(kinds))
        return false;
    *ret_name = kinds[index][0];
    *ret_text = kinds[index][1];
    return true;
}

const struct command cli_import = {
    .name = "import",
    .arguments = "KIND FILE",
    .text = "Makes a player file of a log of a real device.",
    .options = import_options,
    .words_title = "KIND FILE",
    .words = kind,
    .run = import_command,
};

const struct command cli_anonymise = {
    .name = "anonymise",
    .arguments = "FILE",
    .text = "Puts other serial numbers and names into a player file or a log.",
    .options = anonymise_options,
    .run = anonymise_command,
};

/* `papcheck ics`: what a subject may say it offers, what a device shows of it, and whether a file
 * that says so can be believed. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/results/results.h"
#include "conformance/run/evidence.h"
#include "conformance/run/ics.h"
#include "conformance/run/offer.h"
#include "spcore/base.h"
#include "spcore/com/com_guid.h"

struct words {
    const char *verb, *file, *device, *provider, *clsid; /* verb "": none */
    bool json;
};

/* What the provider adds, asked on that device in a folder that is removed. */
static int observe_provider(const struct words *words, struct ics *ics)
{
    struct run_options options = {.of[SUBJECT_PROVIDER] = {.name = words->provider}};
    struct conf_context where = {.evidence = "/tmp/papcheck-ics-XXXXXX"};
    char clsid[COM_GUID_TEXT];
    struct run_class class = {"", ""};
    GUID id;
    int error;

    if (words->clsid && !com_guid_parse(words->clsid, &id))
        return cli_usage(CLI_CLSID, words->clsid);
    if (words->clsid) {
        com_guid_format(&id, clsid);
        options.provider_class = clsid;
    }
    if (cli_check_library("provider", words->provider))
        return EXIT_USAGE;
    if (!mkdtemp(where.evidence)) {
        cli_usage("%s: %s", where.evidence, strerror(errno));
        return EXIT_ERROR;
    }
    snprintf(where.uri, sizeof(where.uri), "%s", words->device);
    error = offer_observe(&options, &where, ics, &class);
    evidence_remove(where.evidence);
    if (!error)
        return 0;
    cli_usage("%s: %s", words->provider, strerror(-error));
    return EXIT_ERROR;
}

/* 0, or an exit code after a line that says why. */
static int observe(const struct words *words, struct ics *ret)
{
    const char *expected = subjects[SUBJECT_DEVICE].misfit(words->device);
    int error;

    if (expected)
        return cli_usage("--device %s: %s", words->device, expected);
    error = ics_observe(words->device, false, ret);
    if (error) {
        cli_usage("%s: %s", words->device, strerror(-error));
        return EXIT_ERROR;
    }
    return words->provider ? observe_provider(words, ret) : 0;
}

/* ---- ics observe */

/* Of a row that stands for many items, those that are shown. */
static void print_item(const struct words *words, const struct catalogue *catalogue,
                       const struct catalogue_item *item, const struct ics *ics)
{
    bool one = strpbrk(item->name, "hn") == NULL;

    if (one && strcmp(item->by, "vendor") == 0)
        printf("# %s=no # %s: its vendor says so\n", item->name, item->meaning);
    else if (one && strcmp(item->by, "provider") == 0 && !words->provider)
        printf("# %s=no # %s: observed with --provider\n", item->name, item->meaning);
    else if (one)
        printf("%s=%s # %s\n", item->name, ics_has(ics, item->name) ? "yes" : "no", item->meaning);
    for (size_t i = 0; i < ics->count && !one; i++) {
        if (catalogue_item(catalogue, ics->claims[i].item) == item)
            printf("%s=yes\n", ics->claims[i].item);
    }
}

static int ics_observed(const struct words *words, const struct catalogue *catalogue)
{
    struct ics ics = {0};
    int status = observe(words, &ics);

    if (status)
        return status;
    printf("# papcheck " PAPKIT_VERSION " observed %s\n", words->device);
    for (size_t i = 0; i < catalogue->item_count; i++) {
        if (strcmp(catalogue->items[i].by, "papcheck") != 0)
            print_item(words, catalogue, &catalogue->items[i], &ics);
    }
    ics_done(&ics);
    return EXIT_OK;
}

/* ---- ics check */

static int hold(const struct words *words, const struct catalogue *catalogue,
                const struct ics *declared)
{
    struct ics shown;
    struct result result;
    int status = observe(words, &shown);

    if (status)
        return status;
    if (ics_hold(declared, words->file, (const struct ics *const[]){&shown}, 1, "", catalogue,
                 &result) < 0) {
        status = EXIT_ERROR;
    } else {
        for (size_t i = 0; i < result.check_count; i++)
            printf("%s:%d: %s is declared, and is not shown: %s\n", words->file,
                   result.checks[i].line, result.checks[i].row, result.checks[i].text);
        for (size_t i = 0; i < result.notes.count; i++)
            printf("%s: warning: %s\n", words->file, result.notes.at[i]);
        status = result.check_count ? EXIT_NONCONFORMANT : EXIT_OK;
        result_done(&result);
    }
    ics_done(&shown);
    return status;
}

static int ics_checked(const struct words *words, const struct catalogue *catalogue)
{
    static char error[1 << 16];
    struct ics ics;
    size_t yes = 0;
    int status = EXIT_OK;

    if (ics_read(words->file, catalogue, &ics, error, sizeof(error)) < 0)
        return cli_usage("%s", error);
    if (words->device)
        status = hold(words, catalogue, &ics);
    for (size_t i = 0; i < ics.count; i++)
        yes += ics.claims[i].yes;
    if (status == EXIT_OK)
        printf("%s: %zu items, %zu of them yes\n", words->file, ics.count, yes);
    ics_done(&ics);
    return status;
}

/* ---- ics list */

static int ics_listed(const struct words *words, const struct catalogue *catalogue)
{
    json_t *all = json_array();

    for (size_t i = 0; i < catalogue->item_count; i++) {
        const struct catalogue_item *item = &catalogue->items[i];

        if (words->json)
            json_array_append_new(all, json_pack("{s:s,s:s,s:s,s:s,s:s}", "item", item->name, "by",
                                                 item->by, "meaning", item->meaning, "observed",
                                                 item->observed, "subject", item->subject));
        else
            printf("%-20s %-8s %-8s %s: %s\n", item->name, item->subject, item->by, item->meaning,
                   item->observed);
    }
    if (words->json)
        cli_print_json(all);
    else
        puts("An h is a hexadecimal digit in capitals, an n one from 1 to 9.");
    json_decref(all);
    return EXIT_OK;
}

/* ---- the three */

enum { DEVICE, PROVIDER, PROVIDER_CLASS, JSON };

static const struct command_option options[] = {
    {"device", "URI", "observe: of which; check: which is to keep it", DEVICE, 0},
    {"provider", "LIB", "with --device: and of which provider on it", PROVIDER, 0},
    {"clsid", "ID", "the provider's class, as in run", PROVIDER_CLASS, 0},
    {"json", NULL, "list: with all columns", JSON, 0},
    {NULL, NULL, NULL, 0, 0},
};

enum { FILE_GIVEN = 1, DEVICE_GIVEN = 2, JSON_GIVEN = 4, PROVIDER_GIVEN = 8 };

static const struct {
    const char *name, *expected, *text;
    unsigned must, may; /* be given */
    int (*run)(const struct words *words, const struct catalogue *catalogue);
} verbs[] = {
    {"observe", "--device URI [--provider LIB]", "writes what the device shows, and the provider",
     DEVICE_GIVEN, DEVICE_GIVEN | PROVIDER_GIVEN, ics_observed},
    {"check", "FILE [--device URI [--provider LIB]]",
     "says all faults of a file, and what the device does not keep", FILE_GIVEN,
     FILE_GIVEN | DEVICE_GIVEN | PROVIDER_GIVEN, ics_checked},
    {"list", "[--json]", "the items there are", 0, JSON_GIVEN, ics_listed},
};

static bool verb(size_t index, const char **ret_name, const char **ret_text)
{
    if (index >= ARRAY_SIZE(verbs))
        return false;
    *ret_name = verbs[index].name;
    *ret_text = verbs[index].text;
    return true;
}

static int parse(int argc, char **argv, struct words *ret)
{
    int option;

    while ((option = command_next(&cli_ics, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        if (option == DEVICE)
            ret->device = optarg;
        else if (option == PROVIDER)
            ret->provider = optarg;
        else if (option == PROVIDER_CLASS)
            ret->clsid = optarg;
        else
            ret->json = true;
    }
    ret->verb = optind < argc ? argv[optind++] : "";
    ret->file = optind < argc ? argv[optind++] : NULL;
    return optind < argc ? cli_usage("ics: unexpected argument %s", argv[optind]) : 0;
}

static int ics(int argc, char **argv)
{
    struct words words = {0};
    struct catalogue catalogue;
    int status = parse(argc, argv, &words);
    unsigned given = (words.file ? FILE_GIVEN : 0) | (words.device ? DEVICE_GIVEN : 0) |
                     (words.json ? JSON_GIVEN : 0) |
                     (words.provider || words.clsid ? PROVIDER_GIVEN : 0);

    for (size_t i = 0; !status && i < ARRAY_SIZE(verbs); i++) {
        if (strcmp(words.verb, verbs[i].name) != 0)
            continue;
        if ((given & verbs[i].must) != verbs[i].must || given & ~verbs[i].may ||
            (given & PROVIDER_GIVEN && (!words.device || !words.provider)))
            return cli_usage("ics %s: expected %s", verbs[i].name, verbs[i].expected);
        status = cli_catalogue(&catalogue);
        if (status)
            return status;
        status = verbs[i].run(&words, &catalogue);
        catalogue_done(&catalogue);
        return status;
    }
    return status ? status
                  : cli_usage("ics%s%s: expected observe, check or list", *words.verb ? " " : "",
                              words.verb);
}

const struct command cli_ics = {
    .name = "ics",
    .arguments = "VERB [FILE]",
    .text = "What a subject may declare that it offers, and whether a device keeps it.",
    .options = options,
    .words_title = "verbs",
    .words = verb,
    .run = ics,
};

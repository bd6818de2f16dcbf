/* `papcheck mof FILE…`: compiles MOF and says what it has made, or where it is wrong. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/host/cim/cim_print.h"
#include "conformance/host/mof/mof.h"
#include "conformance/report/markup.h"
#include "spcore/base.h"

enum {
    OPTION_NAMESPACE,
    OPTION_REPOSITORY,
    OPTION_CHECK,
    OPTION_CLASS,
    OPTION_INSTANCE,
    OPTION_TEXT
};

static const struct command_option options[] = {
    {"namespace", "NAME", "where what the files declare goes, unless they say; root\\default",
     OPTION_NAMESPACE, 0},
    {"repository", "DIR", "compiles into this repository instead of an empty one",
     OPTION_REPOSITORY, 0},
    {"check", NULL, "writes nothing", OPTION_CHECK, 0},
    {"class", "HOW", "createonly, updateonly, safeupdate or forceupdate", OPTION_CLASS, 0},
    {"instance", "HOW", "createonly or updateonly", OPTION_INSTANCE, 0},
    {"text", NULL, "prints what is made as MOF instead of a line each", OPTION_TEXT, 0},
    {NULL, NULL, NULL, 0, 0},
};

struct mof_command {
    struct mof_options options;
    const char *repository;
    bool text;
};

static const struct {
    const char *name;
    LONG flag;
    bool of_classes_only;
} ways[] = {
    {"createonly", WBEM_FLAG_CREATE_ONLY, false},
    {"updateonly", WBEM_FLAG_UPDATE_ONLY, false},
    {"safeupdate", WBEM_FLAG_UPDATE_SAFE_MODE, true},
    {"forceupdate", WBEM_FLAG_UPDATE_FORCE_MODE, true},
};

static int parse_way(const char *text, bool of_class, LONG *flags)
{
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        if (strcasecmp(ways[i].name, text) == 0 && (of_class || !ways[i].of_classes_only)) {
            *flags |= ways[i].flag;
            return 0;
        }
    }
    return of_class ? cli_usage("--class %s: expected createonly, updateonly, safeupdate or "
                                "forceupdate",
                                text)
                    : cli_usage("--instance %s: expected createonly or updateonly", text);
}

static int parse(int argc, char **argv, struct mof_command *command)
{
    int option, status = 0;

    while (!status && (option = command_next(&cli_mof, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        if (option == OPTION_NAMESPACE)
            command->options.namespace = optarg;
        else if (option == OPTION_REPOSITORY)
            command->repository = optarg;
        else if (option == OPTION_CHECK)
            command->options.check_only = true;
        else if (option == OPTION_TEXT)
            command->text = true;
        else
            status = parse_way(optarg, option == OPTION_CLASS,
                               option == OPTION_CLASS ? &command->options.class_flags
                                                      : &command->options.instance_flags);
    }
    if (status)
        return status;
    return optind < argc ? 0 : cli_usage("mof: expected one file or several");
}

/* A line, or MOF as it would be written to make the same. */
static void print(void *self, const struct cim_object *object)
{
    const struct mof_command *command = self;
    char *text = NULL;

    if (command->text) {
        text = cim_mof(object, 0);
        if (text)
            cli_print_lines(text);
    } else if (SUCCEEDED(cim_object_path(object, false, &text))) {
        fputs(object->genus == WBEM_GENUS_CLASS ? "class " : "instance ", stdout);
        rep_plain(stdout, text);
        if (object->genus == WBEM_GENUS_CLASS && cim_superclass(object))
            printf(" : %s", cim_superclass(object));
        putchar('\n');
    }
    free(text);
}

static int compile(struct cim_repo *repo, const char *path, const struct mof_command *command)
{
    struct mof_fault fault;
    HRESULT hr = mof_compile_file(repo, path, &command->options, &fault);

    if (SUCCEEDED(hr))
        return EXIT_OK;
    if (hr == WBEM_E_NOT_AVAILABLE && !fault.line)
        return cli_usage("%s: %s", fault.file, fault.text);
    rep_plain(stdout, fault.file);
    if (fault.line)
        printf(":%u:%u", fault.line, fault.column);
    fputs(": ", stdout);
    rep_plain(stdout, fault.text);
    putchar('\n');
    return EXIT_NONCONFORMANT;
}

static int mof_command(int argc, char **argv)
{
    struct mof_command command = {.options = {.made = print}};
    struct cim_repo *repo = NULL;
    char error[512];
    int status = parse(argc, argv, &command);

    if (status)
        return status;
    command.options.self = &command;
    if (mof_open(command.repository, &repo, error, sizeof(error)))
        return cli_usage("%s", error);
    for (int i = optind; i < argc; i++) {
        int one = compile(repo, argv[i], &command);

        status = one > status ? one : status;
    }
    cim_repo_close(repo);
    return status;
}

const struct command cli_mof = {
    .name = "mof",
    .arguments = "FILE...",
    .text =
        "Compiles MOF into an empty repository, or into one of yours, and prints what it makes. "
        "A file is compiled whole or not at all. Exit 0: compiled, 1: wrong, with line and "
        "column, 2: a file that cannot be read.",
    .options = options,
    .run = mof_command,
};

/* `papcheck registry FILE…`: hives and .reg files, read one over the other, as a text or a hive. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/cli/papcheck.h"
#include "conformance/host/hive/hive.h"
#include "spcore/command/whole.h"

enum { OPTION_KEY, OPTION_OUT };

static const struct command_option options[] = {
    {"key", "KEY", "which key a hive is, HKLM\\SYSTEM say; HKLM if not said", OPTION_KEY, 0},
    {"out", "FILE", "writes there instead of printing: text if its name ends in .reg, else a hive",
     OPTION_OUT, 0},
    {NULL, NULL, NULL, 0, 0},
};

/* All of a file, to free(); NULL: a usage error is said. */
static char *load(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rbe");
    char *data = file ? malloc(HIVE_BYTES_MAX + 1) : NULL;

    errno = file && !data ? ENOMEM : errno;
    if (data) {
        errno = 0;
        *ret_size = fread(data, 1, HIVE_BYTES_MAX + 1, file);
        if (ferror(file)) {
            free(data);
            data = NULL;
        }
    }
    if (!data)
        (void)cli_complain("%s: %s", path, strerror(errno));
    if (file)
        fclose(file);
    return data;
}

static int read_file(struct registry *registry, const char *key, const char *path)
{
    char error[REG_TEXT_ERROR];
    size_t size;
    char *data = load(path, &size);
    int status = 0;

    if (!data)
        return EXIT_USAGE;
    if (hive_is(data, size) ? hive_import(registry, key, path, data, size, error)
                            : reg_text_import(registry, path, data, size, error))
        status = cli_usage("%s", error);
    free(data);
    return status;
}

static int write_text(const struct registry *registry, const char *path)
{
    struct whole whole;
    int error = whole_begin(&whole, path);

    if (!error) {
        error = reg_text_export_wide(registry, "", whole.file);
        if (error)
            whole_drop(&whole);
        else
            error = whole_end(&whole);
    }
    return error ? cli_usage("%s: %s", path, strerror(-error)) : EXIT_OK;
}

static int write_out(const struct registry *registry, const char *key, const char *path)
{
    const char *end = strrchr(path, '.');
    char error[REG_TEXT_ERROR];

    if (end && strcasecmp(end, ".reg") == 0)
        return write_text(registry, path);
    if (!registry_has_key(registry, key))
        return cli_usage("%s: nothing is below %s", path, key);
    return hive_export(registry, key, path, error) ? cli_usage("%s", error) : EXIT_OK;
}

/* As the registry has it, to free(); NULL: a usage error is said. */
static char *key_of(const char *text)
{
    const char *rest, *root = reg_text_root(text, &rest);
    char *key;

    if (root && asprintf(&key, "%s%s", root, rest) >= 0)
        return key;
    (void)cli_complain("--key %s: expected a key below HKLM, HKCU, HKCR, HKU or HKCC", text);
    return NULL;
}

static int registry_command(int argc, char **argv)
{
    struct registry registry = {.root = NULL};
    const char *out = NULL, *named = "HKLM";
    int option, status = EXIT_OK;
    char *key;

    while ((option = command_next(&cli_registry, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        *(option == OPTION_OUT ? &out : &named) = optarg;
    }
    if (optind == argc)
        return cli_usage("registry: expected a hive or a .reg file, or several");
    key = key_of(named);
    if (!key)
        return EXIT_USAGE;
    for (int i = optind; i < argc && !status; i++)
        status = read_file(&registry, key, argv[i]);
    if (!status && out)
        status = write_out(&registry, key, out);
    else if (!status)
        reg_text_export(&registry, "", stdout);
    registry_done(&registry);
    free(key);
    return status;
}

const struct command cli_registry = {
    .name = "registry",
    .arguments = "FILE...",
    .text =
        "Prints hives and .reg files, read one over the other, as one .reg file, or writes them "
        "as one file of either kind. Exit 0: done, 2: a file that cannot be read or written.",
    .options = options,
    .run = registry_command,
};

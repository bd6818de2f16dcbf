/* `papd install-files`: what an INF's AddService and AddTrigger are on Linux – a unit of systemd
 * and a rule of udev. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spcore/base.h"
#include "spcore/command/beside.h"
#include "spcore/command/whole.h"
#include "spcore/papd/papd.h"

enum { INF, LIBRARY, PROVIDER };
static const struct command_option options[] = {
    {"inf", "FILE", "the INF of the player, which stays where it is", INF, 0},
    {"library", "DIR", "the folder of music that the service is to synchronise", LIBRARY, 0},
    {"provider", "LIB", "the service provider's library; ours if not said", PROVIDER, 0},
    {NULL, NULL, NULL, 0, 0},
};

struct installation {
    const char *folder;
    const char *given[3]; /* by option */
    char paths[3][PATH_MAX];
    char papd[PATH_MAX];
    char name[PAPD_NAME_MOST]; /* of the service, as systemd may call it */
    struct papd_models models;
};

/* ---- the texts */
/* A word of ExecStart=: quoted, and nothing in it means anything (systemd.service(5)). */
static void put_word(FILE *out, const char *word)
{
    fputs(" \"", out);
    for (; *word; word++) {
        if (strchr("\"\\", *word))
            fputc('\\', out);
        else if (strchr("%$", *word))
            fputc(*word, out);
        fputc(*word, out);
    }
    fputc('"', out);
}

static void put_title(FILE *out, const char *title)
{
    for (const unsigned char *at = (const unsigned char *)title; *at; at++) {
        if (*at == '%')
            fputc('%', out);
        fputc(*at < 0x20 || *at == 0x7f || *at == '\\' ? '?' : *at, out);
    }
    fputc('\n', out);
}

static void put_unit(FILE *out, const struct installation *it)
{
    fputs("[Unit]\nDescription=", out);
    put_title(out, *it->models.title ? it->models.title : it->name);
    fputs("Documentation=man:papd(1)\n\n[Service]\nType=notify\nExecStart=", out);
    fprintf(out, "%s run", it->papd);
    for (int i = INF; i <= PROVIDER; i++) {
        if (!it->given[i])
            continue;
        fprintf(out, " --%s", options[i].name);
        put_word(out, it->paths[i]);
    }
    fprintf(out, "\nStateDirectory=%s\n", it->name);
    fprintf(out, "# A player that came while it was ending.\nRestartForceExitStatus=%d\n",
            EXIT_AGAIN);
}

/* The attributes of sysfs by which an id is known: of a device, or of an interface. */
static void put_id(FILE *out, const struct papd_id *id, bool of_interface)
{
    static const struct {
        const char *device, *interface;
        int digits;
    } attributes[PAPD_ID_PARTS] = {
        [PAPD_VENDOR] = {"idVendor", NULL, 4},
        [PAPD_PRODUCT] = {"idProduct", NULL, 4},
        [PAPD_REVISION] = {"bcdDevice", NULL, 4},
        [PAPD_CLASS] = {"bDeviceClass", "bInterfaceClass", 2},
        [PAPD_SUBCLASS] = {"bDeviceSubClass", "bInterfaceSubClass", 2},
        [PAPD_PROTOCOL] = {"bDeviceProtocol", "bInterfaceProtocol", 2},
    };

    for (int i = 0; i < PAPD_ID_PARTS; i++) {
        if (id->has[i])
            fprintf(out, ", ATTR{%s}==\"%0*x\"",
                    of_interface ? attributes[i].interface : attributes[i].device,
                    attributes[i].digits, id->is[i]);
    }
}

static void put_line(FILE *out, const struct installation *it, const struct papd_id *id,
                     bool of_interface)
{
    fprintf(out, "ACTION!=\"remove\", SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"%s\"",
            of_interface ? "usb_interface" : "usb_device");
    put_id(out, id, of_interface);
    fprintf(out, ", TAG+=\"systemd\", ENV{SYSTEMD_WANTS}+=\"%s.service\"\n", it->name);
}

/* A class stands in the device or in an interface. */
static void put_rule(FILE *out, const struct installation *it, const struct papd_id *id)
{
    put_line(out, it, id, false);
    if (id->has[PAPD_CLASS])
        put_line(out, it, id, true);
}

/* Without DataItem every player that the INF installs triggers. */
static void put_rules(FILE *out, const struct installation *it)
{
    const struct papd_trigger *trigger = &it->models.trigger;

    fprintf(out, "# %s.service starts when a player comes.\n", it->name);
    for (size_t i = 0; i < trigger->id_count; i++)
        put_rule(out, it, &trigger->ids[i]);
    for (size_t i = 0; i < it->models.count && !trigger->id_count; i++) {
        for (size_t k = 0; k < it->models.at[i].id_count; k++)
            put_rule(out, it, &it->models.at[i].ids[k]);
    }
}

/* ---- the files */
/* The folders on the way to it. 0 or -errno. */
static int make_folders(char *path)
{
    for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
        int made;

        *at = '\0';
        made = mkdir(path, 0777);
        *at = '/';
        if (made < 0 && errno != EEXIST)
            return -errno;
    }
    return 0;
}

/* As a whole or not at all. */
static int write_file(const struct installation *it, const char *folder, const char *suffix,
                      void (*put)(FILE *out, const struct installation *it))
{
    char path[2 * PATH_MAX];
    struct whole whole;
    int error;

    snprintf(path, sizeof(path), "%s/%s%s%s", it->folder, folder, it->name, suffix);
    error = make_folders(path);
    if (!error)
        error = whole_begin(&whole, path);
    if (!error) {
        put(whole.file, it);
        error = whole_end(&whole);
    }
    if (error) {
        cli_usage("%s: %s", path, strerror(-error));
        return EXIT_FAILED;
    }
    puts(path);
    return 0;
}

/* ---- the command line */
static int complete(struct installation *it)
{
    for (int i = INF; i <= PROVIDER; i++) {
        if (!it->given[i])
            continue;
        if (!realpath(it->given[i], it->paths[i]))
            return cli_usage("--%s %s: %s", options[i].name, it->given[i], strerror(errno));
        if (strpbrk(it->paths[i], "\n\r"))
            return cli_usage("--%s: a unit cannot have a path with a line break", options[i].name);
    }
    if (beside_folder(it->papd, sizeof(it->papd) - sizeof("/papd")))
        return cli_usage("where papd is cannot be read");
    strcat(it->papd, "/papd");
    if (strpbrk(it->papd, " \t\n\"'\\%$"))
        return cli_usage("%s: a unit cannot start a program of that path", it->papd);
    return 0;
}

static int read_inf(struct installation *it)
{
    char error[PATH_MAX + 256];

    if (!papd_models_read(&it->models, it->paths[INF], error, sizeof(error)))
        return cli_usage("%s", error);
    if (!*it->models.service)
        return cli_usage("%s: no service of it starts when a player comes (AddTrigger)",
                         it->given[INF]);
    snprintf(it->name, sizeof(it->name), "%s", it->models.service);
    for (char *at = it->name; *at; at++) {
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", *at))
            *at = '_';
    }
    return 0;
}

static int parse(int argc, char **argv, struct installation *it)
{
    int option, status;

    while ((option = command_next(&papd_install_files, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        it->given[option] = optarg;
    }
    if (optind + 1 != argc)
        return cli_usage("install-files: expected the folder that stands for /");
    it->folder = argv[optind];
    if (strlen(it->folder) >= PATH_MAX)
        return cli_usage("install-files: %s", strerror(ENAMETOOLONG));
    if (!it->given[INF] || !it->given[LIBRARY])
        return cli_usage("install-files: expected --inf FILE and --library DIR");
    status = complete(it);
    return status ? status : read_inf(it);
}

static int install(int argc, char **argv)
{
    struct installation *it = calloc(1, sizeof(*it));
    int status = it ? parse(argc, argv, it) : EXIT_FAILED;

    if (!status)
        status = write_file(it, "lib/systemd/system/", ".service", put_unit);
    if (!status)
        status = write_file(it, "lib/udev/rules.d/90-", ".rules", put_rules);
    if (it)
        papd_models_done(&it->models);
    free(it);
    return status;
}

const struct command papd_install_files = {
    .name = "install-files",
    .arguments = "DIR",
    .text = "Writes the unit of systemd and the rule of udev that an INF's service and trigger are "
            "on Linux, below DIR: / or the folder of a package.",
    .options = options,
    .run = install,
};

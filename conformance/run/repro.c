/* A failure is looked at by somebody else, on another machine, from the case's folder alone. So
 * what decided on the verdict goes with it: an option that does is a row here, what it names is
 * copied or looked for from where the folder is. */
#include "conformance/run/repro.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/case/cases.h"
#include "conformance/program/program.h"
#include "conformance/program/shell.h"
#include "conformance/run/evidence.h"
#include "spcore/base.h"

struct script {
    FILE *out;
    const char *folder;
};

struct carried {
    const char *option;
    void (*put)(const struct script *script, const struct carried *row, const void *member);
    size_t at;          /* of struct run_options */
    const char *copied; /* name of the copy */
};

/* ---- the kinds of options; what was not said is not there */

static void put_flag(const struct script *script, const struct carried *row, const void *member)
{
    if (*(const bool *)member)
        fprintf(script->out, " --%s", row->option);
}

static void put_number(const struct script *script, const struct carried *row, const void *member)
{
    if (*(const unsigned *)member)
        fprintf(script->out, " --%s %u", row->option, *(const unsigned *)member);
}

static void put_seed(const struct script *script, const struct carried *row, const void *member)
{
    fprintf(script->out, " --%s %llu", row->option, (unsigned long long)*(const uint64_t *)member);
}

static void put_words(const struct script *script, const char *option, const char *value)
{
    fprintf(script->out, " --%s ", option);
    shell_put(script->out, value);
}

static void put_text(const struct script *script, const struct carried *row, const void *member)
{
    const char *value = *(const char *const *)member;

    if (value)
        put_words(script, row->option, value);
}

static void put_file(const struct script *script, const char *option, const char *value,
                     const char *copied)
{
    char path[PATH_MAX + 16];

    snprintf(path, sizeof(path), "%s/%s", script->folder, copied);
    if (evidence_copy(value, path) == 0)
        fprintf(script->out, " --%s \"$here/%s\"", option, copied);
    else
        put_words(script, option, value);
}

static void put_copy(const struct script *script, const struct carried *row, const void *member)
{
    const char *value = *(const char *const *)member;

    if (value)
        put_file(script, row->option, value, row->copied);
}

/* A name comes with papsim, a file with the folder. */
static void put_player(const struct script *script, const struct carried *row, const void *member)
{
    const char *value = *(const char *const *)member;

    if (value && strchr(value, '/'))
        put_copy(script, row, member);
    else
        put_text(script, row, member);
}

#define AT(member) offsetof(struct run_options, member)

static const struct carried carried[] = {
    {"seed", put_seed, AT(seed), NULL},
    {"player", put_player, AT(player), "player.yaml"},
    {"clsid", put_text, AT(clsid), NULL},
    {"mof", put_copy, AT(mof), "judged.mof"},
    {"ics", put_copy, AT(ics), "declared.ics"},
    {"strict", put_flag, AT(strict), NULL},
    {"destructive", put_flag, AT(destructive), NULL},
    {"serial", put_text, AT(serial), NULL},
    {"allow-mtp", put_flag, AT(allow_mtp), NULL},
    {"timeout-scale", put_number, AT(timeout_scale), NULL},
};

#undef AT

/* ---- what is too large to be copied: it is looked for */

/* Both whole paths without links: what leads from one to the other. */
static void relative(const char *from, const char *to, char ret[PATH_MAX])
{
    size_t common = 0, same = 0, length = strlen(from), at = 0;

    for (; to[same] && from[same] == to[same]; same++)
        common = to[same] == '/' ? same + 1 : common;
    if (same == length && to[same] == '/')
        common = same + 1;
    ret[0] = '\0';
    for (size_t part = common; part < length && at < PATH_MAX; part++) {
        if (part == common || from[part - 1] == '/')
            at += (size_t)snprintf(ret + at, PATH_MAX - at, "../");
    }
    if (at < PATH_MAX)
        snprintf(ret + at, PATH_MAX - at, "%s", to + common);
}

/* Sets a variable of the script to the path from here. */
static void put_place(const struct script *script, const char *variable, const char *path)
{
    char way[PATH_MAX];

    relative(script->folder, path, way);
    fprintf(script->out, "%s=$here/", variable);
    shell_put(script->out, way);
    fputc('\n', script->out);
}

/* The program that gave the verdict, or else the one that is installed. */
static void put_papcheck(const struct script *script, const char *self)
{
    put_place(script, "papcheck", self);
    fputs("[ -x \"$papcheck\" ] || papcheck=papcheck\n", script->out);
}

/* An option's name, which may have a hyphen, as the shell's variables have none. */
static const char *variable_of(const char *option, char ret[64])
{
    snprintf(ret, 64, "%s", option);
    for (char *at = ret; *at; at++) {
        if (*at == '-')
            *at = '_';
    }
    return ret;
}

static void put_library(const struct script *script, const char *option, const char *path)
{
    char name[64];

    put_place(script, variable_of(option, name), path);
    fprintf(script->out, "[ -e \"$%s\" ] || %s=", name, name);
    shell_put(script->out, path);
    fputc('\n', script->out);
}

/* ---- the script */

static void put_places(const struct script *script, const struct run_options *options,
                       const char *self)
{
    fputs(
        "#!/bin/sh\n"
        "# Runs this one case again, wherever its folder is. PAPCHECK may name another papcheck,\n"
        "# and further options are taken.\n"
        "here=$(CDPATH='' cd -- \"$(dirname -- \"$0\")\" && pwd) || exit\n",
        script->out);
    put_papcheck(script, self);
    for (enum subject_id id = 0; id < SUBJECTS; id++) {
        const struct subject_given *given = &options->of[id];

        if (subjects[id].own && given->name && !given->own)
            put_library(script, subjects[id].option, given->name);
    }
}

static void put_subject(const struct script *script, enum subject_id id,
                        const struct subject_given *given)
{
    const char *const *defect = given->defects;
    char name[64];

    if (given->name && !given->own && subjects[id].own)
        fprintf(script->out, " --%s \"$%s\"", subjects[id].option,
                variable_of(subjects[id].option, name));
    else if (given->name && !given->own && subjects[id].copied)
        put_file(script, subjects[id].option, given->name, subjects[id].copied);
    else if (given->name && !given->own)
        put_words(script, subjects[id].option, given->name);
    for (; defect && *defect; defect++)
        put_words(script, subjects[id].deviate, *defect);
}

static void put_command(const struct script *script, const struct run_options *options,
                        const struct conf_case *conf_case)
{
    char name[128];

    cases_name(conf_case, name, sizeof(name));
    fprintf(script->out, "exec \"${PAPCHECK:-$papcheck}\" run %s", name);
    for (enum subject_id id = 0; id < SUBJECTS; id++)
        put_subject(script, id, &options->of[id]);
    for (size_t i = 0; i < ARRAY_SIZE(carried); i++)
        carried[i].put(script, &carried[i], (const char *)options + carried[i].at);
    fputs(" \"$@\"\n", script->out);
}

void repro_write(const char *folder, const struct run_options *options,
                 const struct conf_case *conf_case)
{
    char path[PATH_MAX + 16], self[PATH_MAX];
    struct script script = {.folder = folder};

    if (program_self(self, sizeof(self)) < 0)
        return;
    snprintf(path, sizeof(path), "%s/repro.sh", folder);
    script.out = fopen(path, "we");
    if (!script.out)
        return;
    put_places(&script, options, self);
    put_command(&script, options, conf_case);
    fchmod(fileno(script.out), 0755);
    fclose(script.out);
}

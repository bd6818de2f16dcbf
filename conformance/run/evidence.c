/* A case's folder: made anew before it, with a script that runs the case again after it. */
#include "conformance/run/evidence.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conformance/case/cases.h"
#include "conformance/program/program.h"

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void evidence_remove(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Most often only the last one is missing. */
static int make_folder(const char *path)
{
    char part[PATH_MAX];

    if (mkdir(path, 0777) == 0)
        return 0;
    if (errno == EEXIST)
        return -EEXIST;
    snprintf(part, sizeof(part), "%s", path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0777) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    return mkdir(part, 0777) < 0 ? -errno : 0;
}

int evidence_make(const char *folder)
{
    int error = make_folder(folder);

    if (error != -EEXIST)
        return error;
    evidence_remove(folder);
    return make_folder(folder);
}

void evidence_repro(const char *folder, const struct run_options *options,
                    const struct conf_case *conf_case)
{
    char path[PATH_MAX + 16], self[PATH_MAX], name[128];
    FILE *file;

    if (program_self(self, sizeof(self)) < 0)
        return;
    snprintf(path, sizeof(path), "%s/repro.sh", folder);
    file = fopen(path, "we");
    if (!file)
        return;
    cases_name(conf_case, name, sizeof(name));
    fprintf(file,
            "#!/bin/sh\n# Runs this one case again; PAPCHECK may name another papcheck.\n"
            "exec \"${PAPCHECK:-%s}\" run %s --seed %llu",
            self, name, (unsigned long long)options->seed);
    for (enum subject_id id = 0; id < SUBJECTS; id++) {
        const struct subject_given *given = &options->of[id];

        if (given->name && !given->own)
            fprintf(file, " --%s '%s'", subjects[id].option, given->name);
        for (size_t i = 0; given->defects && given->defects[i]; i++)
            fprintf(file, " --%s %s", subjects[id].deviate, given->defects[i]);
    }
    fputs(" \"$@\"\n", file);
    fchmod(fileno(file), 0755);
    fclose(file);
}

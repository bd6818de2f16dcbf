/* What the verbs share: how a mistake of the caller is said, how the catalogue is loaded, and where
 * output goes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/cli/papcheck.h"
#include "conformance/report/markup.h"

int cli_finish(int status)
{
    errno = 0;
    if ((fflush(stdout) == 0 && !ferror(stdout)) || status == EXIT_INTERRUPTED)
        return status; /* what interrupts a run may be that its terminal goes */
    cli_usage("stdout: %s", strerror(errno ? errno : EIO));
    return EXIT_ERROR;
}

int cli_catalogue(struct catalogue *ret)
{
    char error[512];

    if (!catalogue_load(NULL, ret, error, sizeof(error)))
        return 0;
    cli_usage("%s", error);
    return EXIT_ERROR;
}

void cli_print_json(const json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    putchar('\n');
}

void cli_print_lines(char *text)
{
    for (char *line; (line = strsep(&text, "\n"));) {
        rep_plain(stdout, line);
        if (text)
            putchar('\n');
    }
}

/* The folder, and the one it stands in. */
static void make_both(const char *path)
{
    char parent[PATH_MAX];

    if (mkdir(path, 0777) == 0 || errno != ENOENT)
        return;
    snprintf(parent, sizeof(parent), "%s", path);
    if (strrchr(parent, '/')) {
        *strrchr(parent, '/') = '\0';
        mkdir(parent, 0777);
    }
    mkdir(path, 0777);
}

int cli_make_out(const char *path, char ret[PATH_MAX])
{
    struct stat info;

    make_both(path);
    if (!realpath(path, ret) || access(ret, W_OK) < 0 || stat(ret, &info) < 0 ||
        !S_ISDIR(info.st_mode))
        return cli_usage("--out %s: expected a folder that can be written", path);
    return 0;
}

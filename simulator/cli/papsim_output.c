/* Where papsim's results go: a file is replaced as a whole or not at all, what is no file (a
 * device, a pipe) is written where it is, and what cannot be written is said once. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "simulator/cli/papsim_verbs.h"
#include "spcore/command/whole.h"

static int unwritten(const char *path, int error)
{
    cli_usage("%s: %s", path, strerror(error));
    return EXIT_ENVIRONMENT;
}

bool cli_is_file(const char *path)
{
    struct stat found;

    return stat(path, &found) < 0 || S_ISREG(found.st_mode);
}

int cli_put(const char *path, const char *text, size_t size)
{
    struct whole whole;
    int error;

    if (!path) {
        fwrite(text, 1, size, stdout); /* cli_finish() says what is wrong with it */
        return EXIT_DONE;
    }
    error = whole_begin(&whole, path);
    if (error)
        return cli_usage("%s: %s", path, strerror(-error));
    fwrite(text, 1, size, whole.file);
    error = whole_end(&whole);
    return error ? unwritten(path, -error) : EXIT_DONE;
}

int cli_finish(int status)
{
    static bool is_said;
    int error;

    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    error = errno ? errno : EIO;
    if (!is_said)
        unwritten("stdout", error);
    is_said = true;
    return EXIT_ENVIRONMENT;
}

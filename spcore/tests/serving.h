/* A papsim of the test's own on a port of its own choice, ended by its process id. */
#ifndef SPCORE_TESTS_SERVING_H
#define SPCORE_TESTS_SERVING_H

#include <criterion/criterion.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct serving {
    pid_t pid;
    char address[64]; /* HOST:PORT; the first player is 1-1 there */
};

/* Of the build this test belongs to: BUILD/tests/spcore/libusb/test_lusb. */
static inline void built(const char *name, char path[PATH_MAX])
{
    char program[PATH_MAX / 2];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    cr_assert_gt(length, 0);
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    snprintf(path, PATH_MAX, "%s/../../../%s", program, name);
}

/* `second` may be NULL. */
static inline void serve(struct serving *serving, const char *first, const char *second)
{
    char path[PATH_MAX], line[128];
    int ends[2];
    FILE *out;

    built("papsim", path);
    cr_assert_eq(pipe(ends), 0);
    serving->pid = fork();
    cr_assert_geq(serving->pid, 0);
    if (serving->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(path, path, "serve", "--listen", "127.0.0.1:0", "--player", first,
              second ? "--player" : NULL, second, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    out = fdopen(ends[0], "r");
    cr_assert_not_null(out);
    cr_assert_not_null(fgets(line, sizeof(line), out), "%s does not start", path);
    cr_assert_eq(sscanf(line, "listening %63s", serving->address), 1);
    fclose(out);
}

static inline void serve_end(const struct serving *serving)
{
    (void)kill(serving->pid, SIGTERM);
    (void)waitpid(serving->pid, NULL, 0);
}

#endif

/* A papsim of the test's own, and its player through the drop-in libusb. */
#ifndef SPCORE_TESTS_SHIM_SERVING_H
#define SPCORE_TESTS_SHIM_SERVING_H

#include <criterion/criterion.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/shim.h"

enum { VENDOR = 0x1209, PRODUCT = 0x4d54, INTERRUPT_IN = 0x83 };

/* Of the build this test belongs to: BUILD/tests/spcore/test_shim. */
static inline void built(const char *name, char path[PATH_MAX])
{
    char program[PATH_MAX / 2];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    cr_assert_gt(length, 0);
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    snprintf(path, PATH_MAX, "%s/../../%s", program, name);
}

struct running {
    pid_t pid;
    char servers[64];
};

static inline void serve(struct running *running, const char *second)
{
    char path[PATH_MAX], line[128];
    int ends[2];
    FILE *out;

    built("papsim", path);
    cr_assert_eq(pipe(ends), 0);
    running->pid = fork();
    if (!running->pid) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        execl(path, path, "serve", "--listen", "127.0.0.1:0", "--player", "mtp",
              second ? "--player" : NULL, second, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    out = fdopen(ends[0], "r");
    cr_assert(fgets(line, sizeof line, out), "papsim says nothing");
    cr_assert_eq(sscanf(line, "listening %63s", running->servers), 1);
    fclose(out);
    setenv(SHIM_VARIABLE, running->servers, 1);
}

static inline void end(struct running *running)
{
    kill(running->pid, SIGTERM);
    waitpid(running->pid, NULL, 0);
}

static inline libusb_device_handle *open_player(libusb_context *context)
{
    libusb_device_handle *handle = libusb_open_device_with_vid_pid(context, VENDOR, PRODUCT);

    cr_assert(handle);
    return handle;
}

#endif

/* Our own simulator as a child process. What it says on its first line is where it listens; until
 * then there is nothing to connect to. */
#include "conformance/run/papsim.h"
#include "spcore/base.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define START_MS 10000
#define WORDS_MAX 160

/* argv[0] … NULL of `papsim serve`; the texts are the caller's. */
static void command(const struct run_options *options, const char *player, const char *seed,
                    const char *control, const char *capture, const char *argv[WORDS_MAX])
{
    const char *const *defect = options->of[SUBJECT_DEVICE].defects;
    const char *const words[] = {options->papsim, "serve",  "--player", player,      "--listen",
                                 "127.0.0.1:0",   "--seed", seed,       "--control", control};
    size_t count = ARRAY_SIZE(words);

    memcpy(argv, words, sizeof(words));
    if (!options->quiet_evidence) {
        argv[count++] = "--capture";
        argv[count++] = capture;
    }
    for (; defect && *defect && count + 3 <= WORDS_MAX; defect++) {
        argv[count++] = "--deviate";
        argv[count++] = *defect;
    }
    argv[count] = NULL;
}

int papsim_start(const struct run_options *options, const char *player, struct process *ret_papsim,
                 struct conf_context *context)
{
    char log[PATH_MAX + 16], capture[PATH_MAX + 16], seed[24];
    const char *argv[WORDS_MAX];

    snprintf(log, sizeof(log), "%s/device.log", context->evidence);
    snprintf(capture, sizeof(capture), "%s/wire.pcapng", context->evidence);
    snprintf(seed, sizeof(seed), "%llu", (unsigned long long)options->seed);
    /* Unix socket names are short: the evidence folder's may not be. */
    snprintf(context->control, sizeof(context->control), "/tmp/papcheck-%d-%lx.sock", (int)getpid(),
             (unsigned long)(uintptr_t)context);
    command(options, player, seed, context->control, capture, argv);
    return options->nursery ? nursery_start(options->nursery, argv, log, ret_papsim)
                            : process_start(argv, -1, log, true, ret_papsim);
}

/* Nobody reads what stands behind it. */
static int read_line(int fd, char *line, size_t size)
{
    size_t length = 0;

    while (length < size - 1) {
        struct pollfd waiter = {.fd = fd, .events = POLLIN};
        ssize_t got;
        char *end;

        if (poll(&waiter, 1, START_MS) <= 0)
            return -EPIPE;
        got = read(fd, line + length, size - 1 - length);
        if (got <= 0)
            return -EPIPE;
        end = memchr(line + length, '\n', (size_t)got);
        length += (size_t)got;
        if (end) {
            end[1] = '\0';
            return 0;
        }
    }
    return -EPROTO;
}

int papsim_ready(const struct process *papsim, struct conf_context *context)
{
    char line[128], *colon;
    int error = read_line(papsim->out, line, sizeof(line));

    if (error)
        return error;
    colon = strrchr(line, ':');
    if (strncmp(line, "listening ", 10) != 0 || !colon)
        return -EPROTO;
    context->port = (uint16_t)strtoul(colon + 1, NULL, 10);
    snprintf(context->server, sizeof(context->server), "127.0.0.1");
    snprintf(context->busid, sizeof(context->busid), "1-1");
    snprintf(context->uri, sizeof(context->uri), "usbip:127.0.0.1:%u/1-1", context->port);
    return 0;
}

static void first_line(const char *path, int error, char *text, size_t size)
{
    FILE *log = fopen(path, "re");

    if (!log || !fgets(text, (int)size, log) || *text == '\n')
        snprintf(text, size, "%s", strerror(-error));
    text[strcspn(text, "\n")] = '\0';
    if (log)
        fclose(log);
}

void papsim_complaint(const struct conf_context *context, int error, char *text, size_t size)
{
    char path[PATH_MAX + 16];

    snprintf(path, sizeof(path), "%s/device.log", context->evidence);
    first_line(path, error, text, size);
}

int papsim_try(const char *papsim, const char *player, char *complaint, size_t size)
{
    const char *const argv[] = {papsim,     "serve",       "--player", player,
                                "--listen", "127.0.0.1:0", NULL};
    int fd = memfd_create("papsim.log", MFD_CLOEXEC), error;
    struct process process = {0};
    struct conf_context ignored;
    char log[32];

    snprintf(log, sizeof(log), "/proc/self/fd/%d", fd);
    error = process_start(argv, -1, log, true, &process);
    if (!error) {
        error = papsim_ready(&process, &ignored);
        process_kill(&process);
    }
    if (error)
        first_line(log, error, complaint, size);
    close(fd);
    return error;
}

void papsim_stop(struct process *papsim, const struct conf_context *context)
{
    if (papsim->pid <= 0)
        return;
    process_kill(papsim); /* its files are whole at any time; a polite end costs time */
    unlink(context->control);
}

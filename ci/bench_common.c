/* What every figure needs: a clock, medians, one CPU, a papsim. */
#include "ci/bench.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Noreturn void bench_die(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, errno ? strerror(errno) : "not as expected");
    exit(3);
}

double bench_now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return values[count / 2];
}

unsigned bench_pin(cpu_set_t *ret_before)
{
    cpu_set_t one;
    unsigned cpu = CPU_SETSIZE - 1;

    if (sched_getaffinity(0, sizeof(*ret_before), ret_before) != 0)
        bench_die("sched_getaffinity");
    while (cpu > 0 && !CPU_ISSET(cpu, ret_before))
        cpu--;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof(one), &one) != 0)
        bench_die("sched_setaffinity");
    return cpu;
}

void bench_sim_start(const char *papsim, const char *const *words, size_t count,
                     struct bench_sim *sim)
{
    static const char *const serve[] = {"serve", "--listen", "127.0.0.1:0"};
    const char **arguments = calloc(count + 5, sizeof(*arguments));
    double begin = bench_now();
    char line[128];
    int ends[2];
    FILE *out;

    if (!arguments || pipe(ends) != 0)
        bench_die("pipe");
    arguments[0] = papsim;
    memcpy(arguments + 1, serve, sizeof(serve));
    memcpy(arguments + 4, words, count * sizeof(*words));
    sim->pid = fork();
    if (sim->pid < 0)
        bench_die("fork");
    if (sim->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(papsim, (char *const *)arguments);
        _exit(127);
    }
    free(arguments);
    close(ends[1]);
    out = fdopen(ends[0], "r");
    errno = 0;
    if (!out || !fgets(line, sizeof(line), out) ||
        sscanf(line, "listening %63[^:]:%15[0-9]", sim->host, sim->port) != 2)
        bench_die("papsim does not say where it listens");
    fclose(out);
    sim->start_s = bench_now() - begin;
}

double bench_spent(const struct bench_sim *sim)
{
    struct timespec ours, theirs;
    clockid_t clock;

    if (clock_getcpuclockid(sim->pid, &clock) != 0 || clock_gettime(clock, &theirs) != 0 ||
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ours) != 0)
        bench_die("CPU clock");
    return (double)(ours.tv_sec + theirs.tv_sec) + (double)(ours.tv_nsec + theirs.tv_nsec) * 1e-9;
}

void bench_sim_end(const struct bench_sim *sim)
{
    (void)kill(sim->pid, SIGTERM);
    (void)waitpid(sim->pid, NULL, 0);
}

/* Figures of the data path: what the files of `make bench` share. */
#ifndef CI_BENCH_H
#define CI_BENCH_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    BENCH_ROUNDS = 31,
    BENCH_STREAM_ROUNDS = 7,
    BENCH_ROUND_MS = 50,
    BENCH_WRITE = 1024 * 1024,
};
#define BENCH_STREAM ((uint64_t)256 * 1024 * 1024)

_Noreturn void bench_die(const char *what);        /* with errno's text, if set */
double bench_now(void);                            /* seconds */
double bench_median(double *values, size_t count); /* sorts them */
/* This process, and by inheritance all it forks, on the last CPU it may use. */
unsigned bench_pin(cpu_set_t *ret_before);

/* ---- a papsim */
struct bench_sim {
    pid_t pid;
    char host[64], port[16];
    double start_s; /* until it listened */
};

/* `words`: after "serve --listen 127.0.0.1:0". */
void bench_sim_start(const char *papsim, const char *const *words, size_t count,
                     struct bench_sim *ret_sim);
void bench_sim_end(const struct bench_sim *sim);
/* Seconds of CPU that it and this process have used. They share one CPU and wait for nothing else,
 * so on a machine with nothing else to do this is the time that passes; other load does not count.
 */
double bench_spent(const struct bench_sim *sim);

/* ---- the limit: plain TCP to a forked peer */
struct bench_peer {
    pid_t pid;
    int fd;
};

struct bench_peer bench_peer_replies(void); /* a reply a request, in URB sizes */
struct bench_peer bench_peer_stream(void);
void bench_peer_end(struct bench_peer *peer);
double bench_raw_replies(int fd, unsigned depth); /* round trips a second, `depth` under way */
double bench_raw_stream(int fd, char *buffer);    /* bytes a second; BENCH_WRITE of buffer */

/* ---- figures */
/* One line of the table; false when the ratio is below `required`. Values are rates. */
bool bench_report(const char *figure, const char *unit, double scale, double *each_ours,
                  double *each_limit, size_t rounds, double required);

/* Through `papsim exec`. `program`: bench-program. */
bool bench_exec(const char *papsim, const char *program);
/* The world's clients, each once with its time; false when one fails. */
bool bench_clients(const char *papsim);

#endif

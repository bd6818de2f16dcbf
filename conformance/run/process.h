/* Child processes of the judge: they die with the thread that made them, and end by their pid. */
#ifndef CONFORMANCE_RUN_PROCESS_H
#define CONFORMANCE_RUN_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct process {
    pid_t pid; /* 0: none */
    int pidfd; /* readable once it ended */
    int out;   /* read end of its stdout, or -1 */
};

/* Opens a log to append to: a descriptor, or -errno. */
int process_log(const char *log);
/* Runs argv[0] with stdin from `in` (-1: ours), and stderr (and stdout, unless `pipe_out`) appended
 * to `log`. 0 or -errno. */
int process_start(const char *const argv[], int in, const char *log, bool pipe_out,
                  struct process *ret);
/* Runs body(argument) in a copy of this process, which ends with its status; stdout and stderr are
 * appended to `log`. For a process with one thread. 0 or -errno. */
int process_call(int (*body)(void *argument), void *argument, const char *log, struct process *ret);
/* Takes up a child of ours that somebody else made; `out` is the read end of its stdout, or -1. 0,
 * or -errno: then it is ended. */
int process_adopt(pid_t pid, int out, struct process *ret);
/* True with *ret_status (as waitpid) when it ended within the time, and before `stop_fd` (-1: none)
 * became readable. */
bool process_wait(struct process *process, unsigned timeout_ms, int stop_fd, int *ret_status);
void process_kill(struct process *process); /* its group, and reaps it */

#endif

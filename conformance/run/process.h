/* Child processes of the judge: they die with the thread that made them, and end by their pid. */
#ifndef CONFORMANCE_RUN_PROCESS_H
#define CONFORMANCE_RUN_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct process {
    pid_t pid;
    int out; /* read end of its stdout, or -1 */
};

/* Runs argv[0] with stderr (and stdout, unless `pipe_out`) appended to `log`. `environment` are
 * NAME=VALUE additions, NULL-terminated; NULL: none. */
int process_start(char *const argv[], const char *const environment[], const char *log,
                  bool pipe_out, struct process *ret);
/* True with *ret_status (as waitpid) when it ended within the time, and before `stop_fd` (-1: none)
 * became readable. */
bool process_wait(struct process *process, unsigned timeout_ms, int stop_fd, int *ret_status);
void process_kill(struct process *process); /* its group, and reaps it */
void process_stop(struct process *process); /* SIGTERM, then SIGKILL after two seconds */

#endif

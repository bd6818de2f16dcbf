/* One attempt of one case: its own papsim (unless a device is given), its process, and the result
 * made of what that process wrote – or of the fact that it wrote nothing. */
#ifndef CONFORMANCE_RUN_ATTEMPT_H
#define CONFORMANCE_RUN_ATTEMPT_H

#include "conformance/case/context.h"
#include "conformance/run/process.h"
#include "conformance/run/run.h"

struct attempt {
    const struct run_options *options;
    const struct catalogue *catalogue;
    const struct conf_case *conf_case;
    size_t index; /* the caller's */
    struct conf_context context;
    struct process papsim, worker; /* not running: pid 0 */
    int64_t begin_us, deadline_ms; /* of the monotonic clock */
    struct result result;          /* the caller's, once it is over */
    int unwritten; /* -errno: its folder cannot be written, and it has no result worth a word */
};

/* Begins it; `slot` names its evidence folder below options->out. True: it is running, until
 * worker.pidfd becomes readable or the deadline has passed, and attempt_end() is due. False: it is
 * over already, and its result says why. */
bool attempt_begin(struct attempt *attempt, const struct ics *ics, const char *slot);
/* At its deadline: true when it is to go on, since a debugger holds it. */
bool attempt_is_traced(struct attempt *attempt);
/* Ends it, by force if the process is still there; `stopped`: for the sake of the run's end. */
void attempt_end(struct attempt *attempt, bool stopped);
/* All of it in this process, for a debugger: no watchdog, and stderr says where papsim is. */
void attempt_debug(struct attempt *attempt, const struct ics *ics, const char *slot);

/* NULL: it can run; else why not, with the verdict and cause that are. */
const char *attempt_obstacle(const struct run_options *options, const struct ics *ics,
                             const struct conf_case *conf_case, enum verdict *ret_verdict,
                             enum cause *ret_cause);
/* One such reason: it keeps a provider from the only device there is. */
extern const char attempt_anothers[];
/* The result of a process that is over: `cause` and `how` count when it left no verdict. */
void attempt_judge(struct attempt *attempt, enum cause cause, const char *how);

#endif

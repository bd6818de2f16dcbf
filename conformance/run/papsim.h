/* A papsim of our own: one player, on a port of its own. */
#ifndef CONFORMANCE_RUN_PAPSIM_H
#define CONFORMANCE_RUN_PAPSIM_H

#include "conformance/case/context.h"
#include "conformance/run/nursery.h"
#include "conformance/run/process.h"
#include "conformance/run/run.h"

/* 0 when papsim takes that player, or else -errno and its own line in `complaint`. Waits. */
int papsim_try(const char *papsim, const char *player, char *complaint, size_t size);
/* Starts one with `player`, its log (and capture) in context->evidence, and names its control
 * socket in *context. Does not wait. */
int papsim_start(const struct run_options *options, const char *player, struct process *ret_papsim,
                 struct conf_context *context);
/* Waits until it listens, and says in *context where. -errno: it does not. */
int papsim_ready(const struct process *papsim, struct conf_context *context);
/* Why it does not, as it said itself, or else by `error`. */
void papsim_complaint(const struct conf_context *context, int error, char *text, size_t size);
void papsim_stop(struct process *papsim, const struct conf_context *context);

#endif

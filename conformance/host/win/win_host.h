/* The Windows that the functions of conformance/host/include act on: one in a process, a world with
 * a machine and what hangs on it. */
#ifndef CONFORMANCE_HOST_WIN_WIN_HOST_H
#define CONFORMANCE_HOST_WIN_WIN_HOST_H

#include "conformance/host/notify/notify.h"
#include "conformance/host/scm/scm.h"

struct win_host {
    struct world *world;
    struct pnp_machine *machine;
    struct notify *notify;
    struct scm *scm;             /* NULL: nothing of service control can be called */
    struct scm_process *process; /* that the subject's threads belong to; NULL: none runs */
    bool shouts;                 /* notifications have links in capitals */
};

/* Borrowed until NULL takes it back; a function that is called without one ends the program with a
 * line that says so. Handles and the like are forgotten. */
void win_bind(struct win_host *host);

/* ---- a vendor's program, as a shared object: what a launcher of services runs */
struct win_program {
    struct win_host *host;
    const char *path; /* of the object; borrowed */
    void *module;     /* loaded; it is loaded afresh for each process */
    struct scm_process *process;
    bool runs;       /* its main has not returned */
    char error[256]; /* why it could not be run */
};
/* scm_launcher's slot, with a win_program for `self`: calls wmain, or main, on a thread of the
 * world. 2 (ERROR_FILE_NOT_FOUND): it cannot be loaded, 127: neither is in it. */
uint32_t win_program_launch(void *self, struct scm_process *process, const char *image_path);
/* Unloads it, when nothing of it runs any more. */
void win_program_done(struct win_program *program);

#endif

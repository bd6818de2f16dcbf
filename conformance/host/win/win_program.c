/* A vendor's program as a process: its shared object is loaded, its main called on a thread of the
 * world. C++ writes wmain's parameters into its name. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "conformance/host/include/winerror.h"
#include "conformance/host/win/win_host.h"
#include "conformance/host/win/win_private.h"

typedef int (*program_main)(int argc, void *argv);

static program_main main_of(void *module)
{
    static const char *const names[] = {"wmain",         "main",      "_Z5wmainiPPw",
                                        "_Z5wmainiPKPw", "_Z5wmainv", "_Z5wmainiPPwS0_",
                                        "_Z5wmainiPPKw"};
    void *found = NULL;
    program_main function = NULL;

    for (size_t i = 0; !found && i < sizeof(names) / sizeof(names[0]); i++)
        found = dlsym(module, names[i]);
    memcpy(&function, &found, sizeof(function));
    return function;
}

static const struct win_program *loaded; /* the last; one at a time */

void *win_module(void)
{
    return loaded ? loaded->module : NULL;
}

const char *win_module_path(void)
{
    return loaded ? loaded->path : NULL;
}

static void run(void *self)
{
    struct win_program *program = self;
    struct scm_process *process = program->process;
    void *argv[] = {NULL};

    (void)main_of(program->module)(0, argv);
    program->host->process = NULL;
    scm_exited(process, false);
    world_lock(program->host->world);
    program->runs = false;
    world_changed(program->host->world);
    world_unlock(program->host->world);
}

static bool has_ended(void *self)
{
    return !((struct win_program *)self)->runs;
}

/* A service that is started again as it stops: its last process may still be at its last words, and
 * is not unloaded under them. False: it does not end. */
static bool await_end(struct win_program *program)
{
    struct world *world = program->host->world;
    const struct world_condition ended = {
        .met = has_ended, .self = program, .what = "the end of a process"};
    const uint64_t deadline = world_after(world, SCM_CONNECT_MS);
    int error;

    if (!program->module)
        return true;
    world_lock(world);
    error = world_wait(world, &ended, deadline);
    world_unlock(world);
    world_settle(world);
    return !error;
}

uint32_t win_program_launch(void *self, struct scm_process *process, const char *image_path)
{
    struct win_program *program = self;

    (void)image_path;
    if (!await_end(program)) {
        snprintf(program->error, sizeof(program->error), "%s: its last process has not ended",
                 program->path);
        return ERROR_SERVICE_REQUEST_TIMEOUT;
    }
    win_program_done(program);
    program->module = dlopen(program->path, RTLD_NOW | RTLD_LOCAL);
    if (!program->module) {
        snprintf(program->error, sizeof(program->error), "%s", dlerror());
        return ERROR_FILE_NOT_FOUND;
    }
    if (!main_of(program->module)) {
        snprintf(program->error, sizeof(program->error), "%s: neither wmain nor main is in it",
                 program->path);
        return ERROR_PROC_NOT_FOUND;
    }
    win_forget_services();
    program->process = process;
    loaded = program;
    program->host->process = process;
    program->runs = true;
    if (world_start(program->host->world, "wmain", run, program, NULL) == 0)
        return ERROR_SUCCESS;
    program->runs = false;
    return ERROR_NOT_ENOUGH_MEMORY;
}

void win_program_done(struct win_program *program)
{
    if (program->module)
        dlclose(program->module);
    program->module = NULL;
    if (loaded == program)
        loaded = NULL;
}

/* The machine: what it is made of, what it knows, and what it says of its work. */
#include "conformance/host/pnp/pnp_machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/pnp/pnp_private.h"

enum { LANGID_ENGLISH = 0x409, REMARK_MAX = 512 };
/* Windows 11. */
static const struct inf_system usual = {INF_AMD64, 10, 0, 22631, 1, 0};

struct pnp_machine *pnp_machine_new(const struct pnp_options *options)
{
    static const struct pnp_options none = {.seed = 0};
    struct pnp_machine *machine = calloc(1, sizeof(*machine));
    pthread_mutexattr_t recursive;

    if (!machine)
        return NULL;
    options = options ? options : &none;
    machine->system = options->system.major ? options->system : usual;
    machine->langid = options->langid ? options->langid : LANGID_ENGLISH;
    machine->seed = options->seed;
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&machine->registry, &recursive);
    machine->host.registry.guard = &machine->registry;
    pthread_mutex_init(&machine->lock, NULL);
    pthread_cond_init(&machine->over, NULL);
    pthread_mutexattr_destroy(&recursive);
    if (pnp_stage_inbox(machine))
        return machine;
    pnp_machine_free(machine);
    return NULL;
}

static void devnode_free(struct pnp_devnode *devnode)
{
    while (devnode->interfaces) {
        struct pnp_interface *next = devnode->interfaces->next;

        free(devnode->interfaces->reference);
        free(devnode->interfaces);
        devnode->interfaces = next;
    }
    free(pnp_node_of(devnode));
}

void pnp_machine_free(struct pnp_machine *machine)
{
    if (!machine)
        return;
    while (machine->devnodes) {
        struct pnp_devnode *next = machine->devnodes->next;

        devnode_free(machine->devnodes);
        machine->devnodes = next;
    }
    while (machine->packages) {
        struct pnp_package *next = machine->packages->next;

        pnp_package_free(machine->packages);
        machine->packages = next;
    }
    for (size_t i = 0; i < machine->remark_count; i++)
        free(machine->remarks[i]);
    pthread_cond_destroy(&machine->over);
    pthread_mutex_destroy(&machine->lock);
    pnp_done(&machine->host);
    pthread_mutex_destroy(&machine->registry);
    free(machine);
}

struct registry *pnp_registry(struct pnp_machine *machine)
{
    return &machine->host.registry;
}

void pnp_tell_waits(struct pnp_machine *machine, const struct pnp_waits *waits)
{
    machine->waits = *waits;
}

/* ---- one caller's operation at a time */
struct taker {
    struct pnp_machine *machine;
    const void *thread;
};

/* With the lock held. */
static bool take_locked(const struct taker *taker)
{
    struct pnp_machine *machine = taker->machine;

    if (machine->depth > 0 && machine->owner != taker->thread)
        return false;
    machine->owner = taker->thread;
    machine->depth++;
    return true;
}

static bool take(void *self)
{
    struct taker *taker = self;
    bool taken;

    pthread_mutex_lock(&taker->machine->lock);
    taken = take_locked(taker);
    pthread_mutex_unlock(&taker->machine->lock);
    return taken;
}

void pnp_operate(struct pnp_machine *machine)
{
    static _Thread_local char thread; /* its address is whose it is */
    const struct pnp_waits *waits = &machine->waits;
    struct taker taker = {machine, &thread};

    if (take(&taker) || (waits->wait && waits->wait(waits->self, take, &taker)))
        return;
    pthread_mutex_lock(&machine->lock);
    while (!take_locked(&taker))
        pthread_cond_wait(&machine->over, &machine->lock);
    pthread_mutex_unlock(&machine->lock);
}

void pnp_operated(struct pnp_machine *machine)
{
    bool over;

    pthread_mutex_lock(&machine->lock);
    over = --machine->depth == 0;
    if (over)
        pthread_cond_signal(&machine->over);
    pthread_mutex_unlock(&machine->lock);
    if (over && machine->waits.over)
        machine->waits.over(machine->waits.self);
}

bool pnp_machine_deviate(struct pnp_machine *machine, const char *name)
{
    return pnp_deviate(&machine->host, name);
}

const char *pnp_reason(const struct pnp_machine *machine)
{
    return machine->reason;
}

const char *pnp_remark(const struct pnp_machine *machine, size_t index)
{
    return index < machine->remark_count ? machine->remarks[index] : NULL;
}

/* What was remarked before is not said again; what is over the limit is left out. */
void pnp_remark_add(struct pnp_machine *machine, const char *format, ...)
{
    char text[REMARK_MAX];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    for (size_t i = 0; i < machine->remark_count; i++) {
        if (strcmp(machine->remarks[i], text) == 0)
            return;
    }
    if (machine->remark_count < PNP_REMARKS_MAX)
        machine->remarks[machine->remark_count] = strdup(text);
    if (machine->remark_count < PNP_REMARKS_MAX && machine->remarks[machine->remark_count])
        machine->remark_count++;
}

struct pnp_devnode *pnp_next_devnode(struct pnp_machine *machine, struct pnp_devnode *last)
{
    struct pnp_devnode *next;

    pthread_mutex_lock(&machine->lock);
    next = last ? last->next : machine->devnodes;
    pthread_mutex_unlock(&machine->lock);
    return next;
}

struct pnp_devnode *pnp_find_devnode(struct pnp_machine *machine, const char *instance_id)
{
    struct pnp_devnode *node = NULL;

    do
        node = pnp_next_devnode(machine, node);
    while (node && !pnp_same_id(node->instance_id, instance_id));
    return node;
}

enum pnp_state pnp_state_of(struct pnp_machine *machine, const struct pnp_devnode *devnode,
                            uint32_t *ret_problem)
{
    enum pnp_state state;

    pthread_mutex_lock(&machine->lock);
    state = devnode->state;
    if (ret_problem)
        *ret_problem = devnode->problem;
    pthread_mutex_unlock(&machine->lock);
    return state;
}

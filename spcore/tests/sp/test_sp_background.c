/* The module may go only when no thread of its own is in it any more. */
#include <criterion/criterion.h>
#include <semaphore.h>
#include <stdlib.h>

#include "spcore/base.h"
#include "spcore/com/com_object.h"
#include "spcore/sp/sp_background.h"

struct thing {
    struct com_object com;
    IUnknown IUnknown_iface;
};
COM_INTERFACE(thing, IUnknown)

struct work {
    sem_t *may_end;
    atomic_uint *done;
};

static void destroy(struct com_object *object)
{
    free(object);
}

static const IUnknownVtbl vtbl = {COM_UNKNOWN_SLOTS(thing, IUnknown)};
static const struct com_interface interfaces[] = {COM_MAP(thing, IUnknown, IUnknown), COM_MAP_END};
static const struct com_class class_ = {"thing", interfaces, destroy};

static IUnknown *thing_new(void)
{
    struct thing *thing = calloc(1, sizeof(*thing));

    cr_assert(thing);
    thing->IUnknown_iface.lpVtbl = &vtbl;
    com_object_init(&thing->com, &class_);
    return &thing->IUnknown_iface;
}

static void wait_for_end(void *context)
{
    struct work *work = context;

    sem_wait(work->may_end);
    atomic_fetch_add(work->done, 1);
}

static void begin(IUnknown *object, sem_t *may_end, atomic_uint *done)
{
    struct work *work = malloc(sizeof(*work));

    cr_assert(work);
    *work = (struct work){may_end, done};
    cr_assert_eq(sp_background(wait_for_end, work, object, NULL), S_OK);
}

Test(sp_background, the_module_is_busy_until_the_last_thread_has_ended)
{
    enum { THREADS = 3, PATIENCE_MS = 10000 };
    IUnknown *object = thing_new();
    atomic_uint done = 0;
    int64_t until;
    sem_t may_end;

    sem_init(&may_end, 0, 0);
    cr_assert(!sp_background_busy());
    for (unsigned i = 0; i < THREADS; i++)
        begin(object, &may_end, &done);
    object->lpVtbl->Release(object);
    cr_assert(com_module_busy());
    cr_assert(sp_background_busy());
    for (unsigned i = 0; i < THREADS; i++)
        sem_post(&may_end);
    until = base_now_ms() + PATIENCE_MS;
    while (sp_background_busy())
        cr_assert(base_now_ms() < until);
    cr_assert_eq(done, THREADS);
    cr_assert(!com_module_busy());
    sem_destroy(&may_end);
}

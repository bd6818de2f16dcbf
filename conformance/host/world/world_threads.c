/* The subject's threads: those it starts, those of the pool, and those it has made by itself. */
#include "conformance/host/world/world_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local struct world_thread *current;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t leaving;

struct world_thread *world_self(void)
{
    return current;
}

void world_become(struct world_thread *thread)
{
    current = thread;
}

unsigned world_thread_number(const struct world_thread *thread)
{
    return thread ? thread->number : 0;
}

bool world_thread_ended(const struct world_thread *thread)
{
    return thread->ended;
}

struct world_thread *world_thread_new(struct world *world, const char *name)
{
    struct world_thread *thread = calloc(1, sizeof(*thread));

    if (!thread)
        return NULL;
    thread->world = world;
    thread->number = ++world->numbers;
    snprintf(thread->name, sizeof(thread->name), "%s", name);
    pthread_cond_init(&thread->wake, NULL);
    thread->next = world->threads;
    world->threads = thread;
    world_works(world, thread);
    world->alive++;
    return thread;
}

/* Under the lock. */
static void end(struct world_thread *thread)
{
    thread->ended = true;
    thread->world->alive--;
    world_changed(thread->world);
    world_rest(thread->world);
}

/* One that was never started. */
static void undo(struct world *world, struct world_thread *thread)
{
    world_lock(world);
    end(thread);
    world_unlock(world);
}

static void *run_once(void *self)
{
    struct world_thread *thread = self;
    struct world *world = thread->world;

    world_become(thread);
    thread->run(thread->self);
    world_lock(world);
    end(thread);
    world_unlock(world);
    return NULL;
}

static int launch(struct world *world, struct world_thread *thread, void *(*body)(void *))
{
    pthread_attr_t attributes;
    int error;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes,
                                thread->pooled ? PTHREAD_CREATE_JOINABLE : PTHREAD_CREATE_DETACHED);
    error = pthread_create(&thread->id, &attributes, body, thread);
    pthread_attr_destroy(&attributes);
    if (error)
        undo(world, thread);
    return -error;
}

int world_start(struct world *world, const char *name, void (*run)(void *self), void *self,
                struct world_thread **ret_thread)
{
    struct world_thread *thread;
    int error;

    world_lock(world);
    thread = world_thread_new(world, name);
    world_unlock(world);
    if (!thread)
        return -ENOMEM;
    thread->run = run;
    thread->self = self;
    error = launch(world, thread, run_once);
    if (!error && ret_thread)
        *ret_thread = thread;
    return error;
}

/* ---- the pool */
static void *run_many(void *self)
{
    struct world_thread *thread = self;
    struct world *world = thread->world;

    world_become(thread);
    world_lock(world);
    while (!world->ending) {
        if (thread->run) {
            void (*run)(void *) = thread->run;

            thread->run = NULL;
            world_unlock(world);
            run(thread->self);
            world_lock(world);
        }
        if (!thread->run) {
            thread->idle = true;
            world->alive--;
            world_rest(world);
            while (thread->idle && !world->ending)
                pthread_cond_wait(&thread->wake, &world->lock);
        }
    }
    world_unlock(world);
    return NULL;
}

/* Under the lock; NULL: there is none. */
static struct world_thread *wake_idle(struct world *world)
{
    struct world_thread *thread = world->threads;

    while (thread && !thread->idle)
        thread = thread->next;
    if (!thread)
        return NULL;
    thread->idle = false;
    world_works(world, thread);
    world->alive++;
    return thread;
}

int world_pool(struct world *world, const char *name, void (*run)(void *self), void *self)
{
    struct world_thread *thread, *idle;

    world_lock(world);
    idle = wake_idle(world);
    thread = idle ? idle : world_thread_new(world, name);
    if (thread) {
        snprintf(thread->name, sizeof(thread->name), "%s", name);
        thread->run = run;
        thread->self = self;
        thread->pooled = true;
        pthread_cond_signal(&thread->wake);
    }
    world_unlock(world);
    if (!thread)
        return -ENOMEM;
    return idle ? 0 : launch(world, thread, run_many);
}

/* ---- threads that the subject has made */
static void leave_at_end(void *self)
{
    struct world_thread *thread = self;

    world_become(thread);
    world_leave(thread->world);
}

static void make_key(void)
{
    pthread_key_create(&leaving, leave_at_end);
}

void world_enter(struct world *world, const char *name)
{
    struct world_thread *thread;

    pthread_once(&once, make_key);
    world_lock(world);
    thread = world_thread_new(world, name);
    world_unlock(world);
    if (!thread)
        return;
    world_become(thread);
    pthread_setspecific(leaving, thread);
}

void world_leave(struct world *world)
{
    struct world_thread *thread = world_self();

    if (!thread)
        return;
    pthread_once(&once, make_key);
    pthread_setspecific(leaving, NULL);
    world_become(NULL);
    world_lock(world);
    end(thread);
    world_unlock(world);
}

unsigned world_alive(struct world *world)
{
    unsigned alive;

    world_lock(world);
    alive = world->alive;
    world_unlock(world);
    return alive;
}

/* ---- the end */
unsigned world_free(struct world *world)
{
    struct world_thread *next;
    unsigned alive;

    if (!world)
        return 0;
    world_lock(world);
    alive = world->alive;
    world->ending = alive == 0;
    for (struct world_thread *one = world->threads; one && !alive; one = one->next)
        pthread_cond_signal(&one->wake);
    world_unlock(world);
    if (alive)
        return alive;
    for (struct world_thread *one = world->threads; one; one = next) {
        next = one->next;
        if (one->pooled && !one->ended)
            pthread_join(one->id, NULL);
        pthread_cond_destroy(&one->wake);
        free(one);
    }
    world_record_done(world);
    /* Who has ended last may still be in its unlock. */
    world_lock(world);
    world_unlock(world);
    pthread_mutex_destroy(&world->lock);
    pthread_cond_destroy(&world->quiet);
    free(world);
    return 0;
}

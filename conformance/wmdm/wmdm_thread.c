/* Callers of the provider beside the case's own thread. */
#include "conformance/wmdm/wmdm_thread.h"

#include <time.h>

static void *run_one(void *context)
{
    const struct wmdm_thread_start *start = context;

    pthread_barrier_wait(start->together);
    return start->body(start->item);
}

void wmdm_threads_start(struct conf *c, const char *method, struct wmdm_threads *ret,
                        void *(*body)(void *item), void *items, size_t size, size_t count)
{
    if (count > WMDM_THREADS || pthread_barrier_init(&ret->together, NULL, (unsigned)count) != 0)
        conf_setup_failed(c, "no %zu threads", count);
    conf_in_provider(c, method);
    for (ret->count = 0; ret->count < count; ret->count++) {
        struct wmdm_thread_start *start = &ret->start[ret->count];

        *start =
            (struct wmdm_thread_start){&ret->together, body, (char *)items + ret->count * size};
        if (pthread_create(&ret->thread[ret->count], NULL, run_one, start) != 0)
            conf_setup_failed(c, "no thread");
    }
}

void wmdm_threads_wait(struct conf *c, struct wmdm_threads *threads)
{
    for (size_t i = 0; i < threads->count; i++)
        pthread_join(threads->thread[i], NULL);
    pthread_barrier_destroy(&threads->together);
    conf_in_provider(c, NULL);
}

void wmdm_together(struct conf *c, const char *method, void *(*body)(void *item), void *items,
                   size_t size, size_t count)
{
    struct wmdm_threads threads;

    wmdm_threads_start(c, method, &threads, body, items, size, count);
    wmdm_threads_wait(c, &threads);
}

int64_t wmdm_now_ms(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static void *run_aside(void *context)
{
    struct wmdm_aside *aside = context;

    aside->hr = aside->call(aside->context);
    return NULL;
}

HRESULT wmdm_aside(struct conf *c, const char *method, struct wmdm_aside *aside)
{
    struct timespec until;

    conf_in_provider(c, method);
    if (pthread_create(&aside->thread, NULL, run_aside, aside) != 0)
        conf_setup_failed(c, "no thread");
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WMDM_ASIDE_MS / 1000;
    aside->is_under_way = pthread_timedjoin_np(aside->thread, NULL, &until) != 0;
    conf_in_provider(c, NULL);
    return aside->is_under_way ? E_PENDING : aside->hr;
}

void wmdm_aside_end(struct wmdm_aside *aside)
{
    if (aside->is_under_way)
        pthread_join(aside->thread, NULL);
    aside->is_under_way = false;
}

/* Threads of a case: several callers at once, and a call that is made while another one is not at
 * its end. They call the provider's methods themselves: checks, marks and CALL belong to the case's
 * own thread. */
#ifndef CONFORMANCE_WMDM_WMDM_THREAD_H
#define CONFORMANCE_WMDM_WMDM_THREAD_H

#include <pthread.h>

#include "conformance/wmdm/wmdm.h"

#define WMDM_THREADS 8
struct wmdm_threads { /* the caller's, until they have ended */
    pthread_t thread[WMDM_THREADS];
    size_t count;
    pthread_barrier_t together;
    struct wmdm_thread_start {
        pthread_barrier_t *together;
        void *(*body)(void *item);
        void *item;
    } start[WMDM_THREADS];
};
/* Runs `body` in a thread for each of the `count` items of `size` bytes, which begin together.
 * `method` is blamed for what takes the process down until wmdm_threads_wait() is back. */
void wmdm_threads_start(struct conf *c, const char *method, struct wmdm_threads *ret,
                        void *(*body)(void *item), void *items, size_t size, size_t count);
void wmdm_threads_wait(struct conf *c, struct wmdm_threads *threads);
/* Both. */
void wmdm_together(struct conf *c, const char *method, void *(*body)(void *item), void *items,
                   size_t size, size_t count);

int64_t wmdm_now_ms(void); /* of a clock that only goes on */

#define WMDM_ASIDE_MS 2000 /* what a call that is served needs least of all */

struct wmdm_aside {
    HRESULT (*call)(void *context); /* the caller's, as its context */
    void *context;
    HRESULT hr;
    pthread_t thread;
    bool is_under_way;
};
/* The call's result, or E_PENDING where it is not back within WMDM_ASIDE_MS; then, and only then,
 * wmdm_aside_end() has something to wait for. */
HRESULT wmdm_aside(struct conf *c, const char *method, struct wmdm_aside *aside);
void wmdm_aside_end(struct wmdm_aside *aside);

#endif

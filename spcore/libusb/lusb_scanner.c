/* Hot-plug without a word from the servers: while somebody waits for it, a thread of its own looks
 * at their lists four times a second, so that a silent one holds up nobody's events. */
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "spcore/libusb/lusb.h"

#define SCAN_MS 250

static struct timespec soon(void)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += SCAN_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}

/* The lock is held before and after. */
static void wait_locked(libusb_context *context)
{
    struct lusb_scanner *scanner = &context->scanner;
    struct timespec until = soon();
    int error = 0;

    while (!scanner->stop && !scanner->now && error != ETIMEDOUT) {
        if (context->hotplugs)
            error = pthread_cond_timedwait(&scanner->changed, &context->lock, &until);
        else
            pthread_cond_wait(&scanner->changed, &context->lock);
    }
    scanner->now = false;
}

static bool has_news_locked(const libusb_context *context)
{
    const struct libusb_device *device = context->devices;

    while (device && device->present == device->announced)
        device = device->next;
    return device != NULL;
}

static void *scan_again_and_again(void *self)
{
    libusb_context *context = self;

    pthread_mutex_lock(&context->lock);
    while (!context->scanner.stop) {
        wait_locked(context);
        if (context->scanner.stop || !context->hotplugs)
            continue;
        pthread_mutex_unlock(&context->lock);
        lusb_scan(context, LUSB_SCAN_DEADLINE_MS);
        pthread_mutex_lock(&context->lock);
        if (has_news_locked(context))
            lusb_wake(context);
    }
    pthread_mutex_unlock(&context->lock);
    return NULL;
}

/* The program's signals are not for this thread. */
int lusb_scanner_start(libusb_context *context)
{
    sigset_t all, before;
    int error = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_mutex_lock(&context->lock);
    if (!context->scanner.running)
        error = pthread_create(&context->scanner.thread, NULL, scan_again_and_again, context);
    context->scanner.running |= !error;
    pthread_mutex_unlock(&context->lock);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -error;
}

void lusb_scanner_stop(libusb_context *context)
{
    bool running;

    pthread_mutex_lock(&context->lock);
    running = context->scanner.running;
    context->scanner.stop = true;
    pthread_cond_signal(&context->scanner.changed);
    pthread_mutex_unlock(&context->lock);
    if (running)
        pthread_join(context->scanner.thread, NULL);
}

void lusb_scanner_hurry(libusb_context *context)
{
    pthread_mutex_lock(&context->lock);
    context->scanner.now = true;
    pthread_cond_signal(&context->scanner.changed);
    pthread_mutex_unlock(&context->lock);
}

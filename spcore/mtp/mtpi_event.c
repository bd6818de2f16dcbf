/* Events from the interrupt endpoint (PTP over USB, 7.3). A container may come in several packets,
 * also over several calls. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "spcore/base.h"
#include "spcore/mtp/mtpi_private.h"

static unsigned cancels_of(struct mtpi *mtpi)
{
    unsigned cancels;

    pthread_mutex_lock(&mtpi->state);
    cancels = mtpi->cancels;
    pthread_mutex_unlock(&mtpi->state);
    return cancels;
}

/* One read. A cancelled transaction of another thread must not end the wait for an event. */
static int read_packets(struct mtpi *mtpi, size_t room, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - base_now_ms();
        unsigned cancels = cancels_of(mtpi);
        int count =
            tp_interrupt_in(mtpi->tp, mtpi->pipe.interrupt_in, mtpi->event + mtpi->event_length,
                            room, left < 0 ? 0 : (unsigned)left);

        if (count != -ECANCELED || cancels_of(mtpi) == cancels)
            return count;
    }
}

/* 1: a whole container is there; 0: not yet; -EPROTO. */
static int is_whole(const struct mtpi *mtpi)
{
    struct container container;

    if (mtpi->event_length < CONTAINER_HEADER)
        return 0;
    if (!container_get(mtpi->event, mtpi->event_length, &container) ||
        container.type != MTP_CT_EVENT || container.length > CONTAINER_EVENT_MOST)
        return -EPROTO;
    return mtpi->event_length >= container.length;
}

static int wait_event(struct mtpi *mtpi, int64_t deadline, struct mtpi_event *ret)
{
    uint16_t packet = tp_packet_size(mtpi->tp, mtpi->pipe.interrupt_in);
    int whole;

    while ((whole = is_whole(mtpi)) == 0) {
        size_t room = sizeof(mtpi->event) - mtpi->event_length;
        int count;

        /* Packet by packet: no event's end depends on a short one. */
        if (packet > 0 && packet < room)
            room = packet;
        count = read_packets(mtpi, room, deadline);
        if (count < 0)
            return count;
        mtpi->event_length += (size_t)count;
        if (count == 0 && base_now_ms() >= deadline)
            return -ETIMEDOUT;
    }
    if (whole > 0 && !container_get_event(mtpi->event, mtpi->event_length, ret))
        whole = -EPROTO;
    mtpi->event_length = 0;
    return whole < 0 ? whole : 0;
}

/* One thread waits at a time; a second one for the first, until its own deadline. */
static bool begin_waiting(struct mtpi *mtpi, int64_t deadline)
{
    struct timespec until = {.tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000};
    bool ours;
    int error = 0;

    pthread_mutex_lock(&mtpi->state);
    while (mtpi->awaited && error == 0)
        error = pthread_cond_timedwait(&mtpi->event_free, &mtpi->state, &until);
    ours = !mtpi->awaited;
    mtpi->awaited = true;
    pthread_mutex_unlock(&mtpi->state);
    return ours;
}

static void end_waiting(struct mtpi *mtpi)
{
    pthread_mutex_lock(&mtpi->state);
    mtpi->awaited = false;
    pthread_cond_signal(&mtpi->event_free);
    pthread_mutex_unlock(&mtpi->state);
}

int mtpi_wait_event(struct mtpi *mtpi, unsigned deadline_ms, struct mtpi_event *ret)
{
    int64_t deadline = base_now_ms() + deadline_ms;
    int result;

    if (!begin_waiting(mtpi, deadline))
        return -ETIMEDOUT;
    result = wait_event(mtpi, deadline, ret);
    end_waiting(mtpi);
    return result;
}

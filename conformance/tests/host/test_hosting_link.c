/* The socket between WMI and the process of a provider, from one end of it. */
#include "conformance/host/hosting/hosting_link.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

TestSuite(hosting_link, .timeout = 30);

static void count(void *ticks, int64_t waited_ms)
{
    (void)waited_ms;
    atomic_fetch_add((atomic_uint *)ticks, 1);
}

static void serve(void *ticks, struct hosting_message *call, struct hosting_message *answer)
{
    (void)ticks, (void)call, (void)answer;
}

static void ended(void *ticks, bool is_garbled)
{
    (void)ticks;
    cr_expect_not(is_garbled);
}

static void send_call(int fd)
{
    const struct hosting_message call = {.kind = HOSTING_CALL, .op = HOSTING_GET};
    uint8_t *frame;
    size_t size;

    cr_assert_eq(hosting_encode(&call, &frame, &size), 0);
    cr_assert_eq(send(fd, frame, size, MSG_NOSIGNAL), (ssize_t)size);
    free(frame);
}

/* All is there before it is read: there is nothing to wait for. */
Test(hosting_link, who_talks_without_a_pause_is_watched)
{
    atomic_uint ticks = 0;
    const struct hosting_end end = {
        .self = &ticks, .serve = serve, .by_maker = true, .tick = count, .ended = ended};
    struct hosting_link *link = NULL;
    int ends[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    send_call(ends[1]);
    cr_assert_eq(shutdown(ends[1], SHUT_WR), 0);
    cr_assert_eq(hosting_link_new(ends[0], &end, &link), 0);
    hosting_link_serve(link);
    hosting_link_free(link);
    close(ends[1]);
    cr_expect_geq(atomic_load(&ticks), 1);
}

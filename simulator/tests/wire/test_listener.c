/* Sockets that listen: a port of its own, and a path that comes and goes with it. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulator/wire/listener.h"

static struct wire_loop *loop;
static char folder[] = "/tmp/test_listener.XXXXXX";
static char path[64];

static void start(void)
{
    cr_assert_eq(wire_loop_new(&loop), 0);
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/socket", folder);
}

static void end(void)
{
    unlink(path);
    rmdir(folder);
    wire_loop_free(loop);
}

static int accepted_fd;

static int accepted(struct wire_listener *listener, int fd)
{
    accepted_fd = fd;
    wire_loop_stop(listener->loop);
    return 0;
}

static int connect_to(const char *name)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert_eq(listener_path(name, &address), 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

Test(listener, who_connects_to_a_path_is_accepted, .init = start, .fini = end)
{
    struct wire_listener listener = {.accepted = accepted};
    int fd;

    cr_assert_eq(listener_unix(&listener, loop, path), 0);
    fd = connect_to(path);
    cr_assert_eq(wire_loop_run(loop), 0);
    cr_expect_gt(accepted_fd, 0);
    close(accepted_fd);
    close(fd);
    listener_done(&listener);
    cr_expect_eq(access(path, F_OK), -1);
}

Test(listener, a_port_that_is_free_is_said, .init = start, .fini = end)
{
    struct wire_listener listener = {.accepted = accepted};

    cr_assert_eq(listener_tcp(&listener, loop, NULL, 0), 0);
    cr_expect_gt(listener.port, 0);
    listener_done(&listener);
    cr_expect_eq(listener_tcp(&listener, loop, "localhost", 0), -EINVAL);
    listener_done(&listener); /* nothing */
}

Test(listener, a_stale_socket_is_replaced, .init = start, .fini = end)
{
    struct wire_listener dead = {.accepted = accepted}, next = {.accepted = accepted};

    cr_assert_eq(listener_unix(&dead, loop, path), 0);
    dead.path[0] = '\0'; /* as after a kill */
    listener_done(&dead);
    cr_assert_eq(access(path, F_OK), 0);
    cr_expect_eq(listener_unix(&next, loop, path), 0);
    listener_done(&next);
}

Test(listener, what_is_somebody_elses_is_left_alone, .init = start, .fini = end)
{
    struct wire_listener one = {.accepted = accepted}, other = {.accepted = accepted};
    int fd;

    cr_assert_eq(listener_unix(&one, loop, path), 0);
    cr_expect_eq(listener_unix(&other, loop, path), -EADDRINUSE);
    listener_done(&one);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_expect_eq(listener_unix(&other, loop, path), -EADDRINUSE);
    cr_expect_eq(access(path, F_OK), 0);
}

Test(listener, a_path_has_an_end)
{
    char name[200] = "";
    struct sockaddr_un address;

    memset(name, 'x', sizeof(name) - 1);
    cr_expect_eq(listener_path(name, &address), -ENAMETOOLONG);
}

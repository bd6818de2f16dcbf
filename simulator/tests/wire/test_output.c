/* Output on a socket that takes little: order, completeness, memory that may go, files. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/wire/output.h"

struct pair {
    struct output *output;
    int far, file;
};

#define FILE_SIZE (3u << 20)

static uint8_t file_byte(size_t at)
{
    return (uint8_t)(at * 7 + (at >> 12));
}

static struct pair pair_new(void)
{
    struct pair pair = {.output = calloc(1, sizeof(*pair.output))};
    uint8_t *bytes = malloc(FILE_SIZE);
    int fds[2], small = 4096;

    signal(SIGPIPE, SIG_IGN);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    output_init(pair.output, fds[0]);
    pair.far = fds[1];
    pair.file = memfd_create("file", MFD_CLOEXEC);
    for (size_t i = 0; i < FILE_SIZE; i++)
        bytes[i] = file_byte(i);
    cr_assert_eq(write(pair.file, bytes, FILE_SIZE), FILE_SIZE);
    free(bytes);
    return pair;
}

static void pair_free(struct pair *pair)
{
    output_done(pair->output);
    close(pair->output->fd);
    close(pair->far);
    close(pair->file);
    free(pair->output);
}

/* Reads `length` bytes at the far end and lets the output go on in between. */
static void drain(struct pair *pair, uint8_t *bytes, size_t length)
{
    size_t done = 0;

    while (done < length) {
        ssize_t got = read(pair->far, bytes + done, length - done);

        if (got > 0)
            done += (size_t)got;
        output_resume(pair->output);
        cr_assert_eq(pair->output->error, 0);
        cr_assert(got > 0 || output_blocked(pair->output) || errno == EAGAIN);
        cr_assert(got != 0);
    }
    cr_expect_eq(read(pair->far, &(char){0}, 1), -1, "nothing behind it");
}

Test(output, small_pieces_leave_together)
{
    struct pair pair = pair_new();
    char text[16];

    output_bytes(pair.output, "one", 3);
    output_bytes(pair.output, "two", 3);
    cr_expect_eq(read(pair.far, text, sizeof(text)), -1, "gathered");
    output_flush(pair.output, false);
    cr_expect_eq(read(pair.far, text, sizeof(text)), 6);
    cr_expect_arr_eq(text, "onetwo", 6);
    pair_free(&pair);
}

Test(output, memory_and_files_keep_their_order)
{
    struct pair pair = pair_new();
    uint8_t *large = malloc(100000), *seen = malloc(100000 + 50000 + 9);
    struct usb_chunk memory = {.memory = large, .length = 100000};
    struct usb_chunk range = {.fd = pair.file, .offset = 1000, .length = 50000};

    memset(large, 0x11, 100000);
    output_bytes(pair.output, "abc", 3);
    output_chunk(pair.output, &memory);
    memset(large, 0x22, 100000); /* lent for the call only */
    output_bytes(pair.output, "def", 3);
    output_chunk(pair.output, &range);
    output_bytes(pair.output, "ghi", 3);
    output_flush(pair.output, false);
    cr_assert(output_blocked(pair.output));
    drain(&pair, seen, 100000 + 50000 + 9);
    cr_expect_arr_eq(seen, "abc", 3);
    for (size_t i = 0; i < 100000; i++)
        cr_assert_eq(seen[3 + i], 0x11, "byte %zu", i);
    cr_expect_arr_eq(seen + 100003, "def", 3);
    for (size_t i = 0; i < 50000; i++)
        cr_assert_eq(seen[100006 + i], file_byte(1000 + i), "byte %zu of the file", i);
    cr_expect_arr_eq(seen + 150006, "ghi", 3);
    free(large);
    free(seen);
    pair_free(&pair);
}

Test(output, a_file_may_be_closed_while_its_range_waits)
{
    struct pair pair = pair_new();
    struct usb_chunk range = {.fd = pair.file, .offset = 0, .length = FILE_SIZE};
    uint8_t *seen = malloc(FILE_SIZE);

    output_chunk(pair.output, &range);
    cr_assert(output_blocked(pair.output));
    close(pair.file);
    pair.file = -1;
    drain(&pair, seen, FILE_SIZE);
    cr_expect_eq(seen[FILE_SIZE - 1], file_byte(FILE_SIZE - 1));
    free(seen);
    pair_free(&pair);
}

Test(output, a_file_that_became_shorter_is_an_error_and_no_endless_wait)
{
    struct pair pair = pair_new();
    struct usb_chunk range = {.fd = pair.file, .offset = 0, .length = FILE_SIZE};
    uint8_t seen[65536];

    output_chunk(pair.output, &range);
    cr_assert_eq(ftruncate(pair.file, 1000), 0);
    for (unsigned rounds = 0; rounds < 10000 && !pair.output->error; rounds++) {
        cr_expect_neq(read(pair.far, seen, sizeof(seen)), 0);
        output_resume(pair.output);
    }
    cr_expect_eq(pair.output->error, -EIO);
    pair_free(&pair);
}

Test(output, what_waits_of_a_mapped_range_is_the_files)
{
    struct pair pair = pair_new();
    void *mapped = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, pair.file, 0);
    struct usb_chunk range = {.fd = pair.file, .offset = 0, .length = FILE_SIZE, .mapped = mapped};
    uint8_t *seen = malloc(3 + FILE_SIZE);

    output_bytes(pair.output, "one", 3);
    output_chunk(pair.output, &range);
    cr_assert(output_blocked(pair.output));
    munmap(mapped, FILE_SIZE);
    drain(&pair, seen, 3 + FILE_SIZE);
    cr_expect_arr_eq(seen, "one", 3);
    for (size_t i = 0; i < FILE_SIZE; i++)
        cr_assert_eq(seen[3 + i], file_byte(i));
    free(seen);
    pair_free(&pair);
}

Test(output, a_mapped_file_that_became_shorter_is_an_error)
{
    struct pair pair = pair_new();
    void *mapped = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, pair.file, 0);
    struct usb_chunk range = {.fd = pair.file, .offset = 0, .length = FILE_SIZE, .mapped = mapped};

    cr_assert_eq(ftruncate(pair.file, 0), 0);
    output_chunk(pair.output, &range);
    cr_expect_eq(pair.output->error, -EIO);
    munmap(mapped, FILE_SIZE);
    pair_free(&pair);
}

Test(output, a_peer_that_left_is_an_error)
{
    struct pair pair = pair_new();
    struct usb_chunk range = {.fd = pair.file, .offset = 0, .length = 100};

    shutdown(pair.far, SHUT_RDWR);
    output_bytes(pair.output, "x", 1);
    output_flush(pair.output, false);
    cr_expect_eq(pair.output->error, -EPIPE);
    output_chunk(pair.output, &range);
    output_bytes(pair.output, "x", 1);
    output_flush(pair.output, false);
    cr_expect_not(output_blocked(pair.output), "nothing is kept for it");
    pair_free(&pair);
}

/* The pair over TCP: a local one knows no segments. */
static void use_tcp(struct pair *pair)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(name);
    int listener = socket(AF_INET, SOCK_STREAM, 0), near = socket(AF_INET, SOCK_STREAM, 0);

    cr_assert_eq(bind(listener, (struct sockaddr *)&name, length), 0);
    cr_assert_eq(listen(listener, 1), 0);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    cr_assert_eq(connect(near, (struct sockaddr *)&name, length), 0);
    close(pair->far);
    close(pair->output->fd);
    pair->far = accept(listener, NULL, NULL);
    output_init(pair->output, near);
    close(listener);
}

/* Bytes that the socket has and has not sent. */
static int waiting(const struct pair *pair)
{
    int bytes = -1;

    cr_assert_eq(ioctl(pair->output->fd, SIOCOUTQNSD, &bytes), 0);
    return bytes;
}

Test(output, the_end_of_a_piece_waits_for_the_next_and_leaves_when_there_is_none)
{
    static uint8_t bytes[20000], got[2 * sizeof(bytes)];
    struct usb_chunk chunk = {.memory = bytes, .length = sizeof(bytes)};
    struct pair pair = pair_new();

    use_tcp(&pair);
    pair.output->more = true;
    output_chunk(pair.output, &chunk);
    cr_expect_gt(waiting(&pair), 0, "it is held back");
    output_chunk(pair.output, &chunk);
    pair.output->more = false;
    output_flush(pair.output, false);
    cr_expect_eq(waiting(&pair), 0, "nothing follows any more");
    cr_expect_eq(recv(pair.far, got, sizeof(got), MSG_WAITALL), (ssize_t)sizeof(got));
    pair_free(&pair);
}

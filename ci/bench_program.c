/* The program of the figures through `papsim exec`: plain libusb-1.0, one player (persona mtp).
 * Each line of its standard input asks for one round, and gets one line with a rate: control MS
 * GET_DESCRIPTOR for that long, round trips a second get HANDLE SIZE UNIT  GetObject in transfers
 * of UNIT bytes, bytes a second */
#include <inttypes.h>
#include <libusb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OUT = 0x02, IN = 0x81, DEPTH = 4, SECOND_MS = 5000, CONTAINER = 12 };

static libusb_device_handle *player;

static _Noreturn void die(const char *what, int error)
{
    fprintf(stderr, "bench-program: %s: %s\n", what, libusb_error_name(error));
    exit(3);
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double control_round(unsigned ms)
{
    double start = now(), end = start + ms * 1e-3, time = start;
    unsigned char data[18];
    unsigned count = 0;

    while (time < end) {
        int got = libusb_control_transfer(player, 0x80, LIBUSB_REQUEST_GET_DESCRIPTOR,
                                          LIBUSB_DT_DEVICE << 8, 0, data, 18, SECOND_MS);

        if (got != 18)
            die("control transfer", got);
        if (++count % 64 == 0)
            time = now();
    }
    return count / (now() - start);
}

/* ---- MTP, as little of it as GetObject needs ------------------------------------------------- */

static void put(unsigned char *at, uint32_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static void send_command(uint16_t code, uint32_t number, uint32_t parameter)
{
    unsigned char bytes[CONTAINER + 4];
    int sent = 0, error;

    put(bytes, sizeof bytes, 4);
    put(bytes + 4, 1, 2);
    put(bytes + 6, code, 2);
    put(bytes + 8, number, 4);
    put(bytes + 12, parameter, 4);
    error = libusb_bulk_transfer(player, OUT, bytes, sizeof bytes, &sent, SECOND_MS);
    if (error || sent != sizeof bytes)
        die("command", error);
}

static void take_response(void)
{
    unsigned char bytes[512];
    int got = 0, error = libusb_bulk_transfer(player, IN, bytes, sizeof bytes, &got, SECOND_MS);

    if (error || got < CONTAINER || bytes[6] != 0x01 || bytes[7] != 0x20)
        die("response", error);
}

/* ---- the data phase, several transfers under way --------------------------------------------- */

struct stream {
    uint64_t asked, got, total;
    int unit, under_way;
    bool wrong;
};

static int next_length(const struct stream *stream)
{
    uint64_t left = stream->total - stream->asked;

    return left < (uint64_t)stream->unit ? (int)left : stream->unit;
}

/* The n-th 8 bytes of the object say n; the container's header stands before them. One look a
 * transfer: plain TCP does not look at all. */
static void look(struct stream *stream, const struct libusb_transfer *transfer)
{
    uint64_t word;

    if (transfer->actual_length < CONTAINER + (int)sizeof word)
        return;
    memcpy(&word, transfer->buffer + CONTAINER, sizeof word);
    stream->wrong |= word != stream->got / sizeof word;
}

static void LIBUSB_CALL arrived(struct libusb_transfer *transfer)
{
    struct stream *stream = transfer->user_data;

    if (transfer->status || transfer->actual_length != transfer->length)
        die("bulk transfer", LIBUSB_ERROR_IO);
    look(stream, transfer);
    stream->got += (uint64_t)transfer->actual_length;
    stream->under_way--;
    transfer->length = next_length(stream);
    if (!transfer->length)
        return;
    stream->asked += (uint64_t)transfer->length;
    stream->under_way++;
    if (libusb_submit_transfer(transfer))
        die("submit", LIBUSB_ERROR_IO);
}

static void receive(struct stream *stream)
{
    struct libusb_transfer *transfers[DEPTH] = {NULL};
    unsigned char *buffer = malloc((size_t)DEPTH * (size_t)stream->unit);
    int i;

    for (i = 0; i < DEPTH && buffer && next_length(stream); i++) {
        int length = next_length(stream), error;

        transfers[i] = libusb_alloc_transfer(0);
        libusb_fill_bulk_transfer(transfers[i], player, IN,
                                  buffer + (size_t)i * (size_t)stream->unit, length, arrived,
                                  stream, SECOND_MS);
        stream->asked += (uint64_t)length;
        stream->under_way++;
        error = libusb_submit_transfer(transfers[i]);
        if (error)
            die("submit", error);
    }
    while (stream->under_way)
        libusb_handle_events(NULL);
    for (i = 0; i < DEPTH; i++)
        libusb_free_transfer(transfers[i]);
    free(buffer);
}

static double get_round(uint32_t handle, uint64_t size, int unit)
{
    static uint32_t number;
    struct stream stream = {.total = size + CONTAINER, .unit = unit};
    double start = now(), seconds;

    if (!number)
        send_command(0x1002, number, 1); /* OpenSession(1) */
    if (!number++)
        take_response();
    send_command(0x1009, number, handle);
    receive(&stream);
    take_response();
    seconds = now() - start;
    if (stream.wrong || stream.got != stream.total)
        die("bytes out of place", LIBUSB_ERROR_OTHER);
    return (double)size / seconds;
}

int main(void)
{
    libusb_device **list;
    uint32_t handle;
    uint64_t size;
    char line[80];
    unsigned unit;
    int error;

    setvbuf(stdout, NULL, _IOLBF, 0);
    error = libusb_init(NULL);
    if (error || libusb_get_device_list(NULL, &list) != 1)
        die("one device expected", error);
    error = libusb_open(list[0], &player);
    if (error || (error = libusb_claim_interface(player, 0)))
        die("open", error);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "control %u", &unit) == 1)
            printf("%.1f\n", control_round(unit));
        else if (sscanf(line, "get %" SCNu32 " %" SCNu64 " %u", &handle, &size, &unit) == 3)
            printf("%.1f\n", get_round(handle, size, (int)unit));
        else
            die(line, LIBUSB_ERROR_INVALID_PARAM);
    }
    libusb_close(player);
    libusb_free_device_list(list, 1);
    libusb_exit(NULL);
    return 0;
}

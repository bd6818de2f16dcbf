/* The program of the figures through `papsim exec`: plain libusb-1.0, one player (persona mtp).
 * Each line of its standard input asks for one round, and gets one line with a rate: control MS
 * GET_DESCRIPTOR for that long, round trips a second get HANDLE SIZE UNIT  GetObject in transfers
 * of UNIT bytes, bytes a second */
#include <inttypes.h>
#include <libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* 1 MiB is under way, in two transfers at least: what the caches hold. */
enum { IN = 0x81, DEPTH_MAX = 16, UNDER_WAY = 1024 * 1024, DEADLINE_MS = 5000 };

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
                                          LIBUSB_DT_DEVICE << 8, 0, data, 18, DEADLINE_MS);

        if (got != 18)
            die("control transfer", got);
        if (++count % 64 == 0)
            time = now();
    }
    return count / (now() - start);
}

/* ---- bulk IN, several transfers under way */

struct stream {
    uint64_t left; /* not asked for yet */
    int unit, under_way;
};

/* One look a transfer: plain TCP does not look at all. */
static void LIBUSB_CALL arrived(struct libusb_transfer *transfer)
{
    struct stream *stream = transfer->user_data;

    if (transfer->status || transfer->actual_length != stream->unit || transfer->buffer[0] != 0)
        die("bulk transfer", LIBUSB_ERROR_IO);
    transfer->buffer[0] = 1;
    stream->under_way--;
    if (!stream->left)
        return;
    stream->left -= (uint64_t)stream->unit;
    stream->under_way++;
    if (libusb_submit_transfer(transfer))
        die("submit", LIBUSB_ERROR_IO);
}

static double stream_round(uint64_t size, int unit)
{
    struct libusb_transfer *transfers[DEPTH_MAX];
    int depth = UNDER_WAY / unit > 2 ? UNDER_WAY / unit : 2;
    struct stream stream = {.left = size, .unit = unit};
    unsigned char *buffer = aligned_alloc(4096, (size_t)depth * (size_t)unit);
    double start = now();

    if (!buffer || depth > DEPTH_MAX)
        die("memory", LIBUSB_ERROR_NO_MEM);
    for (int i = 0; i < depth; i++) {
        transfers[i] = libusb_alloc_transfer(0);
        libusb_fill_bulk_transfer(transfers[i], player, IN, buffer + (size_t)i * (size_t)unit, unit,
                                  arrived, &stream, DEADLINE_MS);
        stream.left -= (uint64_t)unit;
        stream.under_way++;
        if (libusb_submit_transfer(transfers[i]))
            die("submit", LIBUSB_ERROR_IO);
    }
    while (stream.under_way)
        libusb_handle_events(NULL);
    for (int i = 0; i < depth; i++)
        libusb_free_transfer(transfers[i]);
    free(buffer);
    return (double)size / (now() - start);
}

int main(void)
{
    libusb_device **list;
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
    while (fgets(line, sizeof(line), stdin)) {
        if (sscanf(line, "control %u", &unit) == 1)
            printf("%.1f\n", control_round(unit));
        else if (sscanf(line, "stream %" SCNu64 " %u", &size, &unit) == 2)
            printf("%.1f\n", stream_round(size, (int)unit));
        else
            die(line, LIBUSB_ERROR_INVALID_PARAM);
    }
    libusb_close(player);
    libusb_free_device_list(list, 1);
    libusb_exit(NULL);
    return 0;
}

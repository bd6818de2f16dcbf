/* Bytes of a hostile host on bulk OUT, cut into transfers by the input itself: the still image
 * function must neither crash nor stop answering after a device reset. libFuzzer entry point; the
 * working directory is the top of the tree (the player file is read from fixtures/). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "simulator/function/still_image/still_image.h"
#include "simulator/player/player.h"
#include "simulator/spec/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct player *player;

static void start(void)
{
    struct player_options options = {.busid = "1-1", .seed = 1};
    struct player_spec *spec;
    char error[400];

    if (spec_load("fixtures/players/mtp-small.yaml", &spec, error, sizeof(error)) ||
        player_new(spec, &options, &player, error, sizeof(error))) {
        fprintf(stderr, "%s\n", error);
        exit(1);
    }
}

static void drain(const struct usb_function_ops *ops, void *self)
{
    struct usb_in in;

    for (unsigned rounds = 0; rounds < 1000 && ops->in(self, 0x81, 16384, &in) == 0; rounds++)
        ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t probe[] = {12, 0, 0, 0, 1, 0, 1, 0x10, 0, 0, 0, 0};
    static const struct usb_setup reset = {.request_type = 0x21, .request = 0x66};
    struct usb_function functions[USB_FUNCTIONS_MAX];
    const struct usb_function_ops *ops;
    struct usb_in in;
    void *self;

    if (!player)
        start();
    (void)player_functions(player, functions);
    ops = functions[0].ops;
    self = functions[0].self;
    while (size > 1) {
        size_t length = data[0] * 4u + (data[1] & 3u);

        data += 2;
        size = size >= 2 ? size - 2 : 0;
        length = length < size ? length : size;
        (void)ops->out(self, 0x02, data, length, length % 512 != 0);
        drain(ops, self);
        data += length;
        size -= length;
    }
    if (ops->setup(self, &reset, NULL, NULL) || ops->out(self, 0x02, probe, sizeof(probe), true) ||
        ops->in(self, 0x81, 16384, &in))
        abort();
    drain(ops, self);
    return 0;
}

/* Drives a still image function without a device core: containers in, containers out. */
#ifndef SIMULATOR_TESTS_DRIVER_H
#define SIMULATOR_TESTS_DRIVER_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mtp_codes.h"
#include "simulator/function/still_image/still_image.h"
#include "simulator/mtp/dataset.h"
#include "simulator/mtp/mtpr_value.h"
#include "simulator/player/player.h"
#include "simulator/spec/spec.h"

#define DRIVER_IN 0x81
#define DRIVER_OUT 0x02
#define DRIVER_EVENT 0x83
#define DRIVER_PACKET 512u

struct driver {
    struct player *player;
    const struct usb_function_ops *ops;
    void *self;
    uint32_t transaction;
    /* of the last transaction */
    struct wr data; /* payload of the data container */
    bool has_data;
    uint16_t code;
    uint32_t params[5];
    unsigned count;
};

static inline void driver_open(struct driver *driver, const char *file, const char *state)
{
    struct player_options options = {.busid = "1-1", .state_dir = state, .seed = 7};
    struct usb_function functions[USB_FUNCTIONS_MAX];
    struct player_spec *spec;
    char error[500], path[500];

    *driver = (struct driver){0};
    snprintf(path, sizeof(path), "%s%s", strchr(file, '/') ? "" : "fixtures/players/", file);
    cr_assert_eq(spec_load(path, &spec, error, sizeof(error)), 0, "%s", error);
    cr_assert_eq(player_new(spec, &options, &driver->player, error, sizeof(error)), 0, "%s", error);
    (void)player_functions(driver->player, functions);
    driver->ops = functions[0].ops;
    driver->self = functions[0].self;
}

static inline void driver_close(struct driver *driver)
{
    player_free(driver->player);
    wr_done(&driver->data);
}

static inline void driver_deviate(struct driver *driver, enum quirk which)
{
    policies_switch(player_policies(driver->player), which, true);
}

static inline int driver_out(struct driver *driver, const void *data, size_t length)
{
    return driver->ops->out(driver->self, DRIVER_OUT, data, length, length % DRIVER_PACKET != 0);
}

/* One IN transfer appended to `bytes`; 0 or -errno. */
static inline int driver_in(struct driver *driver, uint8_t endpoint, struct wr *bytes)
{
    struct usb_in in;
    unsigned i;

    do {
        int error = driver->ops->in(driver->self, endpoint, 16384, &in);

        if (error)
            return error;
        for (i = 0; i < in.chunk_count; i++) {
            struct usb_chunk *chunk = &in.chunks[i];

            if (chunk->memory) {
                wr_bytes(bytes, chunk->memory, chunk->length);
            } else {
                uint8_t *copy = malloc(chunk->length + 1);

                cr_assert_eq(pread(chunk->fd, copy, chunk->length, chunk->offset),
                             (ssize_t)chunk->length);
                wr_bytes(bytes, copy, chunk->length);
                free(copy);
            }
        }
    } while (!in.end);
    return 0;
}

static inline int driver_command(struct driver *driver, uint16_t operation, uint32_t transaction,
                                 unsigned count, const uint32_t *params)
{
    struct wr wr = {0};
    unsigned i;
    int result;

    wr_u32(&wr, 12 + 4 * count);
    wr_u16(&wr, MTP_CT_COMMAND);
    wr_u16(&wr, operation);
    wr_u32(&wr, transaction);
    for (i = 0; i < count; i++)
        wr_u32(&wr, params[i]);
    result = driver_out(driver, wr.data, wr.used);
    wr_done(&wr);
    return result;
}

/* Takes data and response in; the response code, 0 when nothing comes. */
static inline uint16_t driver_answer(struct driver *driver)
{
    struct wr bytes = {0};
    struct rd rd;

    wr_clear(&driver->data);
    driver->has_data = false;
    driver->code = 0;
    for (;;) {
        uint16_t type;

        wr_clear(&bytes);
        if (driver_in(driver, DRIVER_IN, &bytes))
            break;
        rd = rd_over(bytes.data, bytes.used);
        (void)rd_u32(&rd);
        type = rd_u16(&rd);
        driver->code = rd_u16(&rd);
        (void)rd_u32(&rd);
        if (type == MTP_CT_RESPONSE) {
            for (driver->count = 0; rd_left(&rd) >= 4;)
                driver->params[driver->count++] = rd_u32(&rd);
            break;
        }
        driver->has_data = true;
        wr_bytes(&driver->data, rd.at, rd_left(&rd));
        driver->code = 0;
    }
    wr_done(&bytes);
    return driver->code;
}

static inline uint32_t driver_next(struct driver *driver, uint16_t operation)
{
    return operation == MTP_OP_OPEN_SESSION ? (driver->transaction = 0) : ++driver->transaction;
}

static inline uint16_t driver_run(struct driver *driver, uint16_t operation, unsigned count, ...)
{
    uint32_t params[5] = {0};
    va_list arguments;
    unsigned i;

    va_start(arguments, count);
    for (i = 0; i < count; i++)
        params[i] = va_arg(arguments, unsigned);
    va_end(arguments);
    cr_assert_eq(driver_command(driver, operation, driver_next(driver, operation), count, params),
                 0);
    return driver_answer(driver);
}

static inline int driver_data(struct driver *driver, uint16_t operation, uint32_t announced,
                              const void *data, size_t length)
{
    struct wr wr = {0};
    int result;

    wr_u32(&wr, announced);
    wr_u16(&wr, MTP_CT_DATA);
    wr_u16(&wr, operation);
    wr_u32(&wr, driver->transaction);
    wr_bytes(&wr, data, length);
    result = driver_out(driver, wr.data, wr.used);
    wr_done(&wr);
    return result;
}

static inline uint16_t driver_send(struct driver *driver, uint16_t operation, const void *data,
                                   size_t length, unsigned count, ...)
{
    uint32_t params[5] = {0};
    va_list arguments;
    unsigned i;

    va_start(arguments, count);
    for (i = 0; i < count; i++)
        params[i] = va_arg(arguments, unsigned);
    va_end(arguments);
    cr_assert_eq(driver_command(driver, operation, driver_next(driver, operation), count, params),
                 0);
    cr_assert_eq(driver_data(driver, operation, (uint32_t)(12 + length), data, length), 0);
    return driver_answer(driver);
}

static inline void driver_info_dataset(struct wr *wr, const char *name, uint16_t format,
                                       uint32_t size)
{
    unsigned i;

    wr_u32(wr, 0);
    wr_u16(wr, format);
    wr_u16(wr, 0);
    wr_u32(wr, size);
    wr_u16(wr, 0);
    for (i = 0; i < 7; i++)
        wr_u32(wr, 0);
    wr_u16(wr, format == MTP_FC_ASSOCIATION ? 1 : 0);
    wr_u32(wr, 0);
    wr_u32(wr, 0);
    wr_string(wr, name);
    wr_string(wr, "20260102T030405");
    wr_string(wr, "");
    wr_string(wr, "");
}

static inline uint16_t driver_info(struct driver *driver, const char *name, uint16_t format,
                                   uint32_t size, uint32_t storage, uint32_t parent)
{
    struct wr wr = {0};
    uint16_t code;

    driver_info_dataset(&wr, name, format, size);
    code = driver_send(driver, MTP_OP_SEND_OBJECT_INFO, wr.data, wr.used, 2, storage, parent);
    wr_done(&wr);
    return code;
}

/* A whole file into the root of the first storage; its handle. */
static inline uint32_t driver_put(struct driver *driver, const char *name, const void *data,
                                  size_t length)
{
    uint32_t handle;

    cr_assert_eq(
        driver_info(driver, name, MTP_FC_UNDEFINED, (uint32_t)length, 0x00010001, 0xffffffff),
        MTP_RC_OK);
    handle = driver->params[2];
    cr_assert_eq(driver_send(driver, MTP_OP_SEND_OBJECT, data, length, 0), MTP_RC_OK);
    return handle;
}

#endif

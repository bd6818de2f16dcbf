/* A session with mtp-music, its verbs, and tones to play. */
#ifndef SIMULATOR_TESTS_MUSIC_H
#define SIMULATOR_TESTS_MUSIC_H

#include <fcntl.h>
#include <jansson.h>

#include "simulator/control/verbs.h"
#include "simulator/tests/driver.h"
#include "spcore/base.h"

enum { STORE = 0x00010001 };

static inline void open_music(struct driver *d)
{
    driver_open(d, "mtp-music.yaml", NULL);
    cr_assert_eq(driver_run(d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
}

/* The answer; the caller's. */
static inline json_t *ask(struct driver *d, const char *name, const char *request)
{
    json_t *arguments = json_loads(request, 0, NULL);
    json_t *answer;

    cr_assert(arguments, "%s", request);
    answer = player_verb_run(player_verb_find(name), d->player, arguments);
    json_decref(arguments);
    return answer;
}

static inline bool verb(struct driver *d, const char *name, const char *request)
{
    json_t *answer = ask(d, name, request);
    bool ok = json_is_true(json_object_get(answer, "ok"));

    json_decref(answer);
    return ok;
}

/* A tone of fixtures/media as the host sends it: with ObjectInfo and nothing else. */
static inline uint32_t send_tone(struct driver *d, const char *name, uint16_t format)
{
    uint8_t *bytes = malloc(200000);
    char path[200];
    uint32_t handle;
    ssize_t length;
    int fd;

    snprintf(path, sizeof(path), "fixtures/media/tone%s", strrchr(name, '.'));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0, "%s", path);
    length = read(fd, bytes, 200000);
    close(fd);
    cr_assert_gt(length, 1000);
    cr_assert_eq(driver_info(d, name, format, (uint32_t)length, STORE, 0xffffffff), MTP_RC_OK);
    handle = d->params[2];
    cr_assert_eq(driver_send(d, MTP_OP_SEND_OBJECT, bytes, (size_t)length, 0), MTP_RC_OK);
    free(bytes);
    return handle;
}

static inline uint32_t device_number(struct driver *d, uint16_t code)
{
    cr_assert_eq(driver_run(d, MTP_OP_GET_DEVICE_PROP_VALUE, 1, code), MTP_RC_OK);
    cr_assert_eq(d->data.used, 4);
    return (uint32_t)mtpr_integer(MTP_DTC_UINT32, d->data.data);
}

static inline uint16_t set_device_number(struct driver *d, uint16_t code, uint32_t number)
{
    uint8_t bytes[4];

    put_le32(bytes, number);
    return driver_send(d, MTP_OP_SET_DEVICE_PROP_VALUE, bytes, 4, 1, code);
}

static inline uint64_t object_number(struct driver *d, uint32_t handle, uint16_t code,
                                     uint16_t type)
{
    cr_assert_eq(driver_run(d, MTP_OP_GET_OBJECT_PROP_VALUE, 2, handle, code), MTP_RC_OK);
    return (uint64_t)mtpr_integer(type, d->data.data);
}

#endif

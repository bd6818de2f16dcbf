#include "suites/judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int judge_control(struct conf *c, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                  uint16_t length, void *data)
{
    struct tp_setup setup = {type, request, value, index, length};
    int count = tp_control(conf_transport(c), &setup, data, JUDGE_PROMPT_MS);

    conf_note(c, "control %02x %02x value %04x index %04x length %u: %d", type, request, value,
              index, length, count);
    return count;
}

int judge_descriptor(struct conf *c, uint8_t type, uint8_t number, uint16_t language,
                     uint16_t length, void *data)
{
    return judge_control(c, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, (uint16_t)(type << 8 | number),
                         language, length, data);
}

int judge_status(struct conf *c, uint8_t type, uint16_t index)
{
    uint8_t bytes[2] = {0xff, 0xff};
    int count = judge_control(c, type, USB_GET_STATUS, 0, index, 2, bytes);

    if (count < 0)
        return count;
    return count == 2 ? bytes[0] | bytes[1] << 8 : -EMSGSIZE;
}

struct raw_link *judge_import(struct conf *c)
{
    struct raw_link *link = calloc(1, sizeof(*link));
    int error = -ENOMEM;

    /* A server may need a moment to see that the last importer left. */
    for (int round = 0; link && round < 20; round++) {
        int fd = conf_server_connect(c);

        error = raw_import(link, fd, conf_busid(c), JUDGE_PROMPT_MS);
        if (error == 0)
            return link;
        close(fd);
        if (error < 0)
            break;
        raw_silent(-1, 50);
    }
    free(link);
    conf_setup_failed(c, "import of %s: %d", conf_busid(c), error);
}

void judge_leave(struct raw_link **link)
{
    if (*link) {
        close((*link)->fd);
        free(*link);
        *link = NULL;
    }
}

struct judge judge_pipe(struct conf *c)
{
    struct judge judge = {.c = c};
    int error = ct_attach(&judge.pipe, conf_transport(c));

    if (error)
        conf_setup_failed(c, "no interface with bulk pipes: %d", error);
    return judge;
}

struct judge judge_raw(struct conf *c, struct raw_link *link)
{
    struct judge judge = {.c = c};
    int error = ct_attach_raw(&judge.pipe, link);

    if (error)
        conf_setup_failed(c, "no interface with bulk pipes: %d", error);
    return judge;
}

struct judge judge_session(struct conf *c)
{
    struct mtpi *mtpi = conf_mtp_session(c);
    struct judge judge = judge_pipe(c);

    judge.mtpi = mtpi;
    return judge;
}

struct judge judge_work(struct conf *c)
{
    uint32_t folder = conf_work_folder(c);
    struct judge judge = judge_session(c);
    struct ct_reader reader;

    if (judge_op(&judge, NULL, MTP_OP_GET_OBJECT_INFO, PARAMS(folder)) != MTP_RC_OK)
        conf_setup_failed(c, "the work folder has no ObjectInfo");
    reader = judge_reader(&judge);
    judge.store = ct_u32(&reader);
    judge.folder = folder;
    return judge;
}

void judge_done(struct judge *judge)
{
    ct_forget(&judge->answer);
}

/* Our operations and the engine's own share one session, so they share its transaction ids. */
static void take_id(struct judge *judge)
{
    if (judge->mtpi)
        judge->pipe.next = mtpi_next_transaction(judge->mtpi);
}

static void give_id(struct judge *judge)
{
    if (judge->mtpi)
        mtpi_set_transaction(judge->mtpi, judge->pipe.next);
}

static uint16_t answered(struct judge *judge, const char *row, uint16_t code, int error)
{
    if (error) {
        if (!row)
            conf_setup_failed(judge->c, "operation 0x%04x: no answer (%d)", code, error);
        conf_check(judge->c, row, false, __FILE__, __LINE__,
                   "operation 0x%04x is answered by a response (%d)", code, error);
        conf_end(judge->c);
    }
    conf_note(judge->c, "operation 0x%04x: response 0x%04x (%u: %08x %08x %08x), %zu data bytes",
              code, judge->answer.code, judge->answer.params, judge->answer.param[0],
              judge->answer.param[1], judge->answer.param[2], judge->answer.size);
    return judge->answer.code;
}

uint16_t judge_put(struct judge *judge, const char *row, uint16_t code, const uint32_t *params,
                   unsigned count, const void *data, size_t length)
{
    int error;

    ct_forget(&judge->answer);
    take_id(judge);
    error = ct_run(&judge->pipe, code, params, count, data, length, &judge->answer);
    give_id(judge);
    return answered(judge, row, code, error);
}

uint16_t judge_op(struct judge *judge, const char *row, uint16_t code, const uint32_t *params,
                  unsigned count)
{
    return judge_put(judge, row, code, params, count, NULL, 0);
}

uint16_t judge_open(struct judge *judge, const char *row, uint32_t session)
{
    uint16_t code;

    judge->pipe.next = 0;
    code = judge_op(judge, row, MTP_OP_OPEN_SESSION, PARAMS(session));
    if (code == MTP_RC_SESSION_ALREADY_OPEN) {
        judge_op(judge, row, MTP_OP_CLOSE_SESSION, PARAMS());
        judge->pipe.next = 0;
        code = judge_op(judge, row, MTP_OP_OPEN_SESSION, PARAMS(session));
    }
    return code;
}

uint16_t judge_collect(struct judge *judge, const char *row)
{
    ct_forget(&judge->answer);
    return answered(judge, row, 0, ct_collect(&judge->pipe, &judge->answer));
}

static bool drain(struct judge *judge, uint32_t id, unsigned quiet_ms)
{
    static uint8_t scrap[64 * 1024];
    unsigned deadline = judge->pipe.deadline_ms;
    bool seen = false;
    size_t total = 0;

    judge->pipe.deadline_ms = quiet_ms;
    for (;;) {
        int64_t count = ct_bulk_in(&judge->pipe, scrap, sizeof(scrap));

        if (count < 0)
            break;
        if (count >= 12 && count <= 32 && desc_u16(scrap + 4) == MTP_CT_RESPONSE &&
            desc_u32(scrap + 8) == id)
            seen = true;
        total += (size_t)count;
    }
    conf_note(judge->c, "%zu bytes thrown away, response among them: %d", total, seen);
    judge->pipe.deadline_ms = deadline;
    return seen;
}

bool judge_drain(struct judge *judge, uint32_t id)
{
    return drain(judge, id, JUDGE_QUIET_MS);
}

void judge_recover(struct judge *judge)
{
    judge_control(judge->c, 0x21, MTP_REQ_DEVICE_RESET, 0, judge->pipe.interface_number, 0, NULL);
    tp_clear_halt(judge->pipe.tp, judge->pipe.in);
    tp_clear_halt(judge->pipe.tp, judge->pipe.out);
    drain(judge, 0, JUDGE_QUIET_MS / 6);
    judge->mtpi = NULL;
    judge->pipe.next = 0;
}

bool judge_in_step(struct judge *judge)
{
    uint32_t id;
    int error;

    ct_forget(&judge->answer);
    take_id(judge);
    id = judge->pipe.next;
    error = ct_run(&judge->pipe, MTP_OP_GET_DEVICE_INFO, NULL, 0, NULL, 0, &judge->answer);
    give_id(judge);
    if (error) {
        conf_note(judge->c, "GetDeviceInfo: no answer (%d)", error);
        return false;
    }
    conf_note(judge->c, "GetDeviceInfo: 0x%04x id %u (ours %u), data %d code 0x%04x",
              judge->answer.code, judge->answer.id, id, judge->answer.has_data,
              judge->answer.data_code);
    return judge->answer.code == MTP_RC_OK && judge->answer.id == id && judge->answer.has_data &&
           judge->answer.data_code == MTP_OP_GET_DEVICE_INFO;
}

struct ct_reader judge_reader(const struct judge *judge)
{
    return ct_reader(judge->answer.data, judge->answer.size);
}

uint32_t judge_first_store(struct judge *judge)
{
    uint32_t stores[16];
    struct ct_reader reader;
    size_t count;

    if (judge_op(judge, NULL, MTP_OP_GET_STORAGE_IDS, PARAMS()) != MTP_RC_OK)
        conf_setup_failed(judge->c, "GetStorageIDs is refused");
    reader = judge_reader(judge);
    count = ct_array32(&reader, stores, 16);
    for (size_t i = 0; i < count && i < 16; i++) {
        if (judge_op(judge, NULL, MTP_OP_GET_STORAGE_INFO, PARAMS(stores[i])) != MTP_RC_OK)
            continue;
        reader = judge_reader(judge);
        ct_u32(&reader); /* type, file system */
        if (ct_u16(&reader) == MTP_AC_READ_WRITE && !reader.failed)
            return stores[i];
    }
    conf_setup_failed(judge->c, "no writable store");
}

uint16_t judge_send_info(struct judge *judge, const char *row, uint32_t store, uint32_t parent,
                         uint16_t format, uint32_t size, const char *name)
{
    struct ct_writer writer = {0};

    ct_put_object_info(&writer, format, size, name);
    return judge_put(judge, row, MTP_OP_SEND_OBJECT_INFO, PARAMS(store, parent), writer.bytes,
                     writer.length);
}

uint32_t judge_folder(struct judge *judge, uint32_t parent, const char *name)
{
    uint16_t code = judge_send_info(judge, NULL, judge->store, parent, MTP_FC_ASSOCIATION, 0, name);

    if (code != MTP_RC_OK || judge->answer.params < 3)
        conf_setup_failed(judge->c, "folder %s: 0x%04x", name, code);
    return judge->answer.param[2];
}

uint32_t judge_file(struct judge *judge, uint32_t parent, const char *name, uint16_t format,
                    const void *data, size_t length)
{
    uint16_t code =
        judge_send_info(judge, NULL, judge->store, parent, format, (uint32_t)length, name);
    uint32_t handle = judge->answer.param[2];

    if (code == MTP_RC_OK)
        code = judge_put(judge, NULL, MTP_OP_SEND_OBJECT, PARAMS(), data ? data : "", length);
    if (code != MTP_RC_OK)
        conf_setup_failed(judge->c, "file %s: 0x%04x", name, code);
    return handle;
}

size_t judge_handles(struct judge *judge, const char *row, uint32_t store, uint32_t format,
                     uint32_t parent, uint32_t *handles, size_t room)
{
    struct ct_reader reader;
    uint16_t code = judge_op(judge, row, MTP_OP_GET_OBJECT_HANDLES, PARAMS(store, format, parent));

    if (code != MTP_RC_OK) {
        conf_note(judge->c, "GetObjectHandles: 0x%04x", code);
        return 0;
    }
    reader = judge_reader(judge);
    return ct_array32(&reader, handles, room);
}

bool judge_has(const uint32_t *handles, size_t count, uint32_t handle)
{
    for (size_t i = 0; i < count; i++) {
        if (handles[i] == handle)
            return true;
    }
    return false;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* MTP 1.1, 5.1.1. */
void judge_device_info(struct judge *judge, const char *row, struct judge_info *ret)
{
    struct ct_reader reader;

    memset(ret, 0, sizeof(*ret));
    judge_op(judge, row, MTP_OP_GET_DEVICE_INFO, PARAMS());
    reader = judge_reader(judge);
    ret->standard = ct_u16(&reader);
    ret->extension_id = ct_u32(&reader);
    ret->extension_version = ct_u16(&reader);
    ct_text(&reader, ret->extension);
    ret->mode = ct_u16(&reader);
    ret->operation_count = least(ct_array16(&reader, ret->operations, 256), 256);
    ret->event_count = least(ct_array16(&reader, ret->events, 64), 64);
    ret->property_count = least(ct_array16(&reader, ret->properties, 128), 128);
    ret->capture_count = least(ct_array16(&reader, ret->captures, 64), 64);
    ret->format_count = least(ct_array16(&reader, ret->formats, 128), 128);
    ct_text(&reader, ret->manufacturer);
    ct_text(&reader, ret->model);
    ct_text(&reader, ret->version);
    ct_text(&reader, ret->serial);
    ret->broken = reader.failed;
    ret->left_over = reader.failed ? 0 : (size_t)(reader.end - reader.at);
}

bool judge_lists(const uint16_t *codes, size_t count, uint16_t code)
{
    for (size_t i = 0; i < count; i++) {
        if (codes[i] == code)
            return true;
    }
    return false;
}

size_t judge_properties(struct judge *judge, const char *row, uint16_t format,
                        uint16_t codes[JUDGE_PROPS_MAX])
{
    struct ct_reader reader;
    size_t count;

    REQUIRE_EQ(judge->c, row,
               judge_op(judge, row, MTP_OP_GET_OBJECT_PROPS_SUPPORTED, PARAMS(format)), MTP_RC_OK);
    reader = judge_reader(judge);
    count = ct_array16(&reader, codes, JUDGE_PROPS_MAX);
    CHECK(judge->c, row, !reader.failed && reader.at == reader.end);
    return count < JUDGE_PROPS_MAX ? count : JUDGE_PROPS_MAX;
}

uint16_t judge_set_text(struct judge *judge, const char *row, uint32_t handle, uint16_t property,
                        const char *text)
{
    struct ct_writer writer = {0};

    ct_put_text(&writer, text);
    return judge_put(judge, row, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(handle, property),
                     writer.bytes, writer.length);
}

void judge_verb(struct conf *c, const char *verb)
{
    char request[160];

    snprintf(request, sizeof(request), "{\"verb\":\"%s\",\"busid\":\"%s\"}", verb, conf_busid(c));
    free(conf_control(c, request));
}

void judge_fill(uint8_t *bytes, size_t length, unsigned salt)
{
    uint32_t state = 0x9e3779b9u * (salt + 1);

    for (size_t i = 0; i < length; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
}

/* The ways of the device and server suites to their device: one operation, one object, one session
 * at a time, so that a case says what it judges and not how it gets there. */
#include "conformance/raw/dut.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/raw/exchange.h"
#include "spcore/base.h"

int dut_control(struct conf *c, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                uint16_t length, void *data)
{
    struct tp_setup setup = {type, request, value, index, length};
    int count = tp_control(conf_transport(c), &setup, data, raw_patient_ms(DUT_PROMPT_MS));

    conf_note(c, "control %02x %02x value %04x index %04x length %u: %s", type, request, value,
              index, length, value_errno(count).text);
    return count;
}

int dut_descriptor(struct conf *c, uint8_t type, uint8_t number, uint16_t language, uint16_t length,
                   void *data)
{
    return dut_control(c, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, (uint16_t)(type << 8 | number),
                       language, length, data);
}

int dut_status(struct conf *c, uint8_t type, uint16_t index)
{
    uint8_t bytes[2] = {0xff, 0xff};
    int count = dut_control(c, type, USB_GET_STATUS, 0, index, 2, bytes);

    if (count < 0)
        return count;
    return count == 2 ? get_le16(bytes) : -EMSGSIZE;
}

static void sends(void *c, const struct raw_urb *urb, const void *data)
{
    bool is_control = urb->endpoint == 0;

    conf_asked(c, is_control ? urb->setup : NULL, data,
               urb->direction == RAW_OUT ? urb->length : 0);
}

static void hears(void *c, const struct raw_pending *asked, const uint8_t *header)
{
    exchange_check_reply(c, asked, header);
}

struct raw_connection *dut_import(struct conf *c)
{
    struct raw_connection *connection = calloc(1, sizeof(*connection));
    int error = -ENOMEM;

    /* A server may need a moment to see that the last importer left. */
    for (int round = 0; connection && round < 20; round++) {
        int fd = conf_server_connect(c);

        error = raw_import(connection, fd, conf_busid(c), DUT_PROMPT_MS);
        if (error == 0) {
            connection->sends = sends;
            connection->hears = hears;
            connection->context = c;
            return connection;
        }
        close(fd);
        if (error < 0)
            break;
        raw_silent(-1, 50);
    }
    free(connection);
    if (error == -ENOMEM)
        conf_setup_failed(c, "no memory");
    conf_refused(c, "import", "the import of %s came to %s", conf_busid(c),
                 error == -EPROTO       ? "no reply of the protocol"
                 : error == -ECONNRESET ? "an end of the connection within the reply"
                 : error < 0            ? value_errno(error).text
                                        : "a status other than 0, again and again");
}

bool dut_importable(struct conf *c)
{
    struct raw_connection *connection = calloc(1, sizeof(*connection));
    RAW_SOCKET fd = conf_server_connect(c);
    int error = -EBUSY;

    /* A server may need a moment to see that the last importer left. */
    for (int round = 0; connection && round < 20 && error != 0; round++) {
        error = raw_import(connection, fd, conf_busid(c), DUT_PROMPT_MS);
        if (error) {
            close(fd);
            raw_silent(-1, 50);
            fd = conf_server_connect(c);
        }
    }
    free(connection);
    conf_note(c, "import on a new connection: %s", value_errno(error).text);
    return error == 0;
}

void dut_leave(struct raw_connection **connection)
{
    if (*connection) {
        close((*connection)->fd);
        free(*connection);
        *connection = NULL;
    }
}

static _Noreturn void no_pipes(struct conf *c, int error)
{
    conf_refused(c, "bulk pipes", "no interface has bulk pipes (%s)", value_errno(error).text);
}

struct dut dut_pipe(struct conf *c)
{
    struct dut dut = {.c = c};
    int error = ct_attach(&dut.pipe, conf_transport(c));

    if (error)
        no_pipes(c, error);
    mtpi_read_os_string(dut.pipe.tp);
    return dut;
}

struct dut dut_raw(struct conf *c, struct raw_connection *connection)
{
    struct dut dut = {.c = c};
    int error = ct_attach_raw(&dut.pipe, connection);

    if (error)
        no_pipes(c, error);
    return dut;
}

struct dut dut_session(struct conf *c)
{
    struct mtpi *mtpi = conf_mtp_session(c);
    struct dut dut = dut_pipe(c);

    dut.mtpi = mtpi;
    return dut;
}

struct dut dut_work(struct conf *c)
{
    uint32_t folder = conf_work_folder(c);
    struct dut dut = dut_session(c);
    struct ct_reader reader;

    dut_must(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(folder));
    reader = dut_reader(&dut);
    dut.store = ct_u32(&reader);
    dut.folder = folder;
    return dut;
}

void dut_done(struct dut *dut)
{
    ct_forget(&dut->answer);
}

void dut_reconnect(struct dut *dut)
{
    struct conf *c = dut->c;

    dut_done(dut);
    conf_transport_drop(c);
    *dut = dut_session(c);
}

/* Our operations and the engine's own share one session, so they share its transaction ids. */
static void take_id(struct dut *dut)
{
    if (dut->mtpi)
        dut->pipe.next = mtpi_next_transaction(dut->mtpi);
}

static void give_id(struct dut *dut)
{
    if (dut->mtpi)
        mtpi_set_transaction(dut->mtpi, dut->pipe.next);
}

static uint16_t answered(struct dut *dut, uint16_t code, int error)
{
    if (error) {
        if (!conf_row(dut->c))
            conf_refused_op(dut->c, code, error);
        conf_check_said(dut->c, false, (struct value){""}, __FILE__, __LINE__,
                        "%s was not answered by a response (%s)", value_op(code).text,
                        value_errno(error).text);
        conf_end(dut->c);
    }
    conf_note(dut->c, "%s: response %s (%u: %08x %08x %08x), %zu data bytes", value_op(code).text,
              value_rc(dut->answer.code).text, dut->answer.params, dut->answer.param[0],
              dut->answer.param[1], dut->answer.param[2], dut->answer.size);
    return dut->answer.code;
}

/* A format that it does not list it need not take. */
static void mind_format(struct dut *dut)
{
    const struct dut_info *info;
    struct conf *c = dut->c;

    if (dut->asked != MTP_OP_SEND_OBJECT_INFO ||
        dut->answer.code != MTP_RC_INVALID_OBJECT_FORMAT_CODE)
        return;
    info = dut_listed(dut);
    if (!dut_lists(info->formats, info->format_count, dut->format))
        conf_refused(c, "format", "the device takes no objects of format 0x%04x, and lists none",
                     dut->format);
}

/* A store that has no room need not take what a case would put there. */
static void mind_room(struct dut *dut)
{
    if (dut->asked == MTP_OP_SEND_OBJECT_INFO && dut->answer.code == MTP_RC_STORE_FULL)
        conf_inconclusive(dut->c, "the store has no room for what is to be sent");
}

void dut_unprepared(struct dut *dut, const char *step)
{
    mind_format(dut);
    mind_room(dut);
    if (dut->answer.code != MTP_RC_OK)
        conf_refused_op(dut->c, dut->asked, dut->answer.code);
    conf_refused(dut->c, step, "the %s was not taken or not answered", step);
}

void dut_must(struct dut *dut, uint16_t code, const uint32_t *params, unsigned count)
{
    struct conf *c = dut->c;

    SETUP {
        if (dut_op(dut, code, params, count) != MTP_RC_OK)
            dut_unprepared(dut, "operation");
    }
}

/* "GetObjectInfo(0x00010001)", for the sentence of a failure. */
static void call_text(uint16_t code, const uint32_t *params, unsigned count, const void *data,
                      size_t length, char *text, size_t size)
{
    struct value operation = value_op(code);
    size_t at = (size_t)snprintf(text, size, "%s(", value_name(&operation));

    for (unsigned i = 0; i < count && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s0x%08x", i ? ", " : "", params[i]);
    if (data && at < size)
        at += (size_t)snprintf(text + at, size - at, "%s%zu bytes", count ? ", " : "", length);
    if (at < size)
        snprintf(text + at, size - at, ")");
}

uint16_t dut_put(struct dut *dut, uint16_t code, const uint32_t *params, unsigned count,
                 const void *data, size_t length)
{
    struct exchange_asked asked = {.operation = code, .sends_data = data != NULL};
    char text[128];
    int error;

    ct_forget(&dut->answer);
    dut->asked = code;
    take_id(dut);
    asked.id = dut->pipe.next;
    error = ct_run(&dut->pipe, code, params, count, data, length, &dut->answer);
    give_id(dut);
    call_text(code, params, count, data, length, text, sizeof(text));
    conf_called(dut->c, text, error ? error : dut->answer.code,
                value_rc(error ? error : dut->answer.code));
    if (!error)
        exchange_check(dut->c, asked, &dut->answer);
    return answered(dut, code, error);
}

uint16_t dut_op(struct dut *dut, uint16_t code, const uint32_t *params, unsigned count)
{
    return dut_put(dut, code, params, count, NULL, 0);
}

uint16_t dut_open(struct dut *dut, uint32_t session)
{
    uint16_t code;

    dut->pipe.next = 0;
    code = dut_op(dut, MTP_OP_OPEN_SESSION, PARAMS(session));
    if (code == MTP_RC_SESSION_ALREADY_OPEN) {
        dut_op(dut, MTP_OP_CLOSE_SESSION, PARAMS());
        dut->pipe.next = 0;
        code = dut_op(dut, MTP_OP_OPEN_SESSION, PARAMS(session));
    }
    return code;
}

uint16_t dut_collect(struct dut *dut)
{
    ct_forget(&dut->answer);
    return answered(dut, 0, ct_collect(&dut->pipe, &dut->answer));
}

static bool drain(struct dut *dut, uint32_t id, unsigned quiet_ms)
{
    static uint8_t scrap[64 * 1024];
    unsigned deadline = dut->pipe.deadline_ms;
    bool seen = false;
    size_t total = 0;

    dut->pipe.deadline_ms = quiet_ms;
    for (;;) {
        int64_t count = ct_bulk_in(&dut->pipe, scrap, sizeof(scrap));

        if (count < 0)
            break;
        if (count >= 12 && count <= 32 && get_le16(scrap + 4) == MTP_CT_RESPONSE &&
            get_le32(scrap + 8) == id)
            seen = true;
        total += (size_t)count;
    }
    conf_note(dut->c, "%zu bytes thrown away, response among them: %d", total, seen);
    dut->pipe.deadline_ms = deadline;
    return seen;
}

bool dut_drain(struct dut *dut, uint32_t id)
{
    return drain(dut, id, DUT_QUIET_MS);
}

void dut_recover(struct dut *dut)
{
    dut_control(dut->c, 0x21, MTP_REQ_DEVICE_RESET, 0, dut->pipe.interface_number, 0, NULL);
    tp_clear_halt(dut->pipe.tp, dut->pipe.in);
    tp_clear_halt(dut->pipe.tp, dut->pipe.out);
    drain(dut, 0, DUT_QUIET_MS / 6);
    dut->mtpi = NULL;
    dut->pipe.next = 0;
}

bool dut_in_step(struct dut *dut)
{
    uint32_t id;
    int error;

    ct_forget(&dut->answer);
    take_id(dut);
    id = dut->pipe.next;
    error = ct_run(&dut->pipe, MTP_OP_GET_DEVICE_INFO, NULL, 0, NULL, 0, &dut->answer);
    give_id(dut);
    if (error) {
        conf_note(dut->c, "GetDeviceInfo: no answer (%s)", value_errno(error).text);
        return false;
    }
    conf_note(dut->c, "GetDeviceInfo: %s id %u (ours %u), data %d code 0x%04x",
              value_rc(dut->answer.code).text, dut->answer.id, id, dut->answer.has_data,
              dut->answer.data_code);
    return dut->answer.code == MTP_RC_OK && dut->answer.id == id && dut->answer.has_data &&
           dut->answer.data_code == MTP_OP_GET_DEVICE_INFO;
}

struct ct_reader dut_reader(const struct dut *dut)
{
    return ct_reader(dut->answer.data, dut->answer.size);
}

/* Of what GetStorageIDs answered. */
static size_t read_stores(const struct dut *dut, uint32_t ret_ids[DUT_STORES])
{
    struct ct_reader reader = dut_reader(dut);
    size_t count = ct_array32(&reader, ret_ids, DUT_STORES);

    return count < DUT_STORES ? count : DUT_STORES;
}

size_t dut_stores(struct dut *dut, uint32_t ret_ids[DUT_STORES])
{
    dut_op(dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
    return read_stores(dut, ret_ids);
}

uint32_t dut_card(struct dut *dut)
{
    uint32_t ids[DUT_STORES];
    size_t count = dut_stores(dut, ids);

    for (size_t i = 0; i < count; i++) {
        struct ct_reader reader;

        if (dut_op(dut, MTP_OP_GET_STORAGE_INFO, PARAMS(ids[i])) != MTP_RC_OK)
            continue;
        reader = dut_reader(dut);
        if (ct_u16(&reader) == MTP_ST_REMOVABLE_RAM && !reader.failed)
            return ids[i];
    }
    return 0;
}

static uint32_t first_store(struct dut *dut)
{
    uint32_t stores[DUT_STORES];
    struct ct_reader reader;
    size_t count;

    dut_must(dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
    count = read_stores(dut, stores);
    for (size_t i = 0; i < count; i++) {
        if (dut_op(dut, MTP_OP_GET_STORAGE_INFO, PARAMS(stores[i])) != MTP_RC_OK)
            continue;
        reader = dut_reader(dut);
        ct_u32(&reader); /* type, file system */
        if (ct_u16(&reader) == MTP_AC_READ_WRITE && !reader.failed)
            return stores[i];
    }
    conf_refused(dut->c, "writable store", "the device has no writable store");
}

uint32_t dut_first_store(struct dut *dut)
{
    struct conf *c = dut->c;
    uint32_t store;

    SETUP {
        store = first_store(dut);
    }
    return store;
}

uint16_t dut_send_info(struct dut *dut, uint32_t store, uint32_t parent, uint16_t format,
                       uint32_t size, const char *name)
{
    struct ct_writer writer = {0};

    dut->format =
        format == MTP_FC_MP3 || format == MTP_FC_UNDEFINED ? dut_format(dut, format) : format;
    ct_put_object_info(&writer, dut->format, size, name);
    return dut_put(dut, MTP_OP_SEND_OBJECT_INFO, PARAMS(store, parent), writer.bytes,
                   writer.length);
}

uint32_t dut_folder(struct dut *dut, uint32_t parent, const char *name)
{
    struct conf *c = dut->c;
    uint16_t code;

    SETUP {
        code = dut_send_info(dut, dut->store, parent, MTP_FC_ASSOCIATION, 0, name);
    }
    mind_format(dut);
    if (code != MTP_RC_OK || dut->answer.params < 3)
        conf_refused(c, "SendObjectInfo",
                     "SendObjectInfo of folder %s answered %s and %u parameters", name,
                     value_rc(code).text, dut->answer.params);
    return dut->answer.param[2];
}

uint32_t dut_file(struct dut *dut, uint32_t parent, const char *name, uint16_t format,
                  const void *data, size_t length)
{
    struct conf *c = dut->c;
    uint32_t handle;
    uint16_t code;

    SETUP {
        code = dut_send_info(dut, dut->store, parent, format, (uint32_t)length, name);
        handle = dut->answer.param[2];
        mind_format(dut);
        if (code != MTP_RC_OK || dut->answer.params < 3)
            conf_refused(c, "SendObjectInfo",
                         "SendObjectInfo of file %s answered %s and %u parameters", name,
                         value_rc(code).text, dut->answer.params);
        code = dut_put(dut, MTP_OP_SEND_OBJECT, PARAMS(), data ? data : "", length);
        if (code != MTP_RC_OK)
            conf_refused(c, "SendObject", "SendObject of file %s answered %s", name,
                         value_rc(code).text);
    }
    return handle;
}

size_t dut_handles(struct dut *dut, uint32_t store, uint32_t format, uint32_t parent,
                   uint32_t *handles, size_t room)
{
    struct ct_reader reader;
    uint16_t code = dut_op(dut, MTP_OP_GET_OBJECT_HANDLES, PARAMS(store, format, parent));

    if (code != MTP_RC_OK) {
        conf_note(dut->c, "GetObjectHandles: %s", value_rc(code).text);
        return 0;
    }
    reader = dut_reader(dut);
    return ct_array32(&reader, handles, room);
}

bool dut_has(const uint32_t *handles, size_t count, uint32_t handle)
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
void dut_device_info(struct dut *dut, struct dut_info *ret)
{
    struct ct_reader reader;

    memset(ret, 0, sizeof(*ret));
    dut_op(dut, MTP_OP_GET_DEVICE_INFO, PARAMS());
    reader = dut_reader(dut);
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

bool dut_lists(const uint16_t *codes, size_t count, uint16_t code)
{
    for (size_t i = 0; i < count; i++) {
        if (codes[i] == code)
            return true;
    }
    return false;
}

size_t dut_properties(struct dut *dut, uint16_t format, uint16_t codes[DUT_PROPS_MAX])
{
    struct conf *c = dut->c;
    struct ct_reader reader;
    size_t count;

    REQUIRE_RC(dut_op(dut, MTP_OP_GET_OBJECT_PROPS_SUPPORTED, PARAMS(format)), MTP_RC_OK);
    reader = dut_reader(dut);
    count = ct_array16(&reader, codes, DUT_PROPS_MAX);
    CHECK(!reader.failed && reader.at == reader.end);
    return count < DUT_PROPS_MAX ? count : DUT_PROPS_MAX;
}

uint16_t dut_set_text(struct dut *dut, uint32_t handle, uint16_t property, const char *text)
{
    struct ct_writer writer = {0};

    ct_put_text(&writer, text);
    return dut_put(dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(handle, property), writer.bytes,
                   writer.length);
}

void dut_verb(struct conf *c, const char *verb)
{
    char request[160];

    snprintf(request, sizeof(request), "{\"verb\":\"%s\",\"busid\":\"%s\"}", verb, conf_busid(c));
    free(conf_control(c, request));
}

void dut_fill(uint8_t *bytes, size_t length, unsigned salt)
{
    uint32_t state = 0x9e3779b9u * (salt + 1);

    for (size_t i = 0; i < length; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
}

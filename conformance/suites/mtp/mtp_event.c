/* MTP 1.1, appendix G; still image class 1.0, 7.3: events on the interrupt endpoint. */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

/* One change on the device itself by papsim's control socket; the handle its answer names, or 0. */
static uint32_t change(struct conf *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static uint32_t change(struct conf *c, const char *format, ...)
{
    char request[512];
    va_list arguments;
    char *answer;
    json_t *parsed;
    uint32_t handle;

    va_start(arguments, format);
    vsnprintf(request, sizeof(request), format, arguments);
    va_end(arguments);
    answer = conf_control(c, request);
    parsed = json_loads(answer, 0, NULL);
    handle = (uint32_t)json_integer_value(json_object_get(parsed, "handle"));
    json_decref(parsed);
    free(answer);
    return handle;
}

/* The next event as it came; bytes, or -errno. */
static int event(struct dut *dut, uint8_t bytes[64], unsigned deadline_ms)
{
    int count;

    memset(bytes, 0, 64);
    count = tp_interrupt_in(dut->pipe.tp, dut->pipe.interrupt, bytes, 64, deadline_ms);
    conf_note(dut->c, "event: %d bytes, code 0x%04x, %08x %08x", count, get_le16(bytes + 6),
              get_le32(bytes + 12), get_le32(bytes + 16));
    return count;
}

/* A container of its length with the parameters the event has; what it does not have is left out
 * or 0 (MTP 1.1, G.2). */
static bool is_whole(struct conf *c, const uint8_t bytes[64], int count)
{
    static const struct {
        uint16_t code;
        int parameters;
    } events[] = {
        {MTP_EC_OBJECT_ADDED, 1},
        {MTP_EC_OBJECT_REMOVED, 1},
        {MTP_EC_STORE_ADDED, 1},
        {MTP_EC_STORE_REMOVED, 1},
        {MTP_EC_DEVICE_PROP_CHANGED, 1},
        {MTP_EC_OBJECT_INFO_CHANGED, 1},
        {MTP_EC_DEVICE_INFO_CHANGED, 0},
        {MTP_EC_REQUEST_OBJECT_TRANSFER, 1},
        {MTP_EC_STORE_FULL, 1},
        {MTP_EC_DEVICE_RESET, 0},
        {MTP_EC_STORAGE_INFO_CHANGED, 1},
        {MTP_EC_OBJECT_PROP_CHANGED, 2},
        {MTP_EC_OBJECT_PROP_DESC_CHANGED, 2},
        {MTP_EC_OBJECT_REFERENCES_CHANGED, 1},
    };
    bool whole = get_le32(bytes) == (uint32_t)count && get_le16(bytes + 4) == MTP_CT_EVENT;

    for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
        for (int at = 12 + 4 * events[i].parameters;
             events[i].code == get_le16(bytes + 6) && at < count; at++)
            whole &= bytes[at] == 0;
    }
    if (!whole)
        conf_note(c, "which is no whole event");
    return whole;
}

/* Whether that event, with that first parameter, comes in time and whole; others before it are let
 * pass. */
static bool comes(struct dut *dut, uint16_t code, uint32_t parameter)
{
    uint8_t bytes[64];

    for (int i = 0; i < 64; i++) {
        int count = event(dut, bytes, DUT_PROMPT_MS);

        if (count < 12)
            return false;
        if (get_le16(bytes + 6) == code && get_le32(bytes + 12) == parameter)
            return is_whole(dut->c, bytes, count);
    }
    return false;
}

static struct dut listening(struct conf *c)
{
    struct dut dut = dut_session(c);

    if (!dut.pipe.interrupt)
        conf_inconclusive(c, "no interrupt endpoint");
    return dut;
}

CONF_CASE(MTP_EVT_BV_01, .title = "An event is a container of type 4 on the interrupt endpoint",
          .reqs = REQS("MTP-EVT-001"), .ics = "MTP.EVENT.4002", .player = "mtp",
          .needs = CONF_CONTROL,
          .steps = "Add an object on the device; length, type, code and parameters of what the "
                   "interrupt endpoint sends")
{
    DUT dut = listening(c);
    uint8_t bytes[64];
    uint32_t handle = change(c, "{\"verb\":\"add\",\"path\":\"event.txt\",\"text\":\"x\"}");
    int count = event(&dut, bytes, DUT_PROMPT_MS);

    ROW("MTP-EVT-001.interrupt")
        REQUIRE(count >= 12);
    ROW("MTP-EVT-001.container") {
        CHECK(count <= 24);
        CHECK_EQ(get_le32(bytes), count);
        CHECK_EQ(get_le16(bytes + 4), MTP_CT_EVENT);
        CHECK(is_whole(c, bytes, count));
    }
    ROW("MTP-EVT-001.parameter") {
        CHECK_EQ(get_le16(bytes + 6), MTP_EC_OBJECT_ADDED);
        CHECK_EQ(get_le32(bytes + 12), handle);
    }
}

CONF_CASE(MTP_EVT_BV_02, .title = "An event tied to no operation has transaction id 0xFFFFFFFF",
          .level = CONF_SHOULD, .reqs = REQS("MTP-EVT-002"), .ics = "MTP.EVENT.4002",
          .player = "mtp", .needs = CONF_CONTROL,
          .steps = "Some operations, then add an object on the device; the event's transaction id")
{
    DUT dut = listening(c);
    uint8_t bytes[64];

    dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
    dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
    change(c, "{\"verb\":\"add\",\"path\":\"event.txt\",\"text\":\"x\"}");
    ROW("MTP-EVT-002") {
        REQUIRE(event(&dut, bytes, DUT_PROMPT_MS) >= 12);
        CHECK_EQ(get_le32(bytes + 8), 0xffffffff);
    }
}

/* The event comes if DeviceInfo lists it. */
static void dut_told(struct dut *dut, const struct dut_info *info, uint16_t code,
                     uint32_t parameter)
{
    static const struct {
        uint16_t code;
        const char *clause;
    } rows[] = {{MTP_EC_OBJECT_ADDED, "MTP-EVT-003.added"},
                {MTP_EC_OBJECT_REMOVED, "MTP-EVT-003.removed"},
                {MTP_EC_STORE_ADDED, "MTP-EVT-003.store-added"},
                {MTP_EC_STORE_REMOVED, "MTP-EVT-003.store-removed"},
                {MTP_EC_DEVICE_PROP_CHANGED, "MTP-EVT-003.device-prop"},
                {MTP_EC_OBJECT_INFO_CHANGED, "MTP-EVT-003.info"},
                {MTP_EC_STORAGE_INFO_CHANGED, "MTP-EVT-003.space"},
                {MTP_EC_OBJECT_PROP_CHANGED, "MTP-EVT-003.prop"},
                {MTP_EC_OBJECT_REFERENCES_CHANGED, "MTP-EVT-003.references"}};
    struct conf *c = dut->c;

    if (!dut_lists(info->events, info->event_count, code))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].code != code)
            continue;
        ROW(rows[i].clause)
            CHECK(comes(dut, code, parameter));
    }
}

CONF_CASE(MTP_EVT_BV_03, .title = "Every change on the device is told by its event",
          .reqs = REQS("MTP-EVT-003"), .ics = "MTP.EVENT.4002", .player = "mtp",
          .needs = CONF_CONTROL, .timeout_s = 60,
          .steps = "Add, rename, re-tag, relist and remove objects, take the card out and in, "
                   "change a property")
{
    DUT dut = listening(c);
    static struct dut_info info;
    uint32_t song, list, card, stores[DUT_STORES] = {0};

    ROW("MTP-EVT-003.added") {
        dut_device_info(&dut, &info);
        song = change(c, "{\"verb\":\"add\",\"path\":\"event.mp3\",\"text\":\"song\"}");
        dut_told(&dut, &info, MTP_EC_OBJECT_ADDED, song);
        change(c, "{\"verb\":\"rename\",\"handle\":%u,\"name\":\"renamed.mp3\"}", song);
        dut_told(&dut, &info, MTP_EC_OBJECT_INFO_CHANGED, song);
        change(c, "{\"verb\":\"retag\",\"handle\":%u,\"property\":\"0xdc46\",\"value\":\"Me\"}",
               song);
        dut_told(&dut, &info, MTP_EC_OBJECT_PROP_CHANGED, song);
        list = change(c, "{\"verb\":\"add\",\"path\":\"event.pla\",\"format\":\"0xba05\"}");
        dut_told(&dut, &info, MTP_EC_OBJECT_ADDED, list);
        change(c, "{\"verb\":\"references\",\"handle\":%u,\"handles\":[%u]}", list, song);
        dut_told(&dut, &info, MTP_EC_OBJECT_REFERENCES_CHANGED, list);
        change(c, "{\"verb\":\"remove\",\"handle\":%u}", list);
        dut_told(&dut, &info, MTP_EC_OBJECT_REMOVED, list);
        change(c, "{\"verb\":\"battery\",\"level\":33}");
        dut_told(&dut, &info, MTP_EC_DEVICE_PROP_CHANGED, MTP_DPC_BATTERY_LEVEL);
        change(c, "{\"verb\":\"add\",\"path\":\"space.bin\",\"size\":100000}");
        dut_stores(&dut, stores);
        dut_told(&dut, &info, MTP_EC_STORAGE_INFO_CHANGED, stores[0]);
        card = dut_card(&dut);
        if (!card)
            return;
        change(c, "{\"verb\":\"eject\"}");
        dut_told(&dut, &info, MTP_EC_STORE_REMOVED, card);
        change(c, "{\"verb\":\"insert\"}");
        dut_told(&dut, &info, MTP_EC_STORE_ADDED, card);
    }
}

/* Every event until none comes any more: listed, and with the parameters its code has. The number
 * of those that name the song's artist; so many of them are awaited for longer. */
static unsigned dut_events(struct dut *dut, const struct dut_info *info, uint32_t song,
                           unsigned wanted)
{
    struct conf *c = dut->c;
    unsigned tagged = 0;
    uint8_t bytes[64];
    int count;

    while ((count = tp_interrupt_in(dut->pipe.tp, dut->pipe.interrupt, bytes, sizeof(bytes),
                                    tagged < wanted ? DUT_PROMPT_MS : DUT_QUIET_MS)) >= 12) {
        uint16_t code = get_le16(bytes + 6);
        bool property = code == MTP_EC_OBJECT_PROP_CHANGED, none = code == MTP_EC_UNREPORTED_STATUS;

        conf_note(dut->c, "event 0x%04x, %d bytes", code, count);
        CHECK(dut_lists(info->events, info->event_count, code));
        ROW("MTP-EVT-003.parameters")
            CHECK(count >= (none ? 12 : property ? 20 : 16));
        if (property && get_le32(bytes + 12) == song && get_le32(bytes + 16) == MTP_OPC_ARTIST)
            tagged++;
    }
    CHECK_EQ(count, -ETIMEDOUT);
    return tagged;
}

CONF_CASE(MTP_EVT_BV_63, .title = "No event comes that DeviceInfo does not list",
          .reqs = REQS("MTP-EVT-003"), .ics = "MTP", .player = "mtp", .needs = CONF_CONTROL,
          .steps = "Add, re-tag and remove a song on the device, take the card out and in; each "
                   "event is listed and has its parameters; ObjectPropChanged names the property")
{
    DUT dut = listening(c);
    static struct dut_info info;
    unsigned tagged, wanted;
    uint32_t song;

    ROW("MTP-EVT-003.listed") {
        dut_device_info(&dut, &info);
        wanted = dut_lists(info.events, info.event_count, MTP_EC_OBJECT_PROP_CHANGED);
        song = change(c, "{\"verb\":\"add\",\"path\":\"told.mp3\",\"text\":\"song\"}");
        change(c, "{\"verb\":\"retag\",\"handle\":%u,\"property\":\"0xdc46\",\"value\":\"Me\"}",
               song);
        tagged = dut_events(&dut, &info, song, wanted);
        ROW("MTP-EVT-003.parameters")
            CHECK_EQ(tagged, wanted);
        change(c, "{\"verb\":\"remove\",\"handle\":%u}", song);
        if (dut_card(&dut)) {
            change(c, "{\"verb\":\"eject\"}");
            change(c, "{\"verb\":\"insert\"}");
        }
        dut_events(&dut, &info, song, 0);
    }
}

/* What no change to objects brings about; the player is told to say it. */
CONF_CASE(MTP_EVT_BV_64, .title = "What a device tells of itself has the parameters of its code",
          .reqs = REQS("MTP-EVT-003"),
          .ics = "MTP.EVENT.4008 || MTP.EVENT.4009 || MTP.EVENT.400A || MTP.EVENT.400B || "
                 "MTP.EVENT.C802",
          .player = "mtp", .needs = CONF_CONTROL,
          .steps = "Each of DeviceInfoChanged, RequestObjectTransfer, StoreFull, DeviceReset and "
                   "ObjectPropDescChanged that is listed comes with the parameters it has")
{
    static const struct {
        uint16_t code;
        uint32_t parameter; /* as it comes: 0 where there is none */
        const char *said;
    } events[] = {
        {MTP_EC_DEVICE_INFO_CHANGED, 0, "{\"verb\":\"event\",\"code\":\"0x4008\"}"},
        {MTP_EC_REQUEST_OBJECT_TRANSFER, 9,
         "{\"verb\":\"event\",\"code\":\"0x4009\",\"parameter\":9}"},
        {MTP_EC_STORE_FULL, 0x10001,
         "{\"verb\":\"event\",\"code\":\"0x400a\",\"parameter\":65537}"},
        {MTP_EC_OBJECT_PROP_DESC_CHANGED, MTP_OPC_DATE_AUTHORED,
         "{\"verb\":\"event\",\"code\":\"0xc802\",\"parameter\":56391,\"second\":12297}"},
        {MTP_EC_DEVICE_RESET, 0, "{\"verb\":\"event\",\"code\":\"0x400b\"}"},
    };
    DUT dut = listening(c);
    static struct dut_info info;

    ROW("MTP-EVT-003.own") {
        dut_device_info(&dut, &info);
        for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
            if (!dut_lists(info.events, info.event_count, events[i].code))
                continue;
            change(c, "%s", events[i].said);
            CHECK(comes(&dut, events[i].code, events[i].parameter));
        }
    }
}

CONF_CASE(MTP_EVT_BV_05,
          .title = "Events wait for a host that does not poll, and nothing else does",
          .reqs = REQS("MTP-EVT-005"), .ics = "MTP.EVENT.4002", .player = "mtp",
          .needs = CONF_CONTROL, .timeout_s = 60,
          .steps = "100 changes without polling; operations go on; the events come in order, or "
                   "their loss is told")
{
    DUT dut = listening(c);
    uint32_t handles[100];
    size_t next = 0;
    bool lost = false;
    uint8_t bytes[64];

    for (int i = 0; i < 100; i++)
        handles[i] = change(c, "{\"verb\":\"add\",\"path\":\"event-%d\",\"folder\":true}", i);
    ROW("MTP-EVT-005.works") {
        CHECK(dut_in_step(&dut));
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handles[99])), MTP_RC_OK);
    }
    ROW("MTP-EVT-005.order") {
        while (next < 100 && !lost) {
            uint16_t code;

            if (event(&dut, bytes, DUT_PROMPT_MS) < 12)
                break;
            code = get_le16(bytes + 6);
            lost = code == MTP_EC_UNREPORTED_STATUS || code == MTP_EC_DEVICE_INFO_CHANGED;
            if (code == MTP_EC_OBJECT_ADDED)
                CHECK_EQ(get_le32(bytes + 12), handles[next++]);
        }
        conf_note(c, "%zu events in order, then told of a loss: %d", next, lost);
        ROW("MTP-EVT-005.told")
            CHECK(next == 100 || lost);
    }
}

CONF_CASE(MTP_EVT_BI_05, .title = "Without a session there are no events",
          .reqs = REQS("MTP-EVT-005"), .ics = "MTP.EVENT.4002", .player = "mtp",
          .needs = CONF_CONTROL,
          .steps = "CloseSession, read what is left of events, add an object on the device: no "
                   "event comes")
{
    DUT dut = listening(c);
    uint8_t bytes[64];

    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    /* What was under way may still come. */
    while (event(&dut, bytes, DUT_QUIET_MS) >= 0)
        ;
    change(c, "{\"verb\":\"add\",\"path\":\"unheard.txt\",\"text\":\"x\"}");
    ROW("MTP-EVT-005.session")
        CHECK_EQ(event(&dut, bytes, DUT_QUIET_MS), -ETIMEDOUT);
}

CONF_CASE(MTP_EVT_BV_06, .title = "An object is readable as soon as its event is there",
          .reqs = REQS("MTP-EVT-006"), .ics = "MTP.EVENT.4002", .player = "mtp",
          .needs = CONF_CONTROL,
          .steps = "Add an object on the device; GetObjectInfo and GetObject right after the event")
{
    DUT dut = listening(c);
    uint8_t bytes[64];
    uint32_t handle;

    change(c, "{\"verb\":\"add\",\"path\":\"event.txt\",\"text\":\"read me\"}");
    if (event(&dut, bytes, DUT_PROMPT_MS) < 16)
        conf_refused(c, "event", "no event of a change on the device came");
    handle = get_le32(bytes + 12);
    ROW("MTP-EVT-006.info")
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle)), MTP_RC_OK);
    ROW("MTP-EVT-006.content") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(handle)), MTP_RC_OK);
        CHECK_BYTES(dut.answer.data, dut.answer.size, "read me", 7);
    }
}

/* Changes made by the host itself (MTP 1.1, G.1). */
CONF_CASE(MTP_EVT_BV_04, .title = "The host's own changes do not come back to it as events",
          .level = CONF_SHOULD, .reqs = REQS("MTP-EVT-004"),
          .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp", .needs = CONF_WRITES,
          .steps = "Send a file, rename it, delete it; no ObjectAdded, ObjectInfoChanged or "
                   "ObjectRemoved within 1 s")
{
    DUT dut = dut_work(c);
    uint32_t file = dut_file(&dut, dut.folder, "own.mp3", MTP_FC_MP3, "own", 3);
    unsigned added = 0, removed = 0, changed = 0;
    uint8_t bytes[64];
    int count = 0;

    if (!dut.pipe.interrupt)
        conf_inconclusive(c, "no interrupt endpoint");
    dut_set_text(&dut, file, MTP_OPC_OBJECT_FILE_NAME, "renamed.mp3");
    dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(file));
    ROW("MTP-EVT-004.sent") {
        for (int i = 0; i < 16; i++) {
            uint16_t code;

            count = tp_interrupt_in(dut.pipe.tp, dut.pipe.interrupt, bytes, sizeof(bytes), 1000);
            if (count < 12)
                break;
            code = get_le16(bytes + 6);
            conf_note(c, "event 0x%04x for %08x", code, get_le32(bytes + 12));
            /* Free space and the like may be told; the objects themselves are no news. */
            added += code == MTP_EC_OBJECT_ADDED;
            removed += code == MTP_EC_OBJECT_REMOVED;
            changed += code == MTP_EC_OBJECT_INFO_CHANGED;
        }
        CHECK_EQ(added, 0);
        ROW("MTP-EVT-004.renamed")
            CHECK_EQ(changed, 0);
        ROW("MTP-EVT-004.deleted")
            CHECK_EQ(removed, 0);
        CHECK_SEEN(count == -ETIMEDOUT || count >= 12, value_errno(count));
    }
}

/* USB 2.0, 5.7: an interrupt endpoint without data answers NAK, so the URB stays pending. */
CONF_CASE(MTP_EVT_BV_07, .title = "An idle interrupt read stays pending and can be unlinked",
          .reqs = REQS("MTP-EVT-007"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps =
              "Open a session; but for events an interrupt URB stays unanswered for 2 s; unlink "
              "answers -104")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    struct raw_urb urb = {.direction = RAW_IN,
                          .endpoint = dut.pipe.interrupt & 0x0f,
                          .length = 64,
                          .packets = 0xffffffff};
    struct raw_reply reply = {0};
    static struct dut_info info;
    uint32_t seqnum = 0;
    unsigned events = 0;
    uint8_t bytes[64];

    if (!dut.pipe.interrupt)
        conf_inconclusive(c, "no interrupt endpoint");
    dut_device_info(&dut, &info);
    if (dut_open(&dut, 1) != MTP_RC_OK || raw_submit(connection, &urb, NULL) != 0)
        dut_unprepared(&dut, "OpenSession");
    ROW("MTP-EVT-007") {
        /* What the device has to tell may come; nothing else may. */
        while (!raw_silent(connection->fd, 2000)) {
            REQUIRE_EQ(raw_next(connection, DUT_PROMPT_MS, &reply, bytes, sizeof(bytes)), 0);
            REQUIRE(reply.command == RAW_RET_SUBMIT && reply.status == 0 && events++ < 16);
            REQUIRE(reply.actual >= 12 && get_le32(bytes) == reply.actual &&
                    get_le16(bytes + 4) == MTP_CT_EVENT &&
                    dut_lists(info.events, info.event_count, get_le16(bytes + 6)));
            if (raw_submit(connection, &urb, NULL) != 0)
                conf_refused(c, "submit", "the interrupt URB was not taken");
        }
        if (raw_unlink(connection, urb.seqnum, &seqnum) != 0)
            conf_refused(c, "unlink", "the unlink was not taken");
        REQUIRE_EQ(raw_next(connection, DUT_PROMPT_MS, &reply, bytes, sizeof(bytes)), 0);
        CHECK_EQ(reply.command, RAW_RET_UNLINK);
        CHECK_EQ(reply.status, -ECONNRESET);
    }
}

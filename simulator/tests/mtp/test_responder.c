/* Operations through the function, as a host sees them. */
#include "simulator/tests/driver.h"

#include <jansson.h>

#include "simulator/control/verbs.h"

enum { STORE = 0x00010001, CARD = 0x00020001 };

static void open_session(struct driver *d, const char *player)
{
    driver_open(d, player, NULL);
    cr_assert_eq(driver_run(d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
}

static uint32_t folder(struct driver *d, const char *name, uint32_t storage, uint32_t parent)
{
    cr_assert_eq(driver_info(d, name, MTP_FC_ASSOCIATION, 0, storage, parent), MTP_RC_OK);
    return d->params[2];
}

static bool verb(struct driver *d, const char *name, const char *request)
{
    json_t *arguments = json_loads(request, 0, NULL);
    json_t *answer = player_verb_run(player_verb_find(name), d->player, arguments);
    bool ok = json_is_true(json_object_get(answer, "ok"));

    json_decref(arguments);
    json_decref(answer);
    return ok;
}

static uint32_t event(struct driver *d, uint16_t *ret_code)
{
    struct wr bytes = {0};
    struct rd rd;
    uint32_t parameter;

    cr_assert_eq(driver_in(d, DRIVER_EVENT, &bytes), 0, "an event");
    rd = rd_over(bytes.data, bytes.used);
    (void)rd_u32(&rd);
    cr_assert_eq(rd_u16(&rd), MTP_CT_EVENT);
    *ret_code = rd_u16(&rd);
    cr_assert_eq(rd_u32(&rd), 0xffffffff);
    parameter = rd_u32(&rd);
    wr_done(&bytes);
    return parameter;
}

Test(responder, a_repeated_id_is_refused_and_the_wrap_is_not)
{
    uint32_t parent[] = {STORE};
    struct driver d;

    open_session(&d, "mtp.yaml");
    cr_assert_eq(driver_command(&d, MTP_OP_GET_NUM_OBJECTS, 5, 1, parent), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_OK);
    cr_assert_eq(driver_command(&d, MTP_OP_GET_NUM_OBJECTS, 5, 1, parent), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_INVALID_TRANSACTION_ID);
    cr_assert_eq(driver_command(&d, MTP_OP_GET_NUM_OBJECTS, 0xfffffffe, 1, parent), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_OK);
    cr_assert_eq(driver_command(&d, MTP_OP_GET_NUM_OBJECTS, 1, 1, parent), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_OK);
    driver_close(&d);
}

Test(responder, a_second_open_session_names_the_first)
{
    struct driver d;

    driver_open(&d, "mtp.yaml", NULL);
    cr_assert_eq(driver_run(&d, MTP_OP_OPEN_SESSION, 1, 9), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_OPEN_SESSION, 1, 10), MTP_RC_SESSION_ALREADY_OPEN);
    cr_assert_eq(d.params[0], 9);
    driver_close(&d);
}

Test(responder, storage_errors_differ)
{
    struct driver d;

    open_session(&d, "mtp-readonly.yaml");
    cr_assert_eq(driver_run(&d, MTP_OP_GET_STORAGE_INFO, 1, 0x00770001), MTP_RC_INVALID_STORAGE_ID);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_STORAGE_INFO, 1, 0x00020000),
                 MTP_RC_STORE_NOT_AVAILABLE);
    cr_assert_eq(driver_info(&d, "x", MTP_FC_TEXT, 1, STORE, 0xffffffff), MTP_RC_STORE_READ_ONLY);
    driver_close(&d);
}

Test(responder, a_full_store_refuses_at_the_info)
{
    struct driver d;

    open_session(&d, "mtp-small.yaml");
    cr_assert_eq(driver_info(&d, "x", MTP_FC_UNDEFINED, 5 << 20, STORE, 0xffffffff),
                 MTP_RC_STORE_FULL);
    driver_close(&d);
}

Test(responder, an_object_above_the_limit_of_its_store_is_too_large)
{
    struct wr list = {0};
    struct driver d;

    wr_u32(&list, 1);
    wr_u32(&list, 0);
    wr_u16(&list, MTP_OPC_OBJECT_FILE_NAME);
    wr_u16(&list, MTP_DTC_STRING);
    wr_string(&list, "huge.bin");
    open_session(&d, "mtp-small.yaml");
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_OBJECT_PROP_LIST, list.data, list.used, 5, CARD,
                             0xffffffff, MTP_FC_UNDEFINED, 1, 0x40000000),
                 MTP_RC_OBJECT_TOO_LARGE);
    wr_done(&list);
    driver_close(&d);
}

Test(responder, a_bad_property_of_a_list_is_named_by_its_index)
{
    struct wr list = {0};
    struct driver d;

    wr_u32(&list, 2);
    wr_u32(&list, 0);
    wr_u16(&list, MTP_OPC_OBJECT_FILE_NAME);
    wr_u16(&list, MTP_DTC_STRING);
    wr_string(&list, "x.mp3");
    wr_u32(&list, 0);
    wr_u16(&list, 0xdcff);
    wr_u16(&list, MTP_DTC_UINT8);
    wr_u8(&list, 1);
    open_session(&d, "mtp.yaml");
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_OBJECT_PROP_LIST, list.data, list.used, 5, STORE,
                             0xffffffff, MTP_FC_MP3, 0, 5),
                 MTP_RC_INVALID_OBJECT_PROP_CODE);
    cr_assert_eq(d.count, 4);
    cr_assert_eq(d.params[3], 1);
    wr_done(&list);
    driver_close(&d);
}

Test(responder, a_parent_on_another_store_is_refused)
{
    struct driver d;
    uint32_t on_card;

    open_session(&d, "mtp.yaml");
    on_card = folder(&d, "f", CARD, 0xffffffff);
    cr_assert_eq(driver_info(&d, "x", MTP_FC_TEXT, 1, STORE, on_card),
                 MTP_RC_INVALID_PARENT_OBJECT);
    driver_close(&d);
}

Test(responder, a_tree_with_a_protected_file_is_deleted_in_part)
{
    struct driver d;
    uint32_t top, below, file;

    open_session(&d, "mtp.yaml");
    top = folder(&d, "top", STORE, 0xffffffff);
    below = folder(&d, "below", STORE, top);
    file = driver_put(&d, "loose.txt", "x", 1);
    cr_assert_eq(driver_run(&d, MTP_OP_MOVE_OBJECT, 3, file, STORE, top), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_SET_OBJECT_PROTECTION, 2, file, 1), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_DELETE_OBJECT, 1, file), MTP_RC_OBJECT_WRITE_PROTECTED);
    cr_assert_eq(driver_run(&d, MTP_OP_DELETE_OBJECT, 1, top), MTP_RC_PARTIAL_DELETION);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_INFO, 1, below), MTP_RC_INVALID_OBJECT_HANDLE);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_INFO, 1, file), MTP_RC_OK);
    driver_close(&d);
}

Test(responder, an_edit_shows_at_its_end_only)
{
    struct driver d;
    uint32_t file;

    open_session(&d, "mtp.yaml");
    file = driver_put(&d, "edit.txt", "hello world", 11);
    cr_assert_eq(driver_run(&d, MTP_OP_BEGIN_EDIT_OBJECT, 1, file), MTP_RC_OK);
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_PARTIAL_OBJECT, "J", 1, 4, file, 0, 0, 1), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_TRUNCATE_OBJECT, 3, file, 5, 0), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT, 1, file), MTP_RC_OK);
    cr_assert_arr_eq(d.data.data, "hello world", 11);
    cr_assert_eq(driver_run(&d, MTP_OP_END_EDIT_OBJECT, 1, file), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT, 1, file), MTP_RC_OK);
    cr_assert_eq(d.data.used, 5);
    cr_assert_arr_eq(d.data.data, "Jello", 5);
    driver_close(&d);
}

Test(responder, an_edit_is_dropped_with_its_session)
{
    struct driver d;
    uint32_t file;

    open_session(&d, "mtp.yaml");
    file = driver_put(&d, "edit.txt", "hello", 5);
    cr_assert_eq(driver_run(&d, MTP_OP_BEGIN_EDIT_OBJECT, 1, file), MTP_RC_OK);
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_PARTIAL_OBJECT, "J", 1, 4, file, 0, 0, 1), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_CLOSE_SESSION, 0), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_OPEN_SESSION, 1, 2), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_END_EDIT_OBJECT, 1, file), MTP_RC_ACCESS_DENIED);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT, 1, file), MTP_RC_OK);
    cr_assert_arr_eq(d.data.data, "hello", 5);
    driver_close(&d);
}

Test(responder, an_announced_object_can_be_written_by_an_edit)
{
    struct driver d;
    uint32_t file;

    open_session(&d, "mtp.yaml");
    cr_assert_eq(driver_info(&d, "new.txt", MTP_FC_TEXT, 5, STORE, 0xffffffff), MTP_RC_OK);
    file = d.params[2];
    cr_assert_eq(driver_run(&d, MTP_OP_BEGIN_EDIT_OBJECT, 1, file), MTP_RC_OK);
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_PARTIAL_OBJECT, "world", 5, 4, file, 0, 0, 5),
                 MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_INFO, 1, file), MTP_RC_INVALID_OBJECT_HANDLE);
    cr_assert_eq(driver_run(&d, MTP_OP_END_EDIT_OBJECT, 1, file), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT, 1, file), MTP_RC_OK);
    cr_assert_arr_eq(d.data.data, "world", 5);
    driver_close(&d);
}

Test(responder, references_keep_order_and_doubles_and_refuse_strangers)
{
    struct driver d;
    uint32_t list, a, b;
    uint8_t bytes[16];

    open_session(&d, "mtp.yaml");
    cr_assert_eq(driver_info(&d, "l.pla", MTP_FC_AV_PLAYLIST, 0, STORE, 0xffffffff), MTP_RC_OK);
    list = d.params[2];
    a = driver_put(&d, "a", "1", 1);
    b = driver_put(&d, "b", "2", 1);
    memset(bytes, 0, sizeof(bytes));
    bytes[0] = 3;
    bytes[4] = (uint8_t)b;
    bytes[8] = (uint8_t)a;
    bytes[12] = (uint8_t)b;
    cr_assert_eq(driver_send(&d, MTP_OP_SET_OBJECT_REFERENCES, bytes, 16, 1, list), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_REFERENCES, 1, list), MTP_RC_OK);
    cr_assert_eq(d.data.used, 16);
    cr_assert_arr_eq(d.data.data, bytes, 16);
    bytes[15] = 0x7f;
    cr_assert_eq(driver_send(&d, MTP_OP_SET_OBJECT_REFERENCES, bytes, 16, 1, list),
                 MTP_RC_INVALID_OBJECT_REFERENCE);
    driver_close(&d);
}

Test(responder, device_property_errors_differ)
{
    static const uint8_t open_end[] = {2, 'a', 0, 'b', 0};
    struct driver d;

    open_session(&d, "mtp.yaml");
    cr_assert_eq(driver_run(&d, MTP_OP_GET_DEVICE_PROP_VALUE, 1, 0x5fff),
                 MTP_RC_DEVICE_PROP_NOT_SUPPORTED);
    cr_assert_eq(driver_send(&d, MTP_OP_SET_DEVICE_PROP_VALUE, open_end, 5, 1, 0xd402),
                 MTP_RC_INVALID_DEVICE_PROP_VALUE);
    cr_assert_eq(driver_send(&d, MTP_OP_SET_DEVICE_PROP_VALUE, open_end, 3, 1, 0xd402),
                 MTP_RC_INVALID_DEVICE_PROP_FORMAT);
    cr_assert_eq(driver_send(&d, MTP_OP_SET_DEVICE_PROP_VALUE, "\x65", 1, 1, 0xd403),
                 MTP_RC_INVALID_DEVICE_PROP_VALUE);
    cr_assert_eq(driver_send(&d, MTP_OP_SET_DEVICE_PROP_VALUE, "\x10", 1, 1, 0x5001),
                 MTP_RC_ACCESS_DENIED);
    driver_close(&d);
}

Test(responder, changes_made_on_the_device_raise_events)
{
    struct driver d;
    uint16_t code;
    uint32_t handle;

    open_session(&d, "mtp.yaml");
    cr_assert(verb(&d, "add", "{\"path\":\"Music/new.mp3\",\"size\":10}"));
    handle = event(&d, &code);
    cr_assert_eq(code, MTP_EC_OBJECT_ADDED);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_INFO, 1, handle), MTP_RC_OK);
    cr_assert_eq(event(&d, &code), STORE);
    cr_assert_eq(code, MTP_EC_STORAGE_INFO_CHANGED);
    cr_assert(
        verb(&d, "retag", "{\"path\":\"Music/new.mp3\",\"property\":\"0xdc46\",\"value\":\"Me\"}"));
    cr_assert_eq(event(&d, &code), handle);
    cr_assert_eq(code, MTP_EC_OBJECT_PROP_CHANGED);
    cr_assert(verb(&d, "eject", "{}"));
    cr_assert_eq(event(&d, &code), CARD);
    cr_assert_eq(code, MTP_EC_STORE_REMOVED);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_STORAGE_INFO, 1, 0x00020000),
                 MTP_RC_STORE_NOT_AVAILABLE);
    cr_assert(verb(&d, "battery", "{\"level\":33}"));
    cr_assert_eq(event(&d, &code), MTP_DPC_BATTERY_LEVEL);
    cr_assert_eq(code, MTP_EC_DEVICE_PROP_CHANGED);
    driver_close(&d);
}

Test(responder, a_full_event_queue_says_that_something_was_lost)
{
    struct driver d;
    struct mtpr_event last = {0}, next;
    struct mtpr_responder *r;
    char request[64];
    unsigned count = 0;

    open_session(&d, "mtp.yaml");
    r = still_image_responder(d.self);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(request, sizeof(request), "{\"path\":\"n%u\",\"size\":0}", i);
        cr_assert(verb(&d, "add", request));
    }
    while (mtpr_event_peek(r, &next)) {
        last = next;
        count++;
        mtpr_event_pop(r);
    }
    cr_assert_leq(count, 64);
    cr_assert_eq(last.code, MTP_EC_UNREPORTED_STATUS);
    driver_close(&d);
}

Test(responder, a_friendly_name_and_an_artist_survive_a_restart)
{
    char dir[] = "/tmp/papsim-player-XXXXXX", command[80];
    static const uint8_t name[] = {3, 'm', 0, 'e', 0, 0, 0};
    struct driver d;
    uint32_t handle;

    cr_assert_not_null(mkdtemp(dir));
    driver_open(&d, "mtp.yaml", dir);
    cr_assert_eq(driver_run(&d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
    cr_assert_eq(driver_send(&d, MTP_OP_SET_DEVICE_PROP_VALUE, name, 7, 1, 0xd402), MTP_RC_OK);
    cr_assert_eq(driver_info(&d, "s.mp3", MTP_FC_MP3, 1, STORE, 0xffffffff), MTP_RC_OK);
    handle = d.params[2];
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_OBJECT, "x", 1, 0), MTP_RC_OK);
    cr_assert_eq(driver_send(&d, MTP_OP_SET_OBJECT_PROP_VALUE, name, 7, 2, handle, 0xdc46),
                 MTP_RC_OK);
    driver_close(&d);
    driver_open(&d, "mtp.yaml", dir);
    cr_assert_eq(driver_run(&d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_DEVICE_PROP_VALUE, 1, 0xd402), MTP_RC_OK);
    cr_assert_arr_eq(d.data.data, name, 7);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_PROP_VALUE, 2, handle, 0xdc46), MTP_RC_OK);
    cr_assert_arr_eq(d.data.data, name, 7);
    driver_close(&d);
    snprintf(command, sizeof(command), "rm -r %s", dir);
    cr_assert_eq(system(command), 0);
}

/* Players that describe their own properties, storages and operations, as imported ones do. */
#include "simulator/tests/driver.h"

enum { STORE = 0x00010001 };

static const char text[] =
    "name: own\n"
    "usb: {persona: mtp, vendor: 0x1209, product: 0x7a00}\n"
    "device:\n"
    "  operations: [0x9805, 0x1001, 0x1002, 0x1003, 0x1004, 0x1005, 0x1007, 0x100c, 0x100d, "
    "0x9203,\n"
    "    0x9801, 0x9802, 0x9803, 0x9804, 0x9807, 0x1011, 0x1234]\n"
    "  only-announced: [0x9203, 0x1234]\n"
    "  events: [0x4002, 0xc0ff]\n"
    "object-properties:\n"
    "  - {code: 0xdc02, type: uint16, settable: true}\n"
    "  - {code: 0xdc04, type: uint32}\n"
    "  - {code: 0xdc8a, type: uint16, settable: true, range: {minimum: 10, maximum: 50, step: "
    "20},\n"
    "     group: 7}\n"
    "  - {code: 0xde99, type: uint32, settable: true, choices: [85, 86]}\n"
    "  - {code: 0xde99, type: uint32, choices: [352], formats: [0xb901]}\n"
    "  - {code: 0xda00, type: int16, settable: true, range: {minimum: -2, maximum: 2, step: 1}}\n"
    "  - {code: 0xde94, type: uint16, choices: [1], combination: 2}\n"
    "  - {code: 0xde99, type: uint32, choices: [85], combination: 7, formats: [0x3009]}\n"
    "  - {code: 0xde94, type: uint16, choices: [2], combination: 7, formats: [0x3009]}\n"
    "formats:\n"
    "  - code: 0x3009\n"
    "    properties: [0xde99, 0xdc02, 0xdc04, 0xdc8a, 0xda00]\n"
    "  - {code: 0xb901, properties: [0xde99]}\n"
    "  - {code: 0x3000, no-properties: true}\n"
    "  - {code: 0x3001, no-properties: true}\n"
    "storages:\n"
    "  - {id: 0x00010001, type: undefined, capacity: 1000000, free: 600, free-objects: 2}\n"
    "objects:\n"
    "  - {path: a.mp3, size: 100}\n";

static void open_own(struct driver *d)
{
    char path[] = "/tmp/papsim-form-XXXXXX";
    int file = mkstemp(path);

    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    driver_open(d, path, NULL);
    unlink(path);
    cr_assert_eq(driver_run(d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
}

static uint32_t song(struct driver *d)
{
    struct rd rd;

    cr_assert_eq(driver_run(d, MTP_OP_GET_OBJECT_HANDLES, 3, STORE, 0, 0xffffffff), MTP_RC_OK);
    rd = rd_over(d->data.data, d->data.used);
    cr_assert_eq(rd_u32(&rd), 1);
    return rd_u32(&rd);
}

/* SetObjectPropValue of two bytes. */
static uint16_t set_u16(struct driver *d, uint32_t handle, uint16_t property, uint16_t value)
{
    uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8)};

    return driver_send(d, MTP_OP_SET_OBJECT_PROP_VALUE, bytes, sizeof(bytes), 2, handle,
                       (uint32_t)property);
}

Test(form, lists_are_said_in_the_order_of_the_file)
{
    static const uint8_t operations[] = {17, 0, 0, 0, 0x05, 0x98, 0x01, 0x10};
    struct driver d;

    open_own(&d);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_DEVICE_INFO, 0), MTP_RC_OK);
    cr_assert_not_null(memmem(d.data.data, d.data.used, operations, sizeof(operations)));
    cr_assert_not_null(memmem(d.data.data, d.data.used, "\2\0\0\0\x02\x40\xff\xc0", 8), "events");
    driver_close(&d);
}

Test(form, what_is_only_announced_is_refused)
{
    struct driver d;

    open_own(&d);
    cr_assert_eq(driver_run(&d, 0x9203, 0), MTP_RC_OPERATION_NOT_SUPPORTED);
    cr_assert_eq(driver_run(&d, 0x1234, 0), MTP_RC_OPERATION_NOT_SUPPORTED);
    cr_assert_eq(driver_run(&d, MTP_OP_FORMAT_STORE, 2, STORE, 0), MTP_RC_OPERATION_NOT_SUPPORTED,
                 "implemented, and not listed");
    driver_close(&d);
}

Test(form, a_listed_self_test_passes_and_no_other_kind_is_known)
{
    struct driver d;

    open_own(&d);
    cr_assert_eq(driver_run(&d, MTP_OP_SELF_TEST, 1, 0), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_SELF_TEST, 1, 0x8001), MTP_RC_PARAMETER_NOT_SUPPORTED);
    driver_close(&d);
}

Test(form, a_description_has_the_file_s_range_and_group)
{
    /* code, type, get/set, default (the minimum: 0 is none of them), group, form, range */
    static const uint8_t expected[] = {0x8a, 0xdc, 0x04, 0x00, 1, 10, 0, 7,  0,
                                       0,    0,    1,    10,   0, 50, 0, 20, 0};
    struct driver d;

    open_own(&d);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_PROP_DESC, 2, 0xdc8a, 0x3009), MTP_RC_OK);
    cr_assert_eq(d.data.used, sizeof(expected));
    cr_assert_arr_eq(d.data.data, expected, sizeof(expected));
    driver_close(&d);
}

Test(form, one_format_may_have_a_description_of_its_own)
{
    static const uint8_t wma[] = {0x99, 0xde, 0x06, 0x00, 0, 0x60, 1,    0, 0, 0,
                                  0,    0,    0,    2,    1, 0,    0x60, 1, 0, 0};
    struct driver d;

    open_own(&d);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_PROP_DESC, 2, 0xde99, 0xb901), MTP_RC_OK);
    cr_assert_eq(d.data.used, sizeof(wma));
    cr_assert_arr_eq(d.data.data, wma, sizeof(wma));
    driver_close(&d);
}

Test(form, a_list_by_group_has_the_properties_described_with_it)
{
    /* one element: handle, code, type, value */
    uint8_t expected[] = {1, 0, 0, 0, 0, 0, 0, 0, 0x8a, 0xdc, 0x04, 0x00, 10, 0};
    const uint32_t all = 0xffffffff;
    struct driver d;
    uint32_t handle;

    open_own(&d);
    handle = song(&d);
    expected[4] = (uint8_t)handle;
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_PROP_LIST, 5, handle, 0, 0, 7, 0), MTP_RC_OK);
    cr_assert_eq(d.data.used, sizeof(expected));
    cr_assert_arr_eq(d.data.data, expected, sizeof(expected));
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_PROP_LIST, 5, handle, 0, 0, 8, 0),
                 MTP_RC_GROUP_NOT_SUPPORTED);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_PROP_LIST, 5, handle, 0, all, 7, 0),
                 MTP_RC_SPECIFICATION_BY_GROUP_UNSUPPORTED);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_PROP_LIST, 5, handle, 0, 0, 0, 0),
                 MTP_RC_PARAMETER_NOT_SUPPORTED);
    driver_close(&d);
}

Test(form, values_outside_the_form_are_refused)
{
    struct driver d;
    uint32_t handle;

    open_own(&d);
    handle = song(&d);
    cr_assert_eq(set_u16(&d, handle, 0xdc8a, 30), MTP_RC_OK);
    cr_assert_eq(set_u16(&d, handle, 0xdc8a, 31), MTP_RC_INVALID_OBJECT_PROP_VALUE);
    cr_assert_eq(set_u16(&d, handle, 0xdc8a, 70), MTP_RC_INVALID_OBJECT_PROP_VALUE);
    cr_assert_eq(set_u16(&d, handle, 0xda00, 0xfffe), MTP_RC_OK, "-2");
    cr_assert_eq(set_u16(&d, handle, 0xda00, 0xfffd), MTP_RC_INVALID_OBJECT_PROP_VALUE, "-3");
    cr_assert_eq(driver_send(&d, MTP_OP_SET_OBJECT_PROP_VALUE, "\x57\0\0\0", 4, 2, handle, 0xde99u),
                 MTP_RC_INVALID_OBJECT_PROP_VALUE);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_PROP_VALUE, 2, handle, 0xdc8a), MTP_RC_OK);
    cr_assert_arr_eq(d.data.data, "\x1e\0", 2);
    driver_close(&d);
}

Test(form, facts_of_the_store_cannot_be_set_even_where_a_player_says_so)
{
    struct driver d;

    open_own(&d);
    cr_assert_eq(set_u16(&d, song(&d), 0xdc02, 0x3000), MTP_RC_ACCESS_DENIED);
    driver_close(&d);
}

Test(form, a_size_has_the_type_it_is_said_to_have)
{
    struct driver d;

    open_own(&d);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_PROP_VALUE, 2, song(&d), 0xdc04), MTP_RC_OK);
    cr_assert_eq(d.data.used, 4);
    cr_assert_arr_eq(d.data.data, "\x64\0\0\0", 4);
    driver_close(&d);
}

Test(form, a_storage_has_what_the_file_says_is_free)
{
    /* type 0, hierarchical, read-write, capacity, free bytes, free objects */
    static const uint8_t expected[] = {0, 0,    2, 0, 0, 0, 0x40, 0x42, 0x0f, 0, 0, 0, 0,
                                       0, 0x58, 2, 0, 0, 0, 0,    0,    0,    2, 0, 0, 0};
    struct driver d;

    open_own(&d);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_STORAGE_INFO, 1, STORE), MTP_RC_OK);
    cr_assert_geq(d.data.used, sizeof(expected));
    cr_assert_arr_eq(d.data.data, expected, sizeof(expected));
    driver_close(&d);
}

Test(form, neither_more_bytes_nor_more_objects_fit_than_are_free)
{
    struct driver d;

    open_own(&d);
    cr_assert_eq(driver_info(&d, "large.mp3", MTP_FC_MP3, 601, STORE, 0xffffffff),
                 MTP_RC_STORE_FULL);
    driver_put(&d, "b.mp3", "b", 1);
    driver_put(&d, "c.mp3", "c", 1);
    cr_assert_eq(driver_info(&d, "d.mp3", MTP_FC_MP3, 1, STORE, 0xffffffff), MTP_RC_STORE_FULL);
    driver_close(&d);
}

/* MTP 1.1, E.2.7, by hand: code, type, read only, default, group, form 2, how many, the values. */
Test(form, values_that_go_together_are_said_by_combination)
{
    static const uint8_t of_mp3[] = {
        2,    0,    0,    0,                                                /* two of them */
        1,    0,    0,    0,                                                /* in the first one */
        0x94, 0xde, 4,    0,    0, 1,  0, 0, 0, 0, 0, 2, 1, 0, 1, 0,        /* one channel */
        2,    0,    0,    0,                                                /* in the other two */
        0x99, 0xde, 6,    0,    0, 85, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 85, 0, /* MP3 */
        0,    0,    0x94, 0xde, 4, 0,  0, 2, 0, 0, 0, 0, 0, 2, 1, 0, 2,  0  /* two channels */
    };
    static const uint8_t of_wma[] = {1, 0, 0, 0, 1, 0, 0, 0, 0x94, 0xde, 4, 0,
                                     0, 1, 0, 0, 0, 0, 0, 2, 1,    0,    1, 0};
    struct driver d;

    open_own(&d);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_INTERDEPENDENT_PROP_DESC, 1, MTP_FC_MP3), MTP_RC_OK);
    cr_assert_arr_eq(d.data.data, of_mp3, sizeof(of_mp3));
    cr_expect_eq(d.data.used, sizeof(of_mp3));
    cr_assert_eq(driver_run(&d, MTP_OP_GET_INTERDEPENDENT_PROP_DESC, 1, MTP_FC_WMA), MTP_RC_OK);
    cr_expect_eq(d.data.used, sizeof(of_wma));
    cr_expect_arr_eq(d.data.data, of_wma, sizeof(of_wma));
    driver_close(&d);
}

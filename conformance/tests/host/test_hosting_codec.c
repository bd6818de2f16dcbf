/* Frames between WMI and the process of a provider: what is put in comes out, and what is none is
 * refused. */
#include "conformance/host/hosting/hosting_codec.h"
#include "conformance/tests/host/wbem_fixture.h"

TestSuite(hosting_codec, .init = wbem_setup, .fini = wbem_teardown);

static struct cim_object *class_of(const char *name)
{
    struct cim_object *object = NULL;
    int64_t ns;

    cr_assert_eq(cim_repo_namespace(wbem_repo, "root\\default", false, &ns), 0);
    cr_assert_eq(cim_repo_class(wbem_repo, ns, name, &object), 0);
    return object;
}

/* One with everything in it. */
static struct hosting_message full(void)
{
    struct hosting_message message = {.kind = HOSTING_NOTE,
                                      .op = HOSTING_METHOD,
                                      .id = 0x80000001,
                                      .hr = WBEM_E_NOT_FOUND,
                                      .flags = -2,
                                      .number = INT64_MIN,
                                      .handle = UINT64_MAX,
                                      .sink = 7,
                                      .iid = IID_IWbemServices,
                                      .caller = {PRINCIPAL_USER, PRINCIPAL_IDENTIFY, 1001}};
    struct cim_object *class = class_of("B");
    IWbemContext *context = NULL;
    VARIANT value = {.vt = VT_I4, .lVal = -3};
    BSTR name = NULL;

    cr_assert_eq(hosting_put_text(&message, 0, "root\\default"), 0);
    cr_assert_eq(hosting_put_text(&message, 3, ""), 0);
    cr_assert_eq(hosting_put_object(&message, class), 0);
    cr_assert_eq(hosting_put_object(&message, NULL), 0);
    cim_object_unref(class);
    cr_assert_eq(wbem_context_new(&context), 0);
    cr_assert_eq(wbem_bstr("Depth", &name), 0);
    cr_assert_eq(IWbemContext_SetValue(context, name, 0, &value), 0);
    cr_assert_eq(hosting_put_context(&message, context), 0);
    SysFreeString(name);
    IWbemContext_Release(context);
    return message;
}

static void frame_of(const struct hosting_message *message, uint8_t **ret, size_t *ret_size)
{
    cr_assert_eq(hosting_encode(message, ret, ret_size), 0);
}

Test(hosting_codec, what_is_put_in_comes_out)
{
    struct hosting_message in = full(), out = {.kind = HOSTING_CALL};
    IWbemContext *context = NULL;
    VARIANT value = {.vt = VT_EMPTY};
    BSTR name = NULL;
    uint8_t *frame;
    size_t size;

    frame_of(&in, &frame, &size);
    cr_assert_eq(hosting_decode(frame + HOSTING_HEAD, size - HOSTING_HEAD, &out), 0);
    cr_expect(out.kind == in.kind && out.op == in.op && out.id == in.id && out.hr == in.hr);
    cr_expect(out.flags == in.flags && out.number == in.number && out.handle == in.handle);
    cr_expect(out.sink == in.sink && IsEqualIID(&out.iid, &in.iid));
    cr_expect(principal_equal(&out.caller, &in.caller));
    cr_expect_str_eq(out.texts[0], in.texts[0]);
    cr_expect(!out.texts[1] && !out.texts[2]);
    cr_expect_str_eq(out.texts[3], "");
    cr_assert_eq(out.object_count, 2);
    cr_expect(cim_object_equal(out.objects[0], in.objects[0], 0));
    cr_expect_null(out.objects[1]);
    cr_assert_eq(hosting_context(&out, &context), 0);
    cr_assert_eq(wbem_bstr("depth", &name), 0);
    cr_expect_eq(IWbemContext_GetValue(context, name, 0, &value), 0);
    cr_expect(value.vt == VT_I4 && value.lVal == -3);
    SysFreeString(name);
    IWbemContext_Release(context);
    free(frame);
    hosting_message_done(&in);
    hosting_message_done(&out);
}

Test(hosting_codec, a_frame_that_ends_early_is_none)
{
    struct hosting_message in = full(), out;
    uint8_t *frame;
    size_t size;

    frame_of(&in, &frame, &size);
    for (size_t left = 0; left < size - HOSTING_HEAD; left++) {
        uint8_t *exact = malloc(left + 1);

        memcpy(exact, frame + HOSTING_HEAD, left);
        cr_expect_eq(hosting_decode(exact, left, &out), WBEM_E_INVALID_OBJECT, "%zu", left);
        free(exact);
    }
    free(frame);
    hosting_message_done(&in);
}

Test(hosting_codec, a_frame_with_something_behind_it_is_none)
{
    struct hosting_message in = {.op = HOSTING_HELD}, out;
    uint8_t *frame, longer[200] = {0};
    size_t size;

    frame_of(&in, &frame, &size);
    cr_assert_lt(size, sizeof(longer));
    memcpy(longer, frame + HOSTING_HEAD, size - HOSTING_HEAD);
    cr_expect_eq(hosting_decode(longer, size - HOSTING_HEAD + 1, &out), WBEM_E_INVALID_OBJECT);
    free(frame);
}

Test(hosting_codec, counts_of_what_is_not_there_are_refused_before_they_are_believed)
{
    struct hosting_message in = {.op = HOSTING_INDICATE}, out;
    uint8_t *frame;
    size_t size;

    frame_of(&in, &frame, &size);
    memset(frame + size - 4, 0xfe, 4); /* objects */
    cr_expect_eq(hosting_decode(frame + HOSTING_HEAD, size - HOSTING_HEAD, &out),
                 WBEM_E_INVALID_OBJECT);
    free(frame);
}

Test(hosting_codec, kinds_and_ops_that_there_are_not_are_refused)
{
    struct hosting_message in = {.op = HOSTING_HELD}, out;
    uint8_t *frame;
    size_t size;

    for (size_t at = 0; at < 2; at++) {
        frame_of(&in, &frame, &size);
        frame[HOSTING_HEAD + at] = HOSTING_OPS;
        cr_expect_eq(hosting_decode(frame + HOSTING_HEAD, size - HOSTING_HEAD, &out),
                     WBEM_E_INVALID_OBJECT);
        free(frame);
    }
}

Test(hosting_codec, accounts_and_levels_that_there_are_not_are_refused)
{
    struct hosting_message in = {.op = HOSTING_HELD}, out;
    const size_t behind_iid = HOSTING_HEAD + 54;
    uint8_t *frame;
    size_t size;

    for (size_t at = 0; at < 2; at++) {
        frame_of(&in, &frame, &size);
        frame[behind_iid + at] = at ? PRINCIPAL_LEVELS : PRINCIPAL_ACCOUNTS;
        cr_expect_eq(hosting_decode(frame + HOSTING_HEAD, size - HOSTING_HEAD, &out),
                     WBEM_E_INVALID_OBJECT);
        free(frame);
    }
}

Test(hosting_codec, what_is_too_long_for_a_frame_is_not_sent)
{
    struct hosting_message in = {.op = HOSTING_STAGE};
    uint8_t *frame;
    size_t size;

    in.texts[0] = malloc(HOSTING_FRAME_MAX + 1);
    cr_assert_not_null(in.texts[0]);
    memset(in.texts[0], 'x', HOSTING_FRAME_MAX);
    in.texts[0][HOSTING_FRAME_MAX] = '\0';
    cr_expect_eq(hosting_encode(&in, &frame, &size), WBEM_E_OUT_OF_MEMORY);
    hosting_message_done(&in);
}

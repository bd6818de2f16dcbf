/* Objects, memory, identifiers and strings of COM, below any class of the provider. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_guid.h"
#include "spcore/com/com_memory.h"
#include "spcore/com/com_object.h"
#include "spcore/com/com_utf16.h"
#include "spcore/include/mswmdm.h"

/* A class with two interfaces, one of them with a base. */
struct thing {
    struct com_object com;
    IWMDMProgress2 IWMDMProgress2_iface;
    IWMDMNotification IWMDMNotification_iface;
    unsigned *destroyed;
};
COM_INTERFACE(thing, IWMDMProgress2)
COM_INTERFACE(thing, IWMDMNotification)

static void thing_destroy(struct com_object *object)
{
    struct thing *thing = (struct thing *)object;

    ++*thing->destroyed;
    free(thing);
}

static const IWMDMProgress2Vtbl progress_vtbl = {COM_UNKNOWN_SLOTS(thing, IWMDMProgress2)};
static const IWMDMNotificationVtbl notification_vtbl = {
    COM_UNKNOWN_SLOTS(thing, IWMDMNotification)};
static const struct com_interface thing_interfaces[] = {
    COM_MAP(thing, IUnknown, IWMDMProgress2),
    COM_MAP(thing, IWMDMProgress, IWMDMProgress2),
    COM_MAP(thing, IWMDMProgress2, IWMDMProgress2),
    COM_MAP(thing, IWMDMNotification, IWMDMNotification),
    COM_MAP_END,
};
static const struct com_class thing_class = {"thing", thing_interfaces, thing_destroy};

static struct thing *thing_new(unsigned *destroyed)
{
    struct thing *thing = calloc(1, sizeof(*thing));

    cr_assert_not_null(thing);
    com_object_init(&thing->com, &thing_class);
    thing->IWMDMProgress2_iface.lpVtbl = &progress_vtbl;
    thing->IWMDMNotification_iface.lpVtbl = &notification_vtbl;
    thing->destroyed = destroyed;
    return thing;
}

Test(com_object, every_interface_leads_to_every_other_and_to_one_identity)
{
    static const IID *const all[] = {&IID_IUnknown, &IID_IWMDMProgress, &IID_IWMDMProgress2,
                                     &IID_IWMDMNotification};
    unsigned destroyed = 0;
    struct thing *thing = thing_new(&destroyed);
    IUnknown *start = (IUnknown *)&thing->IWMDMProgress2_iface, *identity;

    cr_assert_eq(IUnknown_QueryInterface(start, &IID_IUnknown, (void **)&identity), S_OK);
    for (size_t i = 0; i < 4; i++) {
        IUnknown *from, *to, *same;
        cr_assert_eq(IUnknown_QueryInterface(start, all[i], (void **)&from), S_OK);
        for (size_t j = 0; j < 4; j++) {
            cr_assert_eq(IUnknown_QueryInterface(from, all[j], (void **)&to), S_OK);
            cr_assert_eq(IUnknown_QueryInterface(to, &IID_IUnknown, (void **)&same), S_OK);
            cr_assert_eq(same, identity);
            IUnknown_Release(same);
            IUnknown_Release(to);
        }
        IUnknown_Release(from);
    }
    cr_assert_eq(IUnknown_Release(identity), 1);
    cr_assert_eq(destroyed, 0);
    cr_assert_eq(IUnknown_Release(start), 0);
    cr_assert_eq(destroyed, 1);
}

Test(com_object, an_unknown_interface_clears_the_pointer)
{
    unsigned destroyed = 0;
    struct thing *thing = thing_new(&destroyed);
    void *out = &destroyed;

    cr_assert_eq(com_object_query(&thing->com, &IID_IMDSPDevice, &out), E_NOINTERFACE);
    cr_assert_null(out);
    cr_assert_eq(com_object_query(&thing->com, &IID_IUnknown, NULL), E_POINTER);
    cr_assert_eq(com_object_release(&thing->com), 0);
}

Test(com_object, the_module_is_busy_while_an_object_lives)
{
    unsigned destroyed = 0;
    struct thing *thing;

    cr_assert_not(com_module_busy());
    thing = thing_new(&destroyed);
    cr_assert(com_module_busy());
    com_object_release(&thing->com);
    cr_assert_not(com_module_busy());
}

static void *count_up_and_down(void *context)
{
    for (unsigned i = 0; i < 20000; i++) {
        com_object_add_ref(context);
        com_object_release(context);
    }
    return NULL;
}

Test(com_object, references_are_counted_across_threads)
{
    unsigned destroyed = 0;
    struct thing *thing = thing_new(&destroyed);
    pthread_t threads[4];

    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, count_up_and_down, &thing->com), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    cr_assert_eq(destroyed, 0);
    cr_assert_eq(com_object_release(&thing->com), 0);
    cr_assert_eq(destroyed, 1);
}

Test(com_guid, text_and_structure_agree)
{
    char text[COM_GUID_TEXT];
    GUID guid = GUID_NULL;

    com_guid_format(&IID_IMDSPDevice, text);
    cr_assert_str_eq(text, "{1DCB3A12-33ED-11D3-8470-00C04F79DBC0}");
    cr_assert(com_guid_parse(text, &guid));
    cr_assert(IsEqualGUID(&guid, &IID_IMDSPDevice));
    cr_assert_not(com_guid_parse("{1DCB3A12-33ED-11D3-8470-00C04F79DBCG}", &guid));
    cr_assert_not(com_guid_parse("{1DCB3A12-33ED-11D3-8470-00C04F79DBC0", &guid));
    cr_assert_not(com_guid_parse("", &guid));
}

Test(com_utf16, text_survives_the_way_there_and_back)
{
    static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e"; /* 1 to 4 bytes each */
    WCHAR *wide = com_utf16_from_utf8(text);
    char *back = com_utf8_from_utf16(wide);

    cr_assert_eq(com_wcslen(wide), 5);
    cr_assert_eq(wide[3], 0xd834);
    cr_assert_str_eq(back, text);
    CoTaskMemFree(wide);
    CoTaskMemFree(back);
}

Test(com_utf16, ill_formed_text_becomes_replacement_characters)
{
    static const WCHAR lone[] = {0xdc00, 'x', 0xd800, 0};
    WCHAR *wide = com_utf16_from_utf8("\xc0\x80x\xe2\x82");
    char *narrow = com_utf8_from_utf16(lone);

    cr_assert_eq(wide[0], 0xfffd);
    cr_assert_eq(wide[1], 0xfffd);
    cr_assert_eq(wide[2], 'x');
    cr_assert_eq(com_wcslen(wide), 5);
    cr_assert_str_eq(narrow, "\xef\xbf\xbdx\xef\xbf\xbd");
    CoTaskMemFree(wide);
    CoTaskMemFree(narrow);
}

Test(com_utf16, a_string_that_does_not_fit_is_cut_and_said_so)
{
    WCHAR buffer[4] = {9, 9, 9, 9};

    cr_assert_eq(com_copy_string(u"abcd", buffer, 4), WMDM_E_BUFFERTOOSMALL);
    cr_assert(com_wcseq(buffer, u"abc"));
    cr_assert_eq(com_copy_string(u"abc", buffer, 4), S_OK);
    cr_assert_eq(com_copy_string(u"abc", buffer, 0), E_INVALIDARG);
    cr_assert_eq(com_copy_string(u"abc", NULL, 4), E_INVALIDARG);
}

Test(propvariant, layout_is_that_of_the_64_bit_abi)
{
    cr_assert_eq(sizeof(PROPVARIANT), 24);
    cr_assert_eq(offsetof(PROPVARIANT, pwszVal), 8);
    cr_assert_eq(sizeof(SAFEARRAY), 32);
    cr_assert_eq(offsetof(SAFEARRAY, pvData), 16);
    cr_assert_eq(sizeof(WAVEFORMATEX), 18);
    cr_assert_eq(sizeof(VIDEOINFOHEADER), 88);
}

Test(propvariant, copies_own_what_they_hold)
{
    PROPVARIANT value = {.vt = VT_ARRAY | VT_UI4}, copy, text = {.vt = VT_LPWSTR};
    ULONG *data;

    value.parray = SafeArrayCreateVector(VT_UI4, 0, 3);
    cr_assert_eq(SafeArrayAccessData(value.parray, (void **)&data), S_OK);
    data[2] = 77;
    SafeArrayUnaccessData(value.parray);
    cr_assert_eq(PropVariantCopy(&copy, &value), S_OK);
    cr_assert_eq(PropVariantClear(&value), S_OK);
    cr_assert_eq(value.vt, VT_EMPTY);
    cr_assert_eq(((ULONG *)copy.parray->pvData)[2], 77);
    cr_assert_eq(PropVariantClear(&copy), S_OK);
    text.pwszVal = com_wcsdup(u"text");
    cr_assert_eq(PropVariantCopy(&copy, &text), S_OK);
    cr_assert_neq(copy.pwszVal, text.pwszVal);
    cr_assert(com_wcseq(copy.pwszVal, u"text"));
    PropVariantClear(&text);
    PropVariantClear(&copy);
    cr_assert_eq(SysStringLen(NULL), 0);
}

/* COM's beginning: threads that are in it, and objects by their class. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdint.h>

#include "conformance/host/include/objbase.h"
#include "conformance/host/include/wbemidl.h"
#include "conformance/host/win_registry.h"
#include "spcore/com/com_utf16.h"

static HRESULT create(REFCLSID clsid, REFIID riid)
{
    IUnknown *made = (IUnknown *)&made;
    HRESULT hr = CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, riid, (void **)&made);

    cr_expect_eq(!made, FAILED(hr));
    if (made)
        cr_expect_eq(IUnknown_Release(made), 0);
    return hr;
}

Test(win_com, a_thread_is_in_it_as_often_as_it_went_in)
{
    cr_expect_eq(create(&CLSID_WbemLocator, &IID_IWbemLocator), CO_E_NOTINITIALIZED);
    cr_expect_eq(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    cr_expect_eq(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_FALSE);
    cr_expect_eq(CoInitialize(NULL), RPC_E_CHANGED_MODE);
    CoUninitialize();
    cr_expect_eq(create(&CLSID_WbemLocator, &IID_IWbemLocator), S_OK);
    CoUninitialize();
    cr_expect_eq(create(&CLSID_WbemLocator, &IID_IWbemLocator), CO_E_NOTINITIALIZED);
}

Test(win_com, wmis_classes_are_made_by_their_ids)
{
    static const CLSID nobody = {0x12345678, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
    IUnknown *made = NULL;

    cr_assert_eq(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    cr_expect_eq(create(&CLSID_WbemLocator, &IID_IUnknown), S_OK);
    cr_expect_eq(create(&CLSID_WbemAdministrativeLocator, &IID_IWbemLocator), S_OK);
    cr_expect_eq(create(&CLSID_WbemContext, &IID_IWbemContext), S_OK);
    cr_expect_eq(create(&CLSID_WbemClassObject, &IID_IWbemClassObject), S_OK);
    cr_expect_eq(create(&CLSID_WbemContext, &IID_IWbemLocator), E_NOINTERFACE);
    cr_expect_eq(create(&nobody, &IID_IUnknown), REGDB_E_CLASSNOTREG);
    cr_expect_eq(CoCreateInstance(&CLSID_WbemContext, (IUnknown *)&made, CLSCTX_INPROC_SERVER,
                                  &IID_IUnknown, (void **)&made),
                 CLASS_E_NOAGGREGATION);
    cr_expect_eq(
        CoCreateInstance(&CLSID_WbemContext, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown, NULL),
        E_POINTER);
    CoUninitialize();
}

static struct registry registry;

static void unbind(void)
{
    win_registry_bind(NULL);
    registry_done(&registry);
}

Test(win_com, other_classes_are_their_librarys, .fini = unbind)
{
    static const CLSID theirs = {0x12345678, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
    static const WCHAR key[] = u"CLSID\\{12345678-0001-0002-0304-05060708090A}\\InprocServer32",
                       missing[] = u"/nowhere/at/all.so", other[] = u"libsqlite3.so.0";
    HKEY handle;

    win_registry_bind(&registry);
    cr_assert_eq(
        RegCreateKeyExW(HKEY_CLASSES_ROOT, key, 0, NULL, 0, KEY_WRITE, NULL, &handle, NULL), 0);
    cr_assert_eq(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    cr_assert_eq(RegSetValueExW(handle, NULL, 0, REG_SZ, (const BYTE *)missing, sizeof(missing)),
                 0);
    cr_expect_eq(create(&theirs, &IID_IUnknown), CO_E_DLLNOTFOUND);
    cr_assert_eq(RegSetValueExW(handle, NULL, 0, REG_SZ, (const BYTE *)other, sizeof(other)), 0);
    cr_expect_eq(create(&theirs, &IID_IUnknown), CO_E_ERRORINDLL); /* a library of no classes */
    RegCloseKey(handle);
    CoUninitialize();
}

Test(win_com, a_guid_is_text_in_braces)
{
    static const GUID some = {0x0123abcd, 0x4567, 0x89ef, {1, 2, 3, 4, 5, 6, 7, 0xff}};
    WCHAR text[39], *made = NULL;
    GUID back = some;

    cr_assert_eq(StringFromGUID2(&some, text, 38), 0);
    cr_assert_eq(StringFromGUID2(&some, text, 39), 39);
    cr_assert(com_wcseq(text, u"{0123ABCD-4567-89EF-0102-0304050607FF}"));
    cr_assert_eq(StringFromCLSID(&some, &made), S_OK);
    cr_assert(com_wcseq(text, made));
    CoTaskMemFree(made);
    cr_assert_eq(CLSIDFromString(NULL, &back), S_OK);
    cr_assert_eq(memcmp(&back, &(GUID){0}, sizeof(back)), 0);
    cr_assert_eq(CLSIDFromString(u"{0123abcd-4567-89ef-0102-0304050607ff}", &back), S_OK);
    cr_assert_eq(memcmp(&back, &some, sizeof(back)), 0);
    cr_assert_eq(CLSIDFromString(u"0123ABCD-4567-89EF-0102-0304050607FF", &back), CO_E_CLASSSTRING);
    cr_assert_eq(IIDFromString(u"{0123ABCD}", &back), CO_E_IIDSTRING);
}

/* Protected content that a provider is handed directly: what its licence does not allow it refuses,
 * and says why. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_licence.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_operation.h"
#include "spcore/base.h"

#define TRANSFER_CASE(token, ics_, title_, level_, needs_, steps_, ...)                            \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES | (needs_), .steps = steps_)
#define JUDGED "PROVIDER.DIRECT && PROVIDER.RIGHTS"

enum { COPY = WMDM_RIGHTS_PLAY_ON_PC | WMDM_RIGHTS_COPY_TO_NON_SDMI_DEVICE };

static HRESULT transfer(struct wmdm *w, const char *name, const BYTE *data, size_t length)
{
    struct conf *c = wmdm_conf(w);
    IMDSPDirectTransfer *direct = AS(IMDSPDirectTransfer, wmdm_work_folder(w));
    WCHAR *path = wmdm_source(c, "source.bin", data, length, 0);
    WCHAR *wide = com_utf16_from_utf8(name);
    HRESULT hr;

    wmdm_made(w, name);
    hr = CALL(IMDSPDirectTransfer, TransferToDevice, direct, path, NULL, WMDM_CONTENT_FILE, wide,
              NULL, NULL, NULL);
    CoTaskMemFree(wide);
    CoTaskMemFree(path);
    RELEASE(direct);
    return hr;
}

static HRESULT transfer_licensed(struct wmdm *w, const char *name,
                                 const struct wmdm_licence *licence)
{
    BYTE file[WMDM_PROTECTED_MAX];
    size_t length = wmdm_protected(licence, file);

    return transfer(w, name, file, length);
}

/* Does the provider tell rights to it? */
static bool has_rights(struct wmdm *w, const char *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *child = wmdm_child(w, wmdm_work_folder(w), name);
    WMDMRIGHTS *rights = NULL;
    BYTE mac[WMDM_MAC_LENGTH];
    DWORD count = 0;

    if (!child || CALL(IMDSPStorage, GetRights, child, &rights, &count, mac) != S_OK)
        count = 0;
    else
        CoTaskMemFree(rights);
    RELEASE(child);
    return count > 0;
}

TRANSFER_CASE(PROTECTED_DIRECT_BI_01, "PROVIDER.DIRECT",
              "Who is handed protected content treats it as such, or refuses it", CONF_MUST, 0,
              "TransferToDevice of a file that a real scheme marks as encrypted", "SP-DIRECT-011")
{
    struct wmdm *w = wmdm_open(c);
    BYTE file[WMDM_PROTECTED_MAX];
    HRESULT hr = transfer(w, "x.wma", file, wmdm_protected_otherwise(file));

    ROW("SP-DIRECT-011.code")
        CHECK_ANSWER(FAILED(hr) || (hr == S_OK && has_rights(w, "x.wma")), hr,
                     "a failure, whichever, or S_OK and rights to it");
    ROW("SP-DIRECT-011.nothing")
        CHECK(SUCCEEDED(hr) || !pv_is_listed(w, wmdm_work_folder(w), "x.wma"));
}

TRANSFER_CASE(PROTECTED_DIRECT_BV_01, JUDGED " && PROVIDER.OBJECT.READ",
              "What a licence allows to copy arrives whole", CONF_MUST, 0,
              "TransferToDevice of a file whose licence allows it to an application of the lowest "
              "level",
              "SP-DIRECT-011")
{
    struct wmdm *w = wmdm_open(c);
    const struct wmdm_licence licence = {.content = 1, .rights = COPY, .level = 1};
    BYTE file[WMDM_PROTECTED_MAX];
    size_t length = wmdm_protected(&licence, file), got = 0;
    HRESULT hr = transfer(w, "x.wma", file, length);
    IMDSPStorage *child = NULL;
    BYTE *seen = NULL;

    ROW("SP-DIRECT-011.allowed") {
        REQUIRE_HR(hr, S_OK);
        child = wmdm_child(w, wmdm_work_folder(w), "x.wma");
        REQUIRE(child != NULL);
        seen = wmdm_get(w, child, &got);
        CHECK_BYTES(seen, got, file, length);
    }
    free(seen);
    RELEASE(child);
}

TRANSFER_CASE(PROTECTED_LEVEL_BI_01, JUDGED, "The test pair is for unprotected content",
              CONF_SHOULD, 0,
              "TransferToDevice of a file whose licence wants a level that no certificate of the "
              "provider's own has, and of a plain one",
              "SP-DRM-002", "SP-AUTH-033")
{
    struct wmdm *w = wmdm_open(c);
    HRESULT plain,
        hr = transfer_licensed(w, "x.wma",
                               &(struct wmdm_licence){.content = 1, .rights = COPY, .level = 150});

    ROW("SP-DRM-002.refused")
        CHECK_ANSWER(hr == WMDM_E_INCORRECT_APPSEC || hr == WMDM_E_NOTCERTIFIED, hr,
                     "WMDM_E_INCORRECT_APPSEC or WMDM_E_NOTCERTIFIED");
    ROW("SP-AUTH-033.refused")
        CHECK_ANSWER(hr == WMDM_E_INCORRECT_APPSEC || hr == WMDM_E_NOTCERTIFIED, hr,
                     "WMDM_E_INCORRECT_APPSEC or WMDM_E_NOTCERTIFIED");
    plain = transfer(w, "y.mp3", (const BYTE *)"plain", 5);
    ROW("SP-DRM-002.plain")
        CHECK_HR(plain, S_OK);
    ROW("SP-AUTH-033.plain")
        CHECK_HR(plain, S_OK);
}

/* A code of its own for each, of a licence in the header. */
static const struct state {
    const char *row;
    struct wmdm_licence licence;
    HRESULT hr;
} states[] = {
    {"SP-DRM-011.none", {.content = 1}, WMDM_E_NORIGHTS},
    {"SP-DRM-011.others",
     {.content = 2, .rights = WMDM_RIGHTS_PLAY_ON_PC | WMDM_RIGHTS_COPY_TO_CD},
     WMDM_E_INCORRECT_RIGHTS},
    {"SP-DRM-011.missing", {.content = 3, .is_absent = true}, WMDM_E_LICENSE_NOTEXIST},
};

TRANSFER_CASE(PROTECTED_STATE_BI_01, JUDGED, "What a licence does not allow is refused by its code",
              CONF_SHOULD, 0,
              "TransferToDevice of files whose licence has no rights, other ones, and of one "
              "without a licence",
              "SP-DRM-011")
{
    struct wmdm *w = wmdm_open(c);

    for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
        ROW(states[i].row)
            CHECK_HR(transfer_licensed(w, "x.wma", &states[i].licence), states[i].hr);
    }
    ROW("SP-DRM-011.nothing")
        CHECK(!pv_is_listed(w, wmdm_work_folder(w), "x.wma"));
}

TRANSFER_CASE(PROTECTED_EXPIRED_BI_01, JUDGED, "A licence that has expired is no licence",
              CONF_SHOULD, 0, "TransferToDevice of a file whose licence ended with 2001",
              "SP-DRM-011", "SP-DRM-013")
{
    struct wmdm *w = wmdm_open(c);
    const struct wmdm_licence licence = {.content = 1,
                                         .flags = WMDM_RIGHTS_EXPIRATIONDATE,
                                         .rights = COPY,
                                         .level = 1,
                                         .until = {2001, 12, 31, 23, 59, 59}};
    HRESULT hr = transfer_licensed(w, "x.wma", &licence);

    /* Who knows no time limits refuses them, or makes them none. */
    ROW("SP-DRM-013")
        CHECK_ANSWER(FAILED(hr) || !has_rights(w, "x.wma"), hr, "a refusal");
    ROW("SP-DRM-011.expired")
        CHECK_ANSWER(hr == WMDM_E_LICENSE_EXPIRED || hr == HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED),
                     hr, "WMDM_E_LICENSE_EXPIRED; ERROR_NOT_SUPPORTED where none is known");
}

TRANSFER_CASE(PROTECTED_REVOKED_BI_01, JUDGED, "Content that is revoked is refused as such",
              CONF_SHOULD, CONF_CONTROL,
              "TransferToDevice of a file that its licence allows, with a licence-store file that "
              "has a licence more for it, and with one that revokes it",
              "SP-DRM-011")
{
    struct wmdm *w = wmdm_open(c);
    const struct wmdm_licence held = {.content = 1, .rights = COPY, .level = 1};
    const struct wmdm_licence bare = {.content = 1, .is_absent = true};
    BYTE store[WMDM_PROTECTED_MAX];
    DWORD kind = WMDM_RECORD_LICENCE;
    size_t length = wmdm_store(&held, &kind, 1, store);
    IMDSPStorage *file = wmdm_put(w, wmdm_root(w), WMDM_LICENCE_STORE, store, length);

    ROW("SP-DRM-011.stored")
        CHECK_HR(transfer_licensed(w, "x.wma", &bare), S_OK);
    kind = WMDM_RECORD_REVOKED;
    length = wmdm_store(&held, &kind, 1, store);
    wmdm_fill(w, file, store, length);
    ROW("SP-DRM-011.revoked")
        CHECK_HR(transfer_licensed(w, "y.wma", &held), WMDM_E_REVOKED);
    wmdm_delete(w, file);
    RELEASE(file);
}

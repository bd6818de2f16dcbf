/* IMDSPStorage::GetRights: what a licence allows, of the simulation's licences. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_licence.h"
#include "conformance/wmdm/wmdm_offer.h"

#define RIGHTS_CASE(token, ics_, title_, level_, steps_, ...)                                      \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)

enum { ANY = WMDM_RIGHTS_PLAY_ON_PC | WMDM_RIGHTS_COPY_TO_NON_SDMI_DEVICE };

static const struct wmdm_licence unlimited = {.content = 1, .type = 1, .rights = ANY, .level = 1};
static const struct wmdm_licence counted = {
    .content = 2, .flags = WMDM_RIGHTS_PLAYBACKCOUNT, .rights = ANY, .level = 1, .count = 5};
static const struct wmdm_licence dated = {.content = 3,
                                          .flags = WMDM_RIGHTS_EXPIRATIONDATE,
                                          .rights = ANY,
                                          .level = 1,
                                          .until = {2030, 12, 31, 23, 59, 59}};

/* ---- one call */
struct rights {
    WMDMRIGHTS *item;
    DWORD count;
    BYTE mac[WMDM_MAC_LENGTH];
    HRESULT hr;
};

static struct rights ask(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = wmdm_conf(w);
    struct rights rights = {.item = POISON, .count = 77};

    rights.hr = CALL(IMDSPStorage, GetRights, storage, &rights.item, &rights.count, rights.mac);
    return rights;
}

static struct rights ask_of(struct wmdm *w, const char *name, const struct wmdm_licence *licence)
{
    struct conf *c = wmdm_conf(w);
    BYTE file[WMDM_PROTECTED_MAX];
    IMDSPStorage *storage =
        wmdm_put(w, wmdm_work_folder(w), name, file, wmdm_protected(licence, file));
    struct rights rights = ask(w, storage);

    RELEASE(storage);
    return rights;
}

/* In a ROW: the MAC is that of these rights. */
static void check_mac(struct wmdm *w, const struct rights *rights)
{
    struct conf *c = wmdm_conf(w);
    BYTE mac[WMDM_MAC_LENGTH];

    wmdm_mac(w, rights->item, rights->count * sizeof(*rights->item), &rights->count,
             sizeof(rights->count), mac);
    CHECK_BYTES(rights->mac, sizeof(rights->mac), mac, sizeof(mac));
}

/* The first of them; what its fields are then compared with is in there. */
static const WMDMRIGHTS *first(struct conf *c, const struct rights *rights)
{
    REQUIRE_HR(rights->hr, S_OK);
    REQUIRE(rights->count >= 1 && rights->item);
    return rights->item;
}

static void release(struct rights *rights)
{
    if (SUCCEEDED(rights->hr))
        CoTaskMemFree(rights->item);
}

RIGHTS_CASE(PROTECTED_RIGHTS_BV_01, "PROVIDER.RIGHTS",
            "The rights of a licence are told, with a MAC", CONF_MUST,
            "GetRights of a file with an unlimited licence in its header, twice", "SP-DRM-007",
            "SP-MAC-012")
{
    struct wmdm *w = wmdm_open(c);
    BYTE file[WMDM_PROTECTED_MAX];
    IMDSPStorage *storage =
        wmdm_put(w, wmdm_work_folder(w), "a.wma", file, wmdm_protected(&unlimited, file));
    struct rights one = ask(w, storage), other = ask(w, storage);
    const WMDMRIGHTS *right = NULL;

    ROW("SP-DRM-007.licence") {
        right = first(c, &one);
        CHECK_EQ(one.count, 1);
        CHECK_EQ(right->fuRights, ANY);
        CHECK_EQ(right->dwContentType, unlimited.type);
        CHECK_EQ(right->dwAppSec, unlimited.level);
    }
    ROW("SP-DRM-007.own") {
        CHECK_HR(other.hr, S_OK);
        CHECK(one.item != other.item);
    }
    ROW("SP-MAC-012")
        check_mac(w, &one);
    release(&one);
    if (one.item != other.item)
        release(&other);
    RELEASE(storage);
}

RIGHTS_CASE(PROTECTED_RIGHTS_BV_02, "PROVIDER.RIGHTS", "The fields of a right agree", CONF_MUST,
            "GetRights of files with an unlimited licence, one for five times and one until the "
            "end of 2030",
            "SP-DRM-008", "SP-DRM-009", "SP-MAC-012")
{
    struct wmdm *w = wmdm_open(c);
    struct rights plain = ask_of(w, "a.wma", &unlimited), count = ask_of(w, "b.wma", &counted);
    struct rights date = ask_of(w, "c.wma", &dated);
    const WMDMRIGHTS *right = NULL;

    ROW("SP-DRM-008.size")
        CHECK_EQ(first(c, &plain)->cbSize, sizeof(WMDMRIGHTS));
    ROW("SP-DRM-008.none")
        CHECK_EQ(first(c, &plain)->fuFlags &
                     (WMDM_RIGHTS_PLAYBACKCOUNT | WMDM_RIGHTS_EXPIRATIONDATE),
                 0);
    ROW("SP-DRM-008.count") {
        right = first(c, &count);
        CHECK_EQ(right->fuFlags & WMDM_RIGHTS_PLAYBACKCOUNT, WMDM_RIGHTS_PLAYBACKCOUNT);
        CHECK_EQ(right->dwPlaybackCount, 5);
    }
    ROW("SP-MAC-012") {
        check_mac(w, &plain);
        check_mac(w, &count);
    }
    ROW("SP-DRM-009.never")
        CHECK_EQ(first(c, &plain)->ExpirationDate.wYear, 0xffff);
    /* Time-limited licences need not be known (SP-DRM-013). */
    if (date.hr != S_OK || !date.count || !(date.item->fuFlags & WMDM_RIGHTS_EXPIRATIONDATE)) {
        ROW("SP-DRM-009.until")
            conf_excused(c, 2, "it knows no time-limited licences");
    } else {
        ROW("SP-DRM-009.until") {
            CHECK_EQ(date.item->ExpirationDate.wYear, 2030);
            CHECK_EQ(date.item->ExpirationDate.wMonth, 12);
        }
    }
    release(&date);
    release(&count);
    release(&plain);
}

/* One in the header, one in the store: in which order, and whether it knows stores, is the
 * provider's. */
RIGHTS_CASE(PROTECTED_RIGHTS_BV_03, "PROVIDER.RIGHTS", "Of two licences each has its right",
            CONF_MUST,
            "a licence store with a licence for five times; GetRights of a file with the same "
            "content and an unlimited one in its header",
            "SP-DRM-007", "SP-MAC-012")
{
    struct wmdm *w = wmdm_open(c);
    const DWORD kind = WMDM_RECORD_LICENCE;
    struct wmdm_licence other = counted;
    BYTE store[WMDM_PROTECTED_MAX];
    IMDSPStorage *stored;
    struct rights rights;

    other.content = unlimited.content;
    stored =
        wmdm_put(w, wmdm_root(w), WMDM_LICENCE_STORE, store, wmdm_store(&other, &kind, 1, store));
    rights = ask_of(w, "a.wma", &unlimited);
    ROW("SP-DRM-007.each") {
        (void)first(c, &rights);
        if (rights.count == 2)
            CHECK_EQ((rights.item[0].fuFlags ^ rights.item[1].fuFlags) & WMDM_RIGHTS_PLAYBACKCOUNT,
                     WMDM_RIGHTS_PLAYBACKCOUNT);
        else
            conf_excused(c, 1, "its rights are those of the header");
    }
    ROW("SP-MAC-012")
        check_mac(w, &rights);
    release(&rights);
    wmdm_delete(w, stored);
    RELEASE(stored);
}

RIGHTS_CASE(PROTECTED_RIGHTS_BI_01, "ANY", "GetRights may be left out, and says nothing by halves",
            CONF_MAY, "GetRights of a plain file, its outputs poisoned", "SP-DRM-006")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *plain = wmdm_put(w, wmdm_work_folder(w), "plain.mp3", "plain", 5);
    struct rights rights = ask(w, plain);

    ROW("SP-DRM-006.code")
        CHECK_ANSWER(rights.hr == S_OK || !wmdm_is_offered(rights.hr) ||
                         rights.hr == WMDM_E_NORIGHTS /* SP-DRM-010 has its say */,
                     rights.hr, "S_OK, WMDM_E_NOTSUPPORTED or E_NOTIMPL");
    ROW("SP-DRM-006.array") {
        if (rights.hr == S_OK)
            CHECK(rights.count == 0 || rights.item != NULL);
        else
            conf_excused(c, 1, "it does without");
    }
    release(&rights);
    RELEASE(plain);
}

RIGHTS_CASE(PROTECTED_PLAIN_BV_01, "PROVIDER.OBJECT.READ", "What is not protected needs no rights",
            CONF_SHOULD, "GetRights of a plain file, which is then read to its end", "SP-DRM-010")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *plain = wmdm_put(w, wmdm_work_folder(w), "plain.mp3", "plain", 5);
    struct rights rights = ask(w, plain);
    size_t length = 0;
    BYTE *seen = NULL;

    ROW("SP-DRM-010.rights")
        CHECK_ANSWER((rights.hr == S_OK && !rights.count) || !wmdm_is_offered(rights.hr), rights.hr,
                     "S_OK with a count of 0, WMDM_E_NOTSUPPORTED or E_NOTIMPL");
    ROW("SP-DRM-010.read") {
        seen = wmdm_get(w, plain, &length);
        CHECK_BYTES(seen, length, "plain", 5);
    }
    free(seen);
    release(&rights);
    RELEASE(plain);
}

RIGHTS_CASE(PROTECTED_MEDIUM_BV_01, "PROVIDER.RIGHTS",
            "A medium that rights are told of has a serial number with its MAC", CONF_MUST,
            "GetSerialNumber of each medium of the device", "SP-DRM-001", "SP-GLOB-009")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumStorage *roots = NULL;
    IMDSPStorage *root = NULL;
    ULONG got = 0;

    SETUP_CALL(IMDSPDevice, EnumStorage, wmdm_device(w), &roots);
    while (CALL(IMDSPEnumStorage, Next, roots, 1, &root, &got) == S_OK) {
        IMDSPStorageGlobals *medium = NULL;
        BYTE mac[WMDM_MAC_LENGTH] = {0}, expected[WMDM_MAC_LENGTH];
        WMDMID id = {0};

        SETUP_CALL(IMDSPStorage, GetStorageGlobals, root, &medium);
        ROW("SP-DRM-001.serial") {
            CHECK_HR(CALL(IMDSPStorageGlobals, GetSerialNumber, medium, &id, mac), S_OK);
            CHECK(id.SerialNumberLength > 0);
        }
        ROW("SP-GLOB-009.medium")
            CHECK_HR(CALL(IMDSPStorageGlobals, GetSerialNumber, medium, &id, mac), S_OK);
        wmdm_mac(w, &id, sizeof(id), NULL, 0, expected);
        ROW("SP-DRM-001.mac")
            CHECK_BYTES(mac, sizeof(mac), expected, sizeof(expected));
        RELEASE(medium);
        RELEASE(root);
    }
    RELEASE(roots);
}

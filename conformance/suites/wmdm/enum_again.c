/* What is there more than once, or not all the time: a device that is created again while it is
 * open, and a medium that is taken out of it and put in again. */
#include <string.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_created.h"
#include "conformance/wmdm/wmdm_walk.h"

/* ---- a device created again */

static struct wmdm_created create(struct wmdm *w)
{
    struct wmdm_created made = wmdm_created_new(w, conf_device_uri(wmdm_conf(w)));

    wmdm_setup(wmdm_conf(w), "IMDServiceProvider2::CreateDevice", made.hr);
    return made;
}

/* The first root of that device; a reference of the caller's. */
static IMDSPStorage *root_of(struct wmdm *w, IMDSPDevice *device)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *roots[WMDM_ROOTS] = {NULL};
    DWORD count = wmdm_created_roots(w, device, roots);

    for (DWORD i = 1; i < count; i++)
        RELEASE(roots[i]);
    REQUIRE(roots[0] != NULL);
    return roots[0];
}

static void check_serial(struct wmdm *w, IMDSPDevice *one, IMDSPDevice *other)
{
    struct conf *c = wmdm_conf(w);
    BYTE mac[WMDM_MAC_LENGTH];
    WMDMID id = {0}, again = {0};

    CHECK_HR(CALL(IMDSPDevice, GetSerialNumber, one, &id, mac), S_OK);
    CHECK_HR(CALL(IMDSPDevice, GetSerialNumber, other, &again, mac), S_OK);
    CHECK(id.SerialNumberLength == again.SerialNumberLength &&
          id.SerialNumberLength <= sizeof(id.pID) &&
          memcmp(id.pID, again.pID, id.SerialNumberLength) == 0);
}

/* What one makes the other has, and what the other deletes the one has no more. */
static void check_changes(struct wmdm *w, IMDSPDevice *one, IMDSPDevice *other)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *here = root_of(w, one), *there = root_of(w, other), *made, *seen;

    wmdm_made(w, "papcheck-again.bin");
    made = wmdm_put(w, here, "papcheck-again.bin", "again", 5);
    RELEASE(made);
    seen = wmdm_child(w, there, "papcheck-again.bin");
    CHECK(seen != NULL);
    if (seen)
        wmdm_delete(w, seen);
    RELEASE(seen);
    CHECK(!pv_is_listed(w, here, "papcheck-again.bin"));
    RELEASE(there);
    RELEASE(here);
}

CONF_CASE(ENUM_AGAIN_BV_01, .title = "A device that is created again is the same one, and its own",
          .reqs = REQS("SP-PNP-009", "SP-PNP-015"), .ics = "PROVIDER.PNP",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps =
              "CreateDevice twice: arrays and serial numbers; a file made by one and deleted by "
              "the other; the second's name when the first is released")
{
    struct wmdm *w = wmdm_open(c);
    struct wmdm_created first = create(w), again;
    WCHAR name[300] = {0};

    ROW("SP-PNP-015.code") {
        again = wmdm_created_new(w, conf_device_uri(c));
        REQUIRE_HR(again.hr, S_OK);
    }
    ROW("SP-PNP-009.own")
        REQUIRE(again.device != first.device);
    ROW("SP-PNP-015.serial") {
        if (conf_offers(c, "PROVIDER.DEVICE.SERIAL"))
            check_serial(w, first.device[0], again.device[0]);
        else
            conf_excused(c, 3, "the provider has no serial numbers of devices");
    }
    ROW("SP-PNP-015.changes")
        check_changes(w, first.device[0], again.device[0]);
    wmdm_created_release(w, &first);
    ROW("SP-PNP-009.references")
        CHECK_HR(CALL(IMDSPDevice, GetName, again.device[0], name, 300), S_OK);
    wmdm_created_release(w, &again);
}

/* ---- a medium taken out and put in */

static void verb(struct conf *c, const char *name)
{
    char request[64];

    snprintf(request, sizeof(request), "{\"verb\":\"%s\",\"storage\":1}", name);
    free(conf_control(c, request));
}

/* How many roots all devices together have. Pseudo-devices are made anew, as Reinitialize does. */
static DWORD roots_now(struct wmdm *w, struct wmdm_created *made)
{
    DWORD count = 0;

    if (made->count != 1) {
        wmdm_created_release(w, made);
        *made = create(w);
    }
    for (DWORD i = 0; i < made->count; i++)
        count += wmdm_created_roots(w, made->device[i], NULL);
    return count;
}

/* The globals of the second medium, of whichever device has it. */
static IMDSPStorageGlobals *second_medium(struct wmdm *w, const struct wmdm_created *made)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorageGlobals *globals = NULL;
    IMDSPStorage *roots[WMDM_ROOTS] = {NULL};
    DWORD count = wmdm_created_roots(w, made->device[made->count - 1], roots);
    DWORD which = made->count == 1 ? 1 : 0;

    REQUIRE(count > which);
    SETUP_CALL(IMDSPStorage, GetStorageGlobals, roots[which], &globals);
    for (DWORD i = 0; i < count; i++)
        RELEASE(roots[i]);
    return globals;
}

static DWORD status_of(struct wmdm *w, IMDSPStorageGlobals *globals)
{
    struct conf *c = wmdm_conf(w);
    DWORD status = 0;
    HRESULT hr = CALL(IMDSPStorageGlobals, GetStatus, globals, &status);

    return SUCCEEDED(hr) ? status : 0;
}

/* Of a medium that is out. */
static void check_out(struct wmdm *w, IMDSPStorageGlobals *medium)
{
    struct conf *c = wmdm_conf(w);
    DWORD status = status_of(w, medium);

    ROW("SP-GLOB-014.absent")
        CHECK(status & WMDM_STATUS_STORAGE_NOTPRESENT);
    ROW("SP-GLOB-014.unready")
        CHECK(!(status & WMDM_STATUS_READY));
}

/* The whole device, of which one medium is out, is there. */
static void check_device(struct wmdm *w, const struct wmdm_created *made)
{
    struct conf *c = wmdm_conf(w);
    DWORD status = 0;

    ROW("SP-DEV-023.whole") {
        if (made->count == 1) {
            CHECK_HR(CALL(IMDSPDevice, GetStatus, made->device[0], &status), S_OK);
            CHECK_EQ(status & (WMDM_STATUS_STORAGE_NOTPRESENT | WMDM_STATUS_STORAGE_BROKEN |
                               WMDM_STATUS_STORAGE_NOTSUPPORTED | WMDM_STATUS_STORAGE_UNFORMATTED),
                     0);
        } else {
            conf_excused(c, 2, "each medium is a device");
        }
    }
}

static WMDMID serial_of(struct wmdm *w, IMDSPStorageGlobals *medium)
{
    struct conf *c = wmdm_conf(w);
    BYTE mac[WMDM_MAC_LENGTH];
    WMDMID id = {0};

    REQUIRE_HR(CALL(IMDSPStorageGlobals, GetSerialNumber, medium, &id, mac), S_OK);
    REQUIRE(id.SerialNumberLength <= sizeof(id.pID));
    return id;
}

static bool is_same(const WMDMID *one, const WMDMID *other)
{
    return one->SerialNumberLength == other->SerialNumberLength &&
           memcmp(one->pID, other->pID, one->SerialNumberLength) == 0;
}

/* `id`: the card's, before it was out; NULL: it has none. */
static void check_in(struct wmdm *w, IMDSPStorageGlobals *medium, const WMDMID *id)
{
    struct conf *c = wmdm_conf(w);
    WMDMID now;

    ROW("SP-GLOB-014.again")
        CHECK_EQ(status_of(w, medium) & (WMDM_STATUS_READY | WMDM_STATUS_STORAGE_NOTPRESENT),
                 WMDM_STATUS_READY);
    if (id) {
        ROW("SP-GLOB-011.again") {
            now = serial_of(w, medium);
            CHECK(is_same(&now, id));
        }
    }
}

static WMDMID check_card(struct wmdm *w, IMDSPStorageGlobals *medium, IMDSPDevice *device)
{
    struct conf *c = wmdm_conf(w);
    BYTE mac[WMDM_MAC_LENGTH];
    WMDMID id, whole = {0};

    ROW("SP-GLOB-011.medium") {
        id = serial_of(w, medium);
        if (CALL(IMDSPDevice, GetSerialNumber, device, &whole, mac) == S_OK)
            CHECK(!is_same(&id, &whole));
        else
            conf_excused(c, 1, "the device has no serial number");
    }
    return id;
}

CONF_CASE(ENUM_MEDIUM_BV_01, .title = "A medium that is taken out is gone until it is put in again",
          .reqs = REQS("SP-PNP-021", "SP-DEV-023", "SP-GLOB-011", "SP-GLOB-014"),
          .ics = "PROVIDER.PNP", .player = "pap-player", .needs = CONF_PROVIDER | CONF_CONTROL,
          .steps = "EnumStorage, serial numbers; the second medium out: EnumStorage, GetStatus of "
                   "medium and device; in again: EnumStorage, GetStatus, serial number")
{
    const bool has_serial = conf_offers(c, "PROVIDER.MEDIUM.SERIAL");
    struct wmdm *w = wmdm_open(c);
    struct wmdm_created made;
    IMDSPStorageGlobals *medium;
    DWORD roots;
    WMDMID id;

    wmdm_prefer_whole(w);
    made = create(w);
    ROW("SP-PNP-021.out") {
        roots = roots_now(w, &made);
        medium = second_medium(w, &made);
    }
    if (has_serial)
        id = check_card(w, medium, made.device[0]);
    verb(c, "eject");
    check_out(w, medium);
    check_device(w, &made);
    ROW("SP-PNP-021.out")
        CHECK_EQ(roots_now(w, &made) + 1, roots);
    verb(c, "insert");
    ROW("SP-PNP-021.in")
        CHECK_EQ(roots_now(w, &made), roots);
    check_in(w, medium, has_serial ? &id : NULL);
    RELEASE(medium);
    wmdm_created_release(w, &made);
}

/* What attributes say can be done with an object, and whether it can. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

#define NESTED "PROVIDER.MEDIUM.NESTED"

static HRESULT move_it(struct wmdm *w, IMDSPStorage *storage, IMDSPStorage *target)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, storage);
    HRESULT hr = CALL(IMDSPObject, Move, object, WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO,
                      NULL, target);

    RELEASE(object);
    return hr;
}

/* One way or the other, as the attribute says. */
static void check_said(struct wmdm *w, IMDSPStorage *storage, DWORD attribute, HRESULT hr,
                       const char *can, const char *cannot)
{
    struct conf *c = wmdm_conf(w);
    bool is_said = false;

    ROW(can)
        is_said = pv_attributes(w, storage) & attribute;
    if (is_said) {
        ROW(can)
            CHECK_HR(hr, S_OK);
    } else {
        ROW(can)
            conf_excused(c, 1, "it does not say so");
        ROW(cannot)
            CHECK_FAILS(hr);
    }
}

/* The medium of whoever has this judged keeps its name. */
static void name_again(struct wmdm *w, const char *name)
{
    char *now = wmdm_name(w, wmdm_root(w));
    WCHAR *wide = com_utf16_from_utf8(name);

    if (now && wide && strcmp(now, name) != 0)
        (void)pv_rename(w, wmdm_root(w), wide);
    CoTaskMemFree(wide);
    free(now);
}

CONF_CASE(
    STORAGE_CAN_BV_01, .title = "What can be renamed or moved says so, and the rest does not",
    .reqs = REQS("SP-OBJ-041", "SP-OBJ-045"), .level = CONF_MAY, .ics = NESTED,
    .needs = CONF_PROVIDER | CONF_WRITES,
    .steps = "CANRENAME and CANMOVE of a file, a folder and a medium; Rename and Move of each")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w);
    IMDSPStorage *folder = wmdm_create(w, work, "sub", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *file = wmdm_put(w, work, "f.bin", "x", 1);
    IMDSPStorage *to = wmdm_create(w, work, "to", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *const storages[] = {file, folder, wmdm_root(w)};
    char *medium = wmdm_name(w, wmdm_root(w));

    for (size_t i = 0; i < ARRAY_SIZE(storages); i++)
        check_said(w, storages[i], WMDM_FILE_ATTR_CANRENAME,
                   pv_rename(w, storages[i], i ? u"renamed" : u"renamed.bin"), "SP-OBJ-041.can",
                   "SP-OBJ-041.cannot");
    name_again(w, medium ? medium : "");
    for (size_t i = 0; i < ARRAY_SIZE(storages); i++)
        check_said(w, storages[i], WMDM_FILE_ATTR_CANMOVE, move_it(w, storages[i], to),
                   "SP-OBJ-045.can", "SP-OBJ-045.cannot");
    free(medium);
    RELEASE(to);
    RELEASE(file);
    RELEASE(folder);
}

CONF_CASE(STORAGE_CAN_BV_02, .title = "What Windows Media Player synchronises can be read",
          .reqs = REQS("SP-OBJ-022"), .ics = "PROVIDER.SYNC", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Read of a file, and its CANREAD")
{
    struct wmdm_file *f = pv_thousand(c);
    BYTE data[16];
    DWORD size = sizeof(data);
    HRESULT hr;

    wmdm_file_open(f, MDSP_READ);
    ROW("SP-OBJ-022.read") {
        hr = wmdm_read(f->w, f->object, data, &size);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what a player is read by");
    }
    wmdm_file_close(f);
    ROW("SP-OBJ-022.said")
        CHECK(pv_attributes(f->w, f->storage) & WMDM_FILE_ATTR_CANREAD);
}

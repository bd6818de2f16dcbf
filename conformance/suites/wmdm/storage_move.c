/* IMDSPObject::Move: where an object goes, and where it does not. */
#include <time.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_thread.h"
#include "spcore/base.h"

#define NESTED "PROVIDER.MEDIUM.NESTED"
#define MOVE_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define READS "PROVIDER.OBJECT.READ"
#define MOVES "PROVIDER.OBJECT.MOVE && "

static HRESULT move_how(struct wmdm *w, IMDSPStorage *storage, DWORD mode, IMDSPStorage *target)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, storage);
    HRESULT hr = CALL(IMDSPObject, Move, object, mode, NULL, target);

    RELEASE(object);
    return hr;
}

static HRESULT move_it(struct wmdm *w, IMDSPStorage *storage, IMDSPStorage *target)
{
    return move_how(w, storage, WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO, target);
}

MOVE_CASE(STORAGE_MOVE_BV_01, MOVES NESTED,
          "Move changes the place, and the pointer is of the file there", CONF_MUST,
          "Move(BLOCK|INSERTINTO) into a folder; both folders, parent and content", "SP-OBJ-046",
          "SP-OBJ-049", "SP-OBJ-039")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "content", 7);
    IMDSPStorage *folder = pv_folder(w, work, "to"), *parent = NULL;
    IMDSPStorage4 *four;
    IMDSPObject *object;
    BYTE data[16];
    DWORD size = sizeof(data);

    ROW("SP-OBJ-039.move")
        CHECK_HR(move_it(w, file, folder), S_OK);
    ROW("SP-OBJ-046.into")
        CHECK(pv_is_listed(w, folder, "f.bin"));
    ROW("SP-OBJ-046.left")
        CHECK(!pv_is_listed(w, work, "f.bin"));
    if (conf_offers(c, READS)) {
        object = AS(IMDSPObject, file);
        ROW("SP-OBJ-049.open") {
            REQUIRE_HR(CALL(IMDSPObject, Open, object, MDSP_READ), S_OK);
            CHECK_HR(wmdm_read(w, object, data, &size), S_OK);
            CHECK(size == 7 && memcmp(data, "content", 7) == 0);
        }
        SETUP_CALL(IMDSPObject, Close, object);
        RELEASE(object);
    }
    if (conf_offers(c, "PROVIDER.STORAGE4")) {
        four = AS(IMDSPStorage4, file);
        ROW("SP-OBJ-049.parent") {
            REQUIRE_HR(CALL(IMDSPStorage4, GetParent, four, &parent), S_OK);
            CHECK(pv_is_called(w, parent, "to"));
        }
        RELEASE(parent);
        RELEASE(four);
    }
    RELEASE(folder);
    RELEASE(file);
}

MOVE_CASE(STORAGE_MOVE_BI_01, MOVES NESTED, "A file takes nothing in", CONF_MUST,
          "Move(BLOCK|INSERTINTO) into a file of another folder; both folders", "SP-OBJ-046")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "x", 1);
    IMDSPStorage *folder = pv_folder(w, work, "to"), *target = wmdm_put(w, folder, "t.bin", "t", 1);
    HRESULT hr;

    ROW("SP-OBJ-046.file") {
        hr = move_it(w, file, target);
        CHECK_FAILS(hr);
    }
    ROW("SP-OBJ-046.kept")
        CHECK(pv_is_listed(w, work, "f.bin") && !pv_is_listed(w, folder, "f.bin"));
    RELEASE(target);
    RELEASE(folder);
    RELEASE(file);
}

/* ---- beside */
static void moves_beside(struct wmdm *w, DWORD insert, const char *name, const char *row)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, name, "x", 1);
    IMDSPStorage *folder = pv_folder(w, work, name + 1), *beside = pv_folder(w, folder, "beside");

    ROW(row) {
        CHECK_HR(move_how(w, file, WMDM_MODE_BLOCK | insert, beside), S_OK);
        CHECK(pv_is_listed(w, folder, name) && !pv_is_listed(w, beside, name));
    }
    RELEASE(beside);
    RELEASE(folder);
    RELEASE(file);
}

MOVE_CASE(STORAGE_MOVE_BV_02, MOVES NESTED, "Beside a folder is not in it", CONF_MUST,
          "Move(BLOCK|INSERTBEFORE) and (BLOCK|INSERTAFTER) with a folder in a folder as target",
          "SP-OBJ-047")
{
    struct wmdm *w = wmdm_open(c);

    moves_beside(w, WMDM_STORAGECONTROL_INSERTBEFORE, "b.bin", "SP-OBJ-047.before");
    moves_beside(w, WMDM_STORAGECONTROL_INSERTAFTER, "a.mp3", "SP-OBJ-047.after");
}

/* ---- nowhere */
MOVE_CASE(STORAGE_MOVE_BI_02, MOVES NESTED, "A folder does not go into itself", CONF_SHOULD,
          "Move(BLOCK|INSERTINTO) of a folder into itself and into one of its own; the tree",
          "SP-OBJ-050")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *folder = pv_folder(w, work, "sub");
    IMDSPStorage *inner = pv_folder(w, folder, "inner"), *last = pv_folder(w, inner, "last");

    ROW("SP-OBJ-050.itself")
        CHECK_FAILS(move_it(w, folder, folder));
    ROW("SP-OBJ-050.below")
        CHECK_FAILS(move_it(w, folder, last));
    ROW("SP-OBJ-050.kept")
        CHECK(pv_is_listed(w, work, "sub") && pv_is_listed(w, folder, "inner") &&
              pv_is_listed(w, inner, "last"));
    RELEASE(last);
    RELEASE(inner);
    RELEASE(folder);
}

/* The second medium at the same path, which is a device of its own or the one's second root; a
 * reference of the caller's, NULL: there is none. */
static IMDSPStorage *root_of_another(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    WCHAR *path = com_utf16_from_utf8(conf_device_uri(c));
    IMDServiceProvider2 *provider = AS(IMDServiceProvider2, wmdm_provider(w));
    IMDSPEnumStorage *all = NULL;
    IMDSPDevice **devices = NULL;
    IMDSPStorage *roots[2] = {NULL, NULL};
    DWORD count = 0, got = 0;

    SETUP_CALL(IMDServiceProvider2, CreateDevice, provider, path, &count, &devices);
    SETUP_CALL(IMDSPDevice, EnumStorage, devices[count - 1], &all);
    (void)CALL(IMDSPEnumStorage, Next, all, count == 1 ? 2 : 1, roots, &got);
    RELEASE(all);
    if (count == 1)
        RELEASE(roots[0]);
    for (DWORD i = 0; i < count; i++)
        RELEASE(devices[i]);
    CoTaskMemFree(devices);
    CoTaskMemFree(path);
    RELEASE(provider);
    return count == 1 ? roots[1] : roots[0];
}

MOVE_CASE(STORAGE_MOVE_BI_03, MOVES NESTED " && PROVIDER.PNP",
          "Another medium takes nothing in by a move", CONF_MUST,
          "Move(BLOCK|INSERTINTO) with the root of another medium as target; both", "SP-OBJ-048")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "papcheck-f.bin", "x", 1);
    IMDSPStorage *other = root_of_another(w);

    if (!other)
        conf_inconclusive(c, "the device has one medium");
    ROW("SP-OBJ-048.code")
        CHECK_FAILS(move_it(w, file, other));
    ROW("SP-OBJ-048.kept")
        CHECK(pv_is_listed(w, work, "papcheck-f.bin") && !pv_is_listed(w, other, "papcheck-f.bin"));
    RELEASE(other);
    RELEASE(file);
}

/* ---- in the background */
static bool comes(struct wmdm *w, IMDSPStorage *folder, const char *name)
{
    const struct timespec between = {.tv_nsec = 20 * 1000 * 1000};
    unsigned tries = 0;

    while (!pv_is_listed(w, folder, name) && tries++ < 250)
        nanosleep(&between, NULL);
    return pv_is_listed(w, folder, name);
}

MOVE_CASE(STORAGE_MOVE_BV_03, MOVES NESTED, "A move in the background is done in the end",
          CONF_SHOULD,
          "Move(THREAD|INSERTINTO), its pointers released at once: the object comes; Move of both "
          "modes: it is there when the call is back",
          "SP-OBJ-051", "SP-THREAD-011")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *folder = pv_folder(w, work, "to");
    IMDSPStorage *one = wmdm_put(w, work, "one.bin", "x", 1);
    IMDSPStorage *two = wmdm_put(w, work, "two.bin", "x", 1);
    HRESULT hr;

    ROW("SP-OBJ-051.thread") {
        hr = move_how(w, one, WMDM_MODE_THREAD | WMDM_STORAGECONTROL_INSERTINTO, folder);
        CHECK_ANSWER(hr == S_OK || hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL, hr,
                     "S_OK, or that there is no such mode");
    }
    RELEASE(one);
    ROW("SP-THREAD-011.move") {
        if (hr == S_OK)
            CHECK(comes(w, folder, "one.bin"));
        else
            conf_excused(c, 1, "nothing is moved in the background");
    }
    ROW("SP-OBJ-051.both") {
        CHECK_HR(move_how(w, two,
                          WMDM_MODE_BLOCK | WMDM_MODE_THREAD | WMDM_STORAGECONTROL_INSERTINTO,
                          folder),
                 S_OK);
        CHECK(pv_is_listed(w, folder, "two.bin"));
    }
    RELEASE(two);
    RELEASE(folder);
}

/* A device that is pulled while a file is written, and objects of before it when it is back. */
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"

#define BLOCK 4096u

/* A file in the work folder that is open and has so many blocks. */
static IMDSPObject *writing(struct wmdm *w, unsigned blocks)
{
    struct conf *c = wmdm_conf(w);
    static const BYTE data[BLOCK];
    char name[32]; /* one of its own: where there are no folders the one before may be left */
    IMDSPStorage *file;
    IMDSPObject *object;
    DWORD size = BLOCK;

    snprintf(name, sizeof(name), "papcheck-pulled-%u.bin", blocks);
    file =
        wmdm_create(w, wmdm_work_folder(w), name, WMDM_FILE_ATTR_FILE, 64 * (uint64_t)BLOCK, NULL);
    object = AS(IMDSPObject, file);
    SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
    for (unsigned i = 0; i < blocks; i++)
        wmdm_setup(c, "IMDSPObject::Write", wmdm_write(w, object, data, &size));
    RELEASE(file);
    return object;
}

/* Until a block fails: a provider may have taken some that are still on their way. */
static HRESULT write_on(struct wmdm *w, IMDSPObject *object)
{
    static const BYTE data[BLOCK];
    HRESULT hr = S_OK;

    for (unsigned i = 0; i < 64 && SUCCEEDED(hr); i++) {
        DWORD size = BLOCK;

        hr = wmdm_write(w, object, data, &size);
    }
    return hr;
}

/* A file whose content goes at once, at its end, or somewhere in between: one of both says it. */
static void check_pulled(struct wmdm *w, unsigned blocks)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = writing(w, blocks);
    HRESULT written, closed;

    free(conf_control(c, "{\"verb\":\"unplug\"}"));
    written = write_on(w, object);
    closed = CALL(IMDSPObject, Close, object);
    ROW("SP-LIFE-012.write")
        CHECK_ANSWER(FAILED(written) || FAILED(closed), written, "a failure of Write or of Close");
    RELEASE(object);
}

CONF_CASE(LIFE_PULLED_BI_01, .title = "A transfer whose device is pulled fails, wherever it is",
          .reqs = REQS("SP-LIFE-012"), .ics = "PROVIDER.PNP",
          .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,
          .steps =
              "A file of 64 blocks: the device is pulled before the first, after the first and "
              "after the 32nd; Write, Close and Release; plug")
{
    static const unsigned at[] = {0, 1, 32};

    for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
        struct wmdm *w = wmdm_open(c);

        check_pulled(w, at[i]);
        wmdm_forget_work_folder(w);
        wmdm_close(w);
        free(conf_control(c, "{\"verb\":\"plug\"}"));
    }
}

static bool is_there(struct wmdm *w, bool is_root, const char *folder, const char *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *place = is_root ? wmdm_root(w) : wmdm_child(w, wmdm_root(w), folder);
    IMDSPStorage *file = place ? wmdm_child(w, place, name) : NULL;
    bool is_there = file != NULL;

    RELEASE(file);
    if (!is_root)
        RELEASE(place);
    return is_there;
}

CONF_CASE(LIFE_PULLED_BI_02, .title = "Objects of before a replug stay dead",
          .reqs = REQS("SP-LIFE-014"), .ics = "PROVIDER.PNP",
          .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,
          .steps = "A file; unplug, GetStatus, plug; another instance has the device: GetSize and "
                   "Delete of the old object; the file is still there")
{
    struct wmdm *w = wmdm_open(c), *again;
    IMDSPStorage *work = wmdm_work_folder(w);
    const bool is_root = work == wmdm_root(w);
    char *folder = is_root ? NULL : wmdm_name(w, work);
    IMDSPStorage *file = wmdm_put(w, work, "papcheck-old.bin", "old", 3);
    IMDSPObject *object = AS(IMDSPObject, file);
    DWORD status = 0, low = 0, high = 0;

    free(conf_control(c, "{\"verb\":\"unplug\"}"));
    (void)CALL(IMDSPDevice, GetStatus, wmdm_device(w), &status); /* it sees that it is gone */
    free(conf_control(c, "{\"verb\":\"plug\"}"));
    again = wmdm_open(c);
    (void)wmdm_root(again);
    ROW("SP-LIFE-014.asked")
        CHECK_FAILS(CALL(IMDSPStorage, GetSize, file, &low, &high));
    ROW("SP-LIFE-014.delete")
        CHECK_FAILS(CALL(IMDSPObject, Delete, object, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE, NULL));
    ROW("SP-LIFE-014.kept")
        CHECK(is_there(again, is_root, folder, "papcheck-old.bin"));
    RELEASE(object);
    RELEASE(file);
    wmdm_forget_work_folder(w);
    wmdm_close(w);
    wmdm_close(again);
    free(folder);
}

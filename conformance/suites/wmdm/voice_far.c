/* What lies beyond 4 GiB of a file: Seek goes there in steps, and Read is of there. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"

/* The first file that is met whose last 5 bytes are beyond 4 GiB; a reference. */
struct far {
    IMDSPStorage *storage;
    uint64_t size;
};

static void look(struct wmdm *w, const struct snapshot *snapshot, const struct wmdm_seen *seen,
                 void *context)
{
    struct far *far = context;
    struct conf *c = wmdm_conf(w);

    (void)snapshot;
    if (far->storage || !seen->object || snapshot_size(seen->object) < UINT32_MAX + (uint64_t)5 ||
        snapshot_size(seen->object) > 2 * (uint64_t)UINT32_MAX)
        return;
    far->size = snapshot_size(seen->object);
    far->storage = seen->storage;
    SP_CALL("IMDSPStorage::AddRef", IMDSPStorage_AddRef(far->storage));
}

CONF_CASE(VOICE_FAR_BV_01, .title = "A file of more than 4 GiB is read to its end",
          .reqs = REQS("SP-OBJ-025", "SP-OBJ-014"),
          .ics = "PROVIDER.OBJECT.READ && PROVIDER.OBJECT.SEEK && PROVIDER.MEDIUM.FOLDERS",
          .player = "pap-voice", .needs = CONF_PROVIDER,
          .steps = "Seek to 5 bytes from its end, Read 16, Read; Seek to 4 GiB less one, on to 5 "
                   "bytes from its end by CUR, Read 16")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_TREE);
    struct wmdm *w = wmdm_open(c);
    struct far far = {NULL, 0};
    IMDSPObject *object;
    BYTE data[16];
    DWORD size = sizeof(data);

    wmdm_walk(w, snapshot, look, &far);
    if (!far.storage)
        conf_inconclusive(c, "the device has no file of more than 4 GiB, and less than 8");
    object = AS(IMDSPObject, far.storage);
    SETUP_CALL(IMDSPObject, Open, object, MDSP_READ);
    ROW("SP-OBJ-025.far") {
        CHECK_HR(CALL(IMDSPObject, Seek, object, MDSP_SEEK_EOF, 5), S_OK);
        CHECK_HR(wmdm_read(w, object, data, &size), S_OK);
        CHECK_EQ(size, 5);
    }
    size = sizeof(data);
    ROW("SP-OBJ-014.far") {
        CHECK_HR(wmdm_read(w, object, data, &size), S_OK);
        CHECK_EQ(size, 0);
    }
    size = sizeof(data);
    ROW("SP-OBJ-025.far-current") {
        CHECK_HR(CALL(IMDSPObject, Seek, object, MDSP_SEEK_BOF, UINT32_MAX), S_OK);
        CHECK_HR(CALL(IMDSPObject, Seek, object, MDSP_SEEK_CUR, (DWORD)(far.size - 5 - UINT32_MAX)),
                 S_OK);
        CHECK_HR(wmdm_read(w, object, data, &size), S_OK);
        CHECK_EQ(size, 5);
    }
    (void)CALL(IMDSPObject, Close, object);
    RELEASE(object);
    RELEASE(far.storage);
}

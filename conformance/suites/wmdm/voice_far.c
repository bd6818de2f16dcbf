/* What lies beyond 4 GiB of a file: Seek goes there in steps, and Read is of there, byte for byte.
 */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"

enum { SPAN = 64 }; /* bytes of it that lie beyond 4 GiB, at least */

struct far {
    const struct snapshot_object *file;
    IMDSPStorage *storage; /* a reference */
};

/* Seek goes there in two steps at most. */
static bool is_far(const struct snapshot_object *object)
{
    return snapshot_size(object) >= UINT32_MAX + (uint64_t)1 + SPAN &&
           snapshot_size(object) <= 2 * (uint64_t)UINT32_MAX;
}

/* The case ends where there is none. */
static const struct snapshot_object *far_file(struct conf *c, const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->object_count; i++) {
        if (is_far(&snapshot->objects[i]))
            return &snapshot->objects[i];
    }
    conf_inconclusive(c, "the device has no file of more than 4 GiB, and less than 8");
}

static void look(struct wmdm *w, const struct snapshot *snapshot, const struct wmdm_seen *seen,
                 void *context)
{
    struct far *far = context;
    struct conf *c = wmdm_conf(w);

    (void)snapshot;
    if (far->storage || seen->object != far->file)
        return;
    far->storage = seen->storage;
    SP_CALL("IMDSPStorage::AddRef", IMDSPStorage_AddRef(far->storage));
}

static void find(struct wmdm *w, const struct snapshot *snapshot, struct far *far)
{
    wmdm_walk(w, snapshot, look, far);
    if (!far->storage)
        conf_inconclusive(wmdm_conf(w), "the provider shows no file of more than 4 GiB");
}

CONF_CASE(VOICE_FAR_BV_01, .title = "A file of more than 4 GiB is read to its end",
          .reqs = REQS("SP-OBJ-025", "SP-OBJ-014"),
          .ics = "PROVIDER.OBJECT.READ && PROVIDER.OBJECT.SEEK && PROVIDER.MEDIUM.FOLDERS",
          .player = "pap-voice", .needs = CONF_PROVIDER,
          .steps = "Seek to 5 bytes from its end, Read 16, Read; Seek to 4 GiB less one, on to 5 "
                   "bytes from its end by CUR, Read 16")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_TREE);
    struct far far = {far_file(c, snapshot), NULL};
    struct wmdm *w = wmdm_open(c);
    IMDSPObject *object;
    BYTE data[16];
    DWORD size = sizeof(data);

    find(w, snapshot, &far);
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
        CHECK_HR(CALL(IMDSPObject, Seek, object, MDSP_SEEK_CUR,
                      (DWORD)(snapshot_size(far.file) - 5 - UINT32_MAX)),
                 S_OK);
        CHECK_HR(wmdm_read(w, object, data, &size), S_OK);
        CHECK_EQ(size, 5);
    }
    (void)CALL(IMDSPObject, Close, object);
    RELEASE(object);
    RELEASE(far.storage);
}

/* Its bytes from 4 GiB on, as the device hands them to the judge; the case ends where it does not.
 */
static void ask_device(struct conf *c, const struct snapshot_object *file, BYTE ret[SPAN])
{
    DUT dut = dut_session(c);
    uint32_t got = 0;

    if (mtpi_get_partial_object(dut.mtpi, file->handle, (uint64_t)UINT32_MAX + 1, SPAN, ret,
                                &got) ||
        got < SPAN)
        conf_inconclusive(c, "the device hands out nothing from beyond 4 GiB");
}

CONF_CASE(VOICE_FAR_BV_02, .title = "What is read beyond 4 GiB is what lies there",
          .reqs = REQS("SP-OBJ-012"),
          .ics = "PROVIDER.OBJECT.READ && PROVIDER.OBJECT.SEEK && PROVIDER.MEDIUM.FOLDERS",
          .player = "pap-voice", .needs = CONF_PROVIDER,
          .steps = "Seek to 4 GiB less one, Read 1; Read 64, against GetPartialObject64 of the "
                   "judge's own")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_TREE);
    struct far far = {far_file(c, snapshot), NULL};
    BYTE expected[SPAN], data[SPAN];
    DWORD one = 1, size = SPAN;
    IMDSPObject *object;
    struct wmdm *w;

    ask_device(c, far.file, expected);
    conf_transport_drop(c);
    w = wmdm_open(c);
    find(w, snapshot, &far);
    object = AS(IMDSPObject, far.storage);
    SETUP_CALL(IMDSPObject, Open, object, MDSP_READ);
    SETUP_CALL(IMDSPObject, Seek, object, MDSP_SEEK_BOF, UINT32_MAX);
    ROW("SP-OBJ-012.far") {
        REQUIRE_HR(wmdm_read(w, object, data, &one), S_OK);
        REQUIRE_HR(wmdm_read(w, object, data, &size), S_OK);
        CHECK_BYTES(data, size, expected, SPAN);
    }
    (void)CALL(IMDSPObject, Close, object);
    RELEASE(object);
    RELEASE(far.storage);
}

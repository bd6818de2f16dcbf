/* What lies beyond 4 GiB of a file: Seek goes there in steps, and Read is of there, byte for byte.
 */
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

/* Its bytes at `at`, as the device hands them to the judge; the case ends where it does not. */
static void ask_device(struct conf *c, const struct snapshot *snapshot, uint64_t at, BYTE *ret,
                       uint32_t length)
{
    uint32_t got = 0;
    DUT dut = dut_session(c);

    for (size_t i = 0; i < snapshot->object_count && got < length; i++) {
        if (snapshot_size(&snapshot->objects[i]) > at + length &&
            mtpi_get_partial_object(dut.mtpi, snapshot->objects[i].handle, at, length, ret, &got))
            break;
    }
    if (got < length)
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
    BYTE expected[64], data[64];
    DWORD one = 1, size = sizeof(data);
    struct far far = {NULL, 0};
    IMDSPObject *object;
    struct wmdm *w;

    ask_device(c, snapshot, (uint64_t)UINT32_MAX + 1, expected, sizeof(expected));
    conf_transport_drop(c);
    w = wmdm_open(c);
    wmdm_walk(w, snapshot, look, &far);
    if (!far.storage)
        conf_inconclusive(c, "the device has no file of more than 4 GiB, and less than 8");
    object = AS(IMDSPObject, far.storage);
    SETUP_CALL(IMDSPObject, Open, object, MDSP_READ);
    SETUP_CALL(IMDSPObject, Seek, object, MDSP_SEEK_BOF, UINT32_MAX);
    ROW("SP-OBJ-012.far") {
        REQUIRE_HR(wmdm_read(w, object, data, &one), S_OK);
        REQUIRE_HR(wmdm_read(w, object, data, &size), S_OK);
        CHECK_BYTES(data, size, expected, sizeof(expected));
    }
    (void)CALL(IMDSPObject, Close, object);
    RELEASE(object);
    RELEASE(far.storage);
}

/* What is written beyond 4 GiB lies there. Nobody writes that much to get there: the device's own
 * user makes the file, of nothing but zeros. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"

#define FAR ((uint64_t)UINT32_MAX + 1)
enum { PLACE = 8, SIZE = 64 }; /* where it is written, and how much there is at least */

/* Of the work folder; a reference of the caller's. */
static IMDSPStorage *zeros(struct wmdm *w, const char *name, uint64_t size)
{
    struct conf *c = wmdm_conf(w);
    char request[300], *folder = wmdm_name(w, wmdm_work_folder(w));
    IMDSPStorage *file;

    snprintf(request, sizeof(request),
             "{\"verb\":\"add\",\"path\":\"%s/%s\",\"size\":%llu,\"sparse\":true}",
             folder ? folder : "", name, (unsigned long long)size);
    free(folder);
    free(conf_control(c, request));
    file = wmdm_child(w, wmdm_work_folder(w), name);
    if (!file)
        conf_inconclusive(c, "what the device's user made is not found");
    return file;
}

/* In steps that a Seek can take. */
static void go_to(struct wmdm *w, IMDSPObject *object, uint64_t place)
{
    struct conf *c = wmdm_conf(w);
    DWORD first = place < UINT32_MAX ? (DWORD)place : UINT32_MAX;

    SETUP_CALL(IMDSPObject, Seek, object, MDSP_SEEK_BOF, first);
    if (place > first)
        SETUP_CALL(IMDSPObject, Seek, object, MDSP_SEEK_CUR, (DWORD)(place - first));
}

static void write_at(struct wmdm *w, IMDSPStorage *file, uint64_t place, const char *text)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, file);
    DWORD size = (DWORD)strlen(text);

    SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
    go_to(w, object, place);
    CHECK_HR(wmdm_write(w, object, text, &size), S_OK);
    CHECK_EQ(size, strlen(text));
    SETUP_CALL(IMDSPObject, Close, object);
    RELEASE(object);
}

static void check_at(struct wmdm *w, IMDSPStorage *file, uint64_t place, const char *text,
                     DWORD length)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, file);
    BYTE data[16] = {0};
    DWORD size = length;

    SETUP_CALL(IMDSPObject, Open, object, MDSP_READ);
    go_to(w, object, place);
    CHECK_HR(wmdm_read(w, object, data, &size), S_OK);
    CHECK_BYTES(data, size, text, length);
    SETUP_CALL(IMDSPObject, Close, object);
    RELEASE(object);
}

/* One that fetches a file and sends it anew makes another object of it: of 4 GiB, too. */
static bool stays_the_same(struct wmdm *w)
{
    IMDSPStorage *file = zeros(w, "near.bin", SIZE);
    char *before = pv_text(w, file, g_wszWMDMPersistentUniqueID), *after;
    bool same;

    write_at(w, file, PLACE, "near");
    IMDSPStorage_Release(file);
    file = wmdm_child(w, wmdm_work_folder(w), "near.bin");
    after = file ? pv_text(w, file, g_wszWMDMPersistentUniqueID) : NULL;
    same = before && after && strcmp(before, after) == 0;
    free(before);
    free(after);
    if (file)
        IMDSPStorage_Release(file);
    return same;
}

CONF_CASE(STORAGE_FAR_BV_01, .title = "What is written beyond 4 GiB lies there",
          .reqs = REQS("SP-OBJ-017"),
          .ics = "PROVIDER.OBJECT.READ && PROVIDER.OBJECT.SEEK && PROVIDER.MEDIUM.FOLDERS && "
                 "PROVIDER.STORAGE4",
          .player = "pap-voice", .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,
          .steps =
              "The device's user makes files of 64 bytes and of 4 GiB and 64; Seek, Write and "
              "Close of the first; if that is still the same object, of the other beyond 4 GiB; "
              "Read there and 4 GiB before; GetSize")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file;

    ROW("SP-OBJ-017.far") {
        if (!stays_the_same(w)) {
            conf_excused(c, 4, "a file that was written is sent anew, all of it");
            return;
        }
        file = zeros(w, "far.bin", FAR + SIZE);
        write_at(w, file, FAR + PLACE, "beyond");
        check_at(w, file, FAR + PLACE, "beyond", 6);
        check_at(w, file, PLACE, "\0\0\0\0\0\0", 6);
        CHECK_EQ(pv_size(w, file), FAR + SIZE);
    }
    RELEASE(file);
}

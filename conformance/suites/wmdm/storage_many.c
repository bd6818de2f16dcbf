/* Folders with many objects, and names that are nearly the same. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"

#define MANY_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .timeout_s = MANY_S, .steps = steps_)
#define FOLDERS "PROVIDER.MEDIUM.FOLDERS"
#define FINDS " && PROVIDER.STORAGE.FIND"

enum {
    MANY = 300,   /* more than a block of handles or a byte's worth of them has room for */
    MANY_S = 120, /* a player may take its time for each, and a provider look at all for each */
};

/* Is each of those names there, and once? Of three digits and ".bin". */
static bool are_all(struct wmdm *w, const struct wmdm_list *list, unsigned count)
{
    bool seen[MANY] = {false};

    for (size_t i = 0; i < list->count; i++) {
        char *name = wmdm_name(w, list->item[i]);
        unsigned number = MANY;

        if (!name || sscanf(name, "%3u", &number) != 1 || number >= count || seen[number]) {
            free(name);
            return false;
        }
        seen[number] = true;
        free(name);
    }
    return list->count == count;
}

/* False: there is no more room. */
static bool make(struct wmdm *w, unsigned number)
{
    struct conf *c = wmdm_conf(w);
    WCHAR name[] = u"000.bin";
    IMDSPStorage *made = NULL;
    HRESULT hr;

    for (unsigned i = 3; i; i--, number /= 10)
        name[i - 1] = (WCHAR)(u'0' + number % 10);
    if (!conf_offers(c, "!MTP || MTP.FORMAT.3000")) { /* songs alone */
        char narrow[] = {(char)name[0], (char)name[1], (char)name[2], '.', 'b', 'i', 'n', 0};

        made = wmdm_create(w, wmdm_work_folder(w), narrow, WMDM_FILE_ATTR_FILE, 0, NULL);
        RELEASE(made);
        return true;
    }
    hr = CALL(IMDSPStorage, CreateStorage, wmdm_work_folder(w),
              WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, NULL, name, &made);
    if (hr != HRESULT_FROM_WIN32(ERROR_DISK_FULL))
        wmdm_setup(c, "IMDSPStorage::CreateStorage", hr);
    RELEASE(made);
    return hr == S_OK;
}

static HRESULT find(struct wmdm *w, const char *name, IMDSPStorage **ret)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage2 *two = AS(IMDSPStorage2, wmdm_work_folder(w));
    WCHAR *wide = com_utf16_from_utf8(name);
    HRESULT hr = CALL(IMDSPStorage2, GetStorage, two, wide, ret);

    CoTaskMemFree(wide);
    RELEASE(two);
    return hr;
}

MANY_CASE(STORAGE_MANY_BV_01, FOLDERS FINDS, "A folder of many files has all of them", CONF_MUST,
          "300 files; what is enumerated; GetStorage of the first and the last; the last deleted "
          "and made again, GetStorage before and after",
          "SP-ENUM-029", "SP-STG-043")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *found = NULL, *last = NULL;
    struct wmdm_list list;
    unsigned count = 0;
    char name[16];

    while (count < MANY && make(w, count)) /* or as many as the medium takes */
        count++;
    if (!count)
        conf_inconclusive(c, "the medium takes no files");
    snprintf(name, sizeof(name), "%03u.bin", count - 1);
    list = wmdm_children(w, work);
    ROW("SP-ENUM-029.many")
        CHECK(are_all(w, &list, count));
    wmdm_release_all(w, &list);
    ROW("SP-STG-043.many") {
        CHECK_HR(find(w, "000.bin", &found), S_OK);
        RELEASE(found);
        CHECK_HR(find(w, name, &found), S_OK);
        RELEASE(found);
    }
    last = wmdm_child(w, work, name);
    if (!last)
        conf_refused(c, "IMDSPStorage::EnumStorage", "a new file is not enumerated");
    wmdm_delete(w, last);
    RELEASE(last);
    ROW("SP-STG-043.again") {
        CHECK_HR(find(w, name, &found), S_FALSE);
        RELEASE(found);
        last = wmdm_create(w, work, name, WMDM_FILE_ATTR_FILE, 0, NULL);
        CHECK_HR(find(w, name, &found), S_OK);
    }
    RELEASE(found);
    RELEASE(last);
}

MANY_CASE(STORAGE_MANY_BV_02, "ANY" FINDS, "Names of other letters are other names", CONF_MAY,
          "GetStorage of the beginning of a name, of more than it, and of it in other letters; "
          "where that may be made, too, of both",
          "SP-STG-043")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *one = wmdm_put(w, wmdm_work_folder(w), "name.bin", "one", 3), *found = NULL;
    IMDSPStorage *other = NULL;

    ROW("SP-STG-043.exact") {
        CHECK_HR(find(w, "name.bi", &found), S_FALSE);
        CHECK_HR(find(w, "name.binx", &found), S_FALSE);
    }
    (void)CALL(IMDSPStorage, CreateStorage, wmdm_work_folder(w),
               WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, NULL, u"NAME.bin", &other);
    wmdm_made(w, "NAME.bin");
    ROW("SP-STG-043.letters") {
        if (other) {
            CHECK_HR(find(w, "name.bin", &found), S_OK);
            CHECK_EQ(pv_size(w, found), 3);
            RELEASE(found);
            CHECK_HR(find(w, "NAME.bin", &found), S_OK);
            CHECK_EQ(pv_size(w, found), 0);
        } else {
            conf_excused(c, 4, "the device takes both for one name");
        }
    }
    RELEASE(found);
    RELEASE(other);
    RELEASE(one);
}

/* What is set of a folder, or given to a new one. */
#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"

#define FOLDER_CASE(token, ics_, title_, level_, steps_, ...)                                      \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define NESTED "PROVIDER.MEDIUM.NESTED"

static IMDSPStorage *folder(struct wmdm *w, IWMDMMetaData *tags)
{
    return wmdm_create(w, wmdm_work_folder(w), "set", WMDM_FILE_ATTR_FOLDER, 0, tags);
}

static void need_titles(struct conf *c)
{
    static const uint16_t code = MTP_OPC_NAME;
    bool has = false;

    if (conf_offers(c, "MTP") && (!snapshot_keeps(c, MTP_FC_ASSOCIATION, &code, 1, &has) || !has))
        conf_inconclusive(c, "the device's folders keep no title");
}

/* By a fresh pointer, where it was taken. */
static void check_title(struct wmdm *w, HRESULT taken, const char *title)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *seen = wmdm_child(w, wmdm_work_folder(w), "set");
    char *text;

    REQUIRE(seen != NULL);
    text = pv_text(w, seen, g_wszWMDMTitle);
    if (taken == S_OK && text)
        CHECK(conf_same_text(c, text, title));
    else
        conf_excused(c, 1, "its folders have no titles");
    free(text);
    RELEASE(seen);
}

FOLDER_CASE(STORAGE_FOLDER_BV_02, NESTED " && PROVIDER.STORAGE.METADATA && PROVIDER.STORAGE4",
            "A folder whose title is set has it", CONF_MAY,
            "SetMetadata of a folder; GetMetadata by a fresh pointer", "SP-META-017")
{
    struct wmdm *w;
    IMDSPStorage *storage;
    IMDSPStorage3 *three;
    IWMDMMetaData *list;

    need_titles(c);
    w = wmdm_open(c);
    storage = folder(w, NULL);
    three = AS(IMDSPStorage3, storage);
    list = wmdm_metadata_new();
    wmdm_metadata_add_string(list, g_wszWMDMTitle, "As it is called");
    ROW("SP-META-017.folder")
        check_title(w, CALL(IMDSPStorage3, SetMetadata, three, list), "As it is called");
    RELEASE(list);
    RELEASE(three);
    RELEASE(storage);
}

FOLDER_CASE(STORAGE_FOLDER_BV_03, NESTED " && PROVIDER.STORAGE4",
            "A folder has what it is made with", CONF_MUST,
            "CreateStorageWithMetadata of a folder with a title; GetMetadata by a fresh pointer",
            "SP-STG-049")
{
    struct wmdm *w;
    IMDSPStorage *storage;
    IWMDMMetaData *tags;

    need_titles(c);
    w = wmdm_open(c);
    tags = wmdm_metadata_new();
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "As it is made");
    storage = folder(w, tags);
    ROW("SP-STG-049.folder")
        check_title(w, S_OK, "As it is made");
    RELEASE(tags);
    RELEASE(storage);
}

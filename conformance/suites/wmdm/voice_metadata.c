/* Metadata are what the device has as properties of the object, in WMDM's types and units. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/base.h"
#include "spcore/com/com_memory.h"

static const struct snapshot_value *said(const struct wmdm_seen *seen, uint16_t code)
{
    const struct snapshot_value *value = snapshot_value(seen->object, code);

    return value && value->bytes.size > 1 ? value : NULL;
}

/* Those of which the shell's fields are demanded. */
static bool is_song(const struct snapshot_object *object)
{
    return object->format == MTP_FC_MP3 || object->format == MTP_FC_WMA;
}

/* ---- texts of the same words on both sides */

static const struct {
    const WCHAR *name;
    const char *words;
    uint16_t code;
} texts[] = {
    {g_wszWMDMTitle, "WMDM/Title", MTP_OPC_NAME},
    {g_wszWMDMAuthor, "WMDM/Author", MTP_OPC_ARTIST},
    {g_wszWMDMAlbumTitle, "WMDM/AlbumTitle", MTP_OPC_ALBUM_NAME},
    {g_wszWMDMGenre, "WMDM/Genre", MTP_OPC_GENRE},
    {g_wszWMDMAlbumArtist, "WMDM/AlbumArtist", MTP_OPC_ALBUM_ARTIST},
    {g_wszWMDMComposer, "WMDM/Composer", MTP_OPC_COMPOSER},
};

enum { SHELL_TEXTS = 4 };

/* The item as UTF-16 with its NUL; false: there is none that is a text. */
static bool item_text(IWMDMMetaData *list, const WCHAR *name, uint16_t ret_text[256])
{
    WMDM_TAG_DATATYPE type = WMDM_TYPE_DWORD;
    BYTE *data = NULL;
    DWORD length = 0;
    bool is_text;

    if (FAILED(IWMDMMetaData_QueryByName(list, name, &type, &data, &length)))
        return false;
    is_text = type == WMDM_TYPE_STRING && length >= 2 && length <= 512;
    memset(ret_text, 0, 512);
    if (is_text)
        memcpy(ret_text, data, length);
    ret_text[255] = 0;
    CoTaskMemFree(data);
    return is_text;
}

static void check_texts(struct conf *c, IWMDMMetaData *list, const struct wmdm_seen *seen)
{
    uint16_t shown[256], wanted[256];

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        const struct snapshot_value *value = said(seen, texts[i].code);
        bool is_there = item_text(list, texts[i].name, shown);

        /* Others than the shell's of a song are the provider's choice. */
        if (!value || (!is_there && (i >= SHELL_TEXTS || !is_song(seen->object))))
            continue;
        snapshot_text(value->bytes, wanted);
        AGREE(is_there && snapshot_text_equal(shown, wanted),
              "object %08x: %s is the text of property 0x%04x", seen->object->handle,
              texts[i].words, texts[i].code);
    }
}

/* ---- numbers */

static uint64_t number_said(const struct wmdm_seen *seen, uint16_t code)
{
    const struct snapshot_value *value = said(seen, code);

    return value ? snapshot_number(value->type, value->bytes) : 0;
}

static void check_numbers(struct conf *c, IWMDMMetaData *list, const struct wmdm_seen *seen)
{
    const uint32_t handle = seen->object->handle;
    uint64_t duration = number_said(seen, MTP_OPC_DURATION), shown = 0;
    uint64_t track = number_said(seen, MTP_OPC_TRACK), plays = number_said(seen, MTP_OPC_USE_COUNT);
    DWORD word = 0;

    if (duration)
        ROW("SP-META-007")
            AGREE(wmdm_metadata_qword(list, g_wszWMDMDuration, &shown) && shown == duration * 10000,
                  "object %08x of %llu ms: WMDM/Duration is %llu", handle,
                  (unsigned long long)duration, (unsigned long long)shown);
    if (track)
        ROW("SP-META-015.number")
            AGREE(wmdm_metadata_dword(list, g_wszWMDMTrack, &word) && word == track,
                  "object %08x: WMDM/Track is %u of %llu", handle, word, (unsigned long long)track);
    if (plays && wmdm_metadata_dword(list, g_wszWMDMPlayCount, &word))
        ROW("SP-META-002")
            AGREE(word == plays, "object %08x: WMDM/PlayCount is %u of %llu", handle, word,
                  (unsigned long long)plays);
    if (wmdm_metadata_dword(list, g_wszWMDMFormatCode, &word))
        ROW("SP-META-009.content")
            AGREE(word == seen->object->format,
                  "object %08x of format 0x%04x: FormatCode is 0x%04x", handle,
                  seen->object->format, word);
}

/* ---- what other methods say, too */

static void check_file(struct conf *c, IWMDMMetaData *list, const struct wmdm_seen *seen)
{
    const struct snapshot_object *object = seen->object;
    WMDM_TAG_DATATYPE type = WMDM_TYPE_DWORD;
    WMDMDATETIME date = {0};
    uint16_t name[256];
    uint64_t size = 0;
    BYTE *data = NULL;
    DWORD length = 0;

    AGREE(item_text(list, g_wszWMDMFileName, name) && snapshot_text_equal(name, object->name),
          "object %08x: WMDM/FileName is its name", object->handle);
    if (object->format != MTP_FC_ASSOCIATION)
        AGREE(wmdm_metadata_qword(list, g_wszWMDMFileSize, &size) && size == snapshot_size(object),
              "object %08x: WMDM/FileSize is %llu of %llu", object->handle,
              (unsigned long long)size, (unsigned long long)snapshot_size(object));
    if (!object->modified[0] ||
        FAILED(IWMDMMetaData_QueryByName(list, g_wszWMDMLastModifiedDate, &type, &data, &length)))
        return;
    if (type == WMDM_TYPE_DATE && length == sizeof(date))
        memcpy(&date, data, sizeof(date));
    AGREE(wmdm_is_date(object->modified, &date),
          "object %08x: WMDM/LastModifiedDate is the device's date", object->handle);
    CoTaskMemFree(data);
}

/* ---- ids */

struct ids {
    char *of[SNAPSHOT_OBJECTS + DUT_STORES]; /* owned */
    size_t count;
};

static void check_id(struct conf *c, IWMDMMetaData *list, struct ids *ids)
{
    char *id = wmdm_metadata_string(list, g_wszWMDMPersistentUniqueID);

    CHECK(id && id[0]);
    for (size_t i = 0; id && i < ids->count; i++)
        AGREE(strcmp(ids->of[i], id) != 0, "the id \"%.60s\" is one object's", id);
    if (id && ids->count < ARRAY_SIZE(ids->of))
        ids->of[ids->count++] = id;
    else
        free(id);
}

static void check_metadata(struct wmdm *w, const struct snapshot *snapshot,
                           const struct wmdm_seen *seen, void *context)
{
    struct conf *c = wmdm_conf(w);
    IWMDMMetaData *list = wmdm_metadata_new();
    IMDSPStorage3 *three;

    (void)snapshot;
    if (!seen->object) {
        RELEASE(list);
        return;
    }
    three = AS(IMDSPStorage3, seen->storage);
    ROW("SP-META-002") {
        REQUIRE_HR(CALL(IMDSPStorage3, GetMetadata, three, list), S_OK);
        check_texts(c, list, seen);
    }
    check_numbers(c, list, seen);
    ROW("SP-META-008")
        check_file(c, list, seen);
    ROW("SP-META-010.unique")
        check_id(c, list, context);
    RELEASE(three);
    RELEASE(list);
}

CONF_CASE(VOICE_META_BV_01, .title = "Metadata of an object are its properties on the device",
          .reqs = REQS("SP-META-002", "SP-META-007", "SP-META-008", "SP-META-009", "SP-META-010",
                       "SP-META-015"),
          .ics = "PROVIDER.STORAGE3", .player = "pap-voice", .needs = CONF_PROVIDER,
          .steps = "GetMetadata of everything: texts, track, duration, play count, format, name, "
                   "size and date against the properties that the judge read before; ids differ")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_WHOLE);
    struct wmdm *w = wmdm_open(c);
    struct ids ids = {.count = 0};

    wmdm_walk(w, snapshot, check_metadata, &ids);
    while (ids.count > 0)
        free(ids.of[--ids.count]);
}

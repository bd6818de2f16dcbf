/* The main job: real audio files go to the player and come back byte for byte, with their
 * metadata, the way a synchronising application sends them. */
#include <limits.h>
#include <stdio.h>

#include "conformance/program/program.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"

/* One of the files that come with papcheck. */
static BYTE *media(struct conf *c, const char *name, size_t *ret_length)
{
    char file_name[64], path[PATH_MAX];
    FILE *file = NULL;
    BYTE *data;

    snprintf(file_name, sizeof(file_name), "media/%s", name);
    if (program_beside(file_name, path, sizeof(path)) == 0)
        file = fopen(path, "rb");
    if (!file)
        conf_setup_failed(c, "%s is not with papcheck (papcheck doctor)", file_name);
    data = malloc(1 << 16);
    *ret_length = data ? fread(data, 1, 1 << 16, file) : 0;
    fclose(file);
    return data;
}

/* Not what the files say of themselves: a player may read those. */
static IWMDMMetaData *tags(DWORD format)
{
    IWMDMMetaData *list = wmdm_metadata_new();

    wmdm_metadata_add_dword(list, g_wszWMDMFormatCode, format);
    wmdm_metadata_add_string(list, g_wszWMDMTitle, "Said Title");
    wmdm_metadata_add_string(list, g_wszWMDMAuthor, "Said Artist");
    wmdm_metadata_add_string(list, g_wszWMDMAlbumTitle, "Said Album");
    wmdm_metadata_add_string(list, g_wszWMDMGenre, "Said Genre");
    wmdm_metadata_add_string(list, g_wszWMDMYear, "2003");
    wmdm_metadata_add_dword(list, g_wszWMDMTrack, 7);
    return list;
}

/* Blocks of 5000 bytes: none of them fits a packet. */
static void send_clear(struct wmdm *w, IMDSPStorage *storage, BYTE *data, size_t length)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject2 *object = AS(IMDSPObject2, storage);

    SETUP_CALL(IMDSPObject, Open, (IMDSPObject *)object, MDSP_WRITE);
    for (size_t at = 0; at < length;) {
        DWORD size = length - at < 5000 ? (DWORD)(length - at) : 5000;

        ROW("SP-OBJ-052.write") {
            REQUIRE_HR(CALL(IMDSPObject2, WriteOnClearChannel, object, data + at, &size), S_OK);
            REQUIRE(size > 0);
        }
        at += size;
    }
    SETUP_CALL(IMDSPObject, Close, (IMDSPObject *)object);
    RELEASE(object);
}

static size_t receive_clear(struct wmdm *w, IMDSPStorage *storage, BYTE *data, size_t room)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject2 *object = AS(IMDSPObject2, storage);
    size_t got = 0;

    SETUP_CALL(IMDSPObject, Open, (IMDSPObject *)object, MDSP_READ);
    for (;;) {
        DWORD size = room - got < 7000 ? (DWORD)(room - got) : 7000;

        ROW("SP-OBJ-052.read")
            REQUIRE_HR(CALL(IMDSPObject2, ReadOnClearChannel, object, data + got, &size), S_OK);
        if (!size)
            break;
        got += size;
    }
    SETUP_CALL(IMDSPObject, Close, (IMDSPObject *)object);
    RELEASE(object);
    return got;
}

static const char keeps_none[] = "the device has no such property of the format";

static void said(struct conf *c, bool is_kept, IWMDMMetaData *seen, const WCHAR *name,
                 const char *text)
{
    if (is_kept)
        CHECK(pv_says(c, seen, name, text));
    else
        conf_excused(c, 1, keeps_none);
}

/* Tags that a round trip sends, and the properties that keep them. */
enum { TITLE, AUTHOR, ALBUM, GENRE, YEAR, TRACK, TAGS };
static const uint16_t kept_in[TAGS] = {
    MTP_OPC_NAME, MTP_OPC_ARTIST, MTP_OPC_ALBUM_NAME, MTP_OPC_GENRE, MTP_OPC_ORIGINAL_RELEASE_DATE,
    MTP_OPC_TRACK};

/* Of the tags sent with a file those that the device has a property for. */
static void tags_kept(struct conf *c, struct wmdm *w, IMDSPStorage *file, DWORD format,
                      const bool *has)
{
    IMDSPStorage4 *four = (IMDSPStorage4 *)wmdm_query(w, file, &IID_IMDSPStorage4);
    IWMDMMetaData *seen = wmdm_metadata_new();
    DWORD track = 0, code = 0;

    ROW("SP-STG-049.applied") {
        REQUIRE_HR(CALL(IMDSPStorage4, GetMetadata, four, seen), S_OK);
        said(c, has[TITLE], seen, g_wszWMDMTitle, "Said Title");
        said(c, has[AUTHOR], seen, g_wszWMDMAuthor, "Said Artist");
        said(c, has[ALBUM], seen, g_wszWMDMAlbumTitle, "Said Album");
        said(c, has[GENRE], seen, g_wszWMDMGenre, "Said Genre");
    }
    ROW("SP-META-016.known")
        said(c, has[YEAR], seen, g_wszWMDMYear, "2003");
    ROW("SP-META-015.number") {
        if (has[TRACK])
            CHECK(wmdm_metadata_dword(seen, g_wszWMDMTrack, &track) && track == 7);
        else
            conf_excused(c, 1, keeps_none);
    }
    ROW("SP-META-009.content")
        CHECK(wmdm_metadata_dword(seen, g_wszWMDMFormatCode, &code) && code == format);
    RELEASE(seen);
    RELEASE(four);
}

static void round_trip(struct conf *c, const char *name, DWORD format)
{
    bool has[TAGS], is_listed = snapshot_keeps(c, (uint16_t)format, kept_in, TAGS, has);
    struct wmdm *w, *again = NULL;
    size_t length = 0;
    BYTE *sent = media(c, name, &length), *back = calloc(1, length + 4096);
    IWMDMMetaData *metadata = tags(format);
    IMDSPStorage *file, *hit = NULL;
    WCHAR wide[PV_ID_ROOM];
    char *id = NULL, *seen_name;

    if (!is_listed)
        conf_inconclusive(c, "the device plays no objects of format 0x%04x", (unsigned)format);
    ROW("SP-SYNC-005.file") {
        w = wmdm_open(c);
        file = wmdm_create(w, wmdm_work_folder(w), name, WMDM_FILE_ATTR_FILE | WMDM_FILE_ATTR_AUDIO,
                           length, metadata);
        seen_name = wmdm_name(w, file);
        CHECK(conf_same_text(c, seen_name, name));
        free(seen_name);
    }
    ROW("SP-SYNC-006.found") {
        send_clear(w, file, sent, length);
        id = pv_id(w, file);
        again = wmdm_open(c);
        REQUIRE_HR(CALL(IMDSPDevice3, FindStorage, wmdm_device3(again), WMDM_FIND_SCOPE_GLOBAL,
                        pv_wide(w, id, wide), &hit),
                   S_OK);
    }
    ROW("SP-OBJ-029.listed")
        CHECK_EQ(pv_size(again, hit), length);
    ROW("SP-OBJ-055.clear")
        CHECK_BYTES(back, receive_clear(again, hit, back, length + 4096), sent, length);
    tags_kept(c, again, hit, format, has);
    RELEASE(hit);
    wmdm_close(again);
    free(id);
    RELEASE(file);
    RELEASE(metadata);
    free(back);
    free(sent);
}

#define TRANSFER_ICS                                                                               \
    "PROVIDER.DEVICE3 && PROVIDER.STORAGE4 && PROVIDER.OBJECT2 && PROVIDER.OBJECT.READ"
#define TRANSFER_REQS                                                                              \
    REQS("SP-SYNC-005", "SP-SYNC-006", "SP-OBJ-029", "SP-OBJ-052", "SP-OBJ-055", "SP-STG-049",     \
         "SP-META-009", "SP-META-015", "SP-META-016")
#define TRANSFER_STEPS                                                                             \
    "CreateStorageWithMetadata, Open, WriteOnClearChannel, Close; in a new session FindStorage "   \
    "by id, ReadOnClearChannel to the end, compare bytes and metadata"

CONF_CASE(SYNC_MEDIA_BV_01, .title = "An MP3 file comes back byte for byte with its metadata",
          .reqs = TRANSFER_REQS, .ics = TRANSFER_ICS, .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = TRANSFER_STEPS)
{
    round_trip(c, "tone.mp3", WMDM_FORMATCODE_MP3);
}

CONF_CASE(SYNC_MEDIA_BV_02, .title = "A WMA file comes back byte for byte with its metadata",
          .reqs = TRANSFER_REQS, .ics = TRANSFER_ICS, .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = TRANSFER_STEPS)
{
    round_trip(c, "tone.wma", WMDM_FORMATCODE_WMA);
}

CONF_CASE(SYNC_MEDIA_BV_03, .title = "A WAV file comes back byte for byte with its metadata",
          .reqs = TRANSFER_REQS, .ics = TRANSFER_ICS, .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = TRANSFER_STEPS)
{
    round_trip(c, "tone.wav", WMDM_FORMATCODE_WAVE);
}

CONF_CASE(SYNC_MEDIA_BV_04, .title = "An Ogg file comes back byte for byte with its metadata",
          .reqs = TRANSFER_REQS, .ics = TRANSFER_ICS, .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = TRANSFER_STEPS)
{
    round_trip(c, "tone.ogg", WMDM_FORMATCODE_OGG);
}

CONF_CASE(SYNC_MEDIA_BV_05, .title = "A FLAC file comes back byte for byte with its metadata",
          .reqs = TRANSFER_REQS, .ics = TRANSFER_ICS, .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = TRANSFER_STEPS)
{
    round_trip(c, "tone.flac", WMDM_FORMATCODE_FLAC);
}

CONF_CASE(SYNC_MEDIA_BV_06,
          .title = "An AAC file in MP4 comes back byte for byte with its metadata",
          .reqs = TRANSFER_REQS, .ics = TRANSFER_ICS, .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = TRANSFER_STEPS)
{
    round_trip(c, "tone.m4a", WMDM_FORMATCODE_MP4);
}

/* What an application makes on the way: each by CreateStorageWithMetadata. */
static bool is_made(struct wmdm *w, const char *name, const WCHAR *wide, DWORD attributes,
                    DWORD format)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *folder = AS(IMDSPStorage4, wmdm_work_folder(w));
    IWMDMMetaData *list = tags(format);
    IMDSPStorage *made = NULL, *seen = NULL;
    HRESULT hr = CALL(IMDSPStorage4, CreateStorageWithMetadata, folder,
                      attributes | WMDM_STORAGECONTROL_INSERTINTO, wide, list, 0, &made);
    bool is_there;

    if (SUCCEEDED(hr))
        seen = wmdm_child(w, wmdm_work_folder(w), name);
    is_there = seen && (pv_attributes(w, seen) & attributes) == attributes;
    RELEASE(seen);
    RELEASE(made);
    RELEASE(list);
    RELEASE(folder);
    return hr == S_OK && is_there;
}

CONF_CASE(SYNC_MEDIA_BV_07, .title = "Files, folders and playlists are made with their metadata",
          .reqs = REQS("SP-SYNC-005"),
          .ics = "PROVIDER.STORAGE4 && PROVIDER.MEDIUM.NESTED && PROVIDER.PLAYLISTS",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "CreateStorageWithMetadata of each; what the folder lists")
{
    struct wmdm *w = wmdm_open(c);

    ROW("SP-SYNC-005.file")
        CHECK(is_made(w, "made.mp3", u"made.mp3", WMDM_FILE_ATTR_FILE, WMDM_FORMATCODE_MP3));
    ROW("SP-SYNC-005.folder")
        CHECK(is_made(w, "Made", u"Made", WMDM_FILE_ATTR_FOLDER, WMDM_FORMATCODE_ASSOCIATION));
    ROW("SP-SYNC-005.list")
        CHECK(is_made(w, "Mixed", u"Mixed", WMDM_FILE_ATTR_FILE,
                      WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST));
}

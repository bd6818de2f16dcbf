/* IMDSPObjectInfo: how long an object plays, where it begins, and how far it was heard. */
#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_player.h"
#include "spcore/base.h"

#define INFO_CASE(token, ics_, title_, level_, needs_, steps_, ...)                                \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .player = "pap-player", .needs = CONF_PROVIDER | CONF_WRITES | (needs_),             \
              .steps = steps_)
#define OFFERED "PROVIDER.OBJECTINFO"
#define PLAYED OFFERED " && PROVIDER.CONTROL.PLAY"
#define LISTS "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4"

typedef HRESULT asked(struct conf *c, IMDSPObjectInfo *info, DWORD *number);

static HRESULT play_length(struct conf *c, IMDSPObjectInfo *info, DWORD *number)
{
    return CALL(IMDSPObjectInfo, GetPlayLength, info, number);
}

static HRESULT play_offset(struct conf *c, IMDSPObjectInfo *info, DWORD *number)
{
    return CALL(IMDSPObjectInfo, GetPlayOffset, info, number);
}

static HRESULT total_length(struct conf *c, IMDSPObjectInfo *info, DWORD *number)
{
    return CALL(IMDSPObjectInfo, GetTotalLength, info, number);
}

static HRESULT last_position(struct conf *c, IMDSPObjectInfo *info, DWORD *number)
{
    return CALL(IMDSPObjectInfo, GetLastPlayPosition, info, number);
}

static HRESULT longest_position(struct conf *c, IMDSPObjectInfo *info, DWORD *number)
{
    return CALL(IMDSPObjectInfo, GetLongestPlayPosition, info, number);
}

static asked *const all[] = {play_length, play_offset, total_length, last_position,
                             longest_position};

/* In a ROW: what it answers, with S_OK. */
static DWORD ask(struct conf *c, IMDSPObjectInfo *info, asked *method)
{
    DWORD number = 0;

    CHECK_HR(method(c, info, &number), S_OK);
    return number;
}

static IMDSPObjectInfo *info_of(struct wmdm *w, IMDSPStorage *storage)
{
    return AS(IMDSPObjectInfo, storage);
}

static IMDSPObjectInfo *info_named(struct wmdm *w, const char *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *song = wmdm_child(w, wmdm_work_folder(w), name);
    IMDSPObjectInfo *info = song ? info_of(w, song) : NULL;

    if (!info)
        conf_inconclusive(c, "a song that was written is not found again");
    RELEASE(song);
    return info;
}

/* ---- what plays */
static void plays_nothing(struct wmdm *w, IMDSPStorage *storage, const char *clause)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObjectInfo *info = info_of(w, storage);
    DWORD number = 0;

    ROW(clause) {
        for (size_t i = 0; i < ARRAY_SIZE(all); i++)
            CHECK_HR(all[i](c, info, &number), WMDM_E_INVALIDTYPE);
        CHECK_HR(CALL(IMDSPObjectInfo, SetPlayLength, info, 1), WMDM_E_INVALIDTYPE);
        CHECK_HR(CALL(IMDSPObjectInfo, SetPlayOffset, info, 1), WMDM_E_INVALIDTYPE);
    }
    RELEASE(info);
}

INFO_CASE(INFO_KIND_BI_01, OFFERED, "What does not play has no length", CONF_MUST, 0,
          "All seven methods on a text file, a picture and an empty folder", "SP-INFO-002")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *text = wmdm_put(w, work, "words.txt", "words", 5);
    IMDSPStorage *picture = wmdm_put(w, work, "cover.jpg", "\xff\xd8\xff\xd9", 4);
    IMDSPStorage *folder = wmdm_create(w, work, "empty", WMDM_FILE_ATTR_FOLDER, 0, NULL);

    plays_nothing(w, text, "SP-INFO-002.file");
    plays_nothing(w, picture, "SP-INFO-002.picture");
    plays_nothing(w, folder, "SP-INFO-002.folder");
    RELEASE(folder);
    RELEASE(picture);
    RELEASE(text);
}

static void has_no_place(struct wmdm *w, IMDSPStorage *storage, const char *clause)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObjectInfo *info = info_of(w, storage);
    DWORD number = 0;

    ROW(clause) {
        CHECK_HR(last_position(c, info, &number), WMDM_E_INVALIDTYPE);
        CHECK_HR(longest_position(c, info, &number), WMDM_E_INVALIDTYPE);
    }
    RELEASE(info);
}

static IMDSPStorage *playlist(struct wmdm *w)
{
    IWMDMMetaData *tags = wmdm_metadata_new();
    IMDSPStorage *list;

    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST);
    list = wmdm_create(w, wmdm_work_folder(w), "list", WMDM_FILE_ATTR_FILE, 0, tags);
    IWMDMMetaData_Release(tags);
    return list;
}

INFO_CASE(INFO_KIND_BI_02, OFFERED, "Only a song has a place where it was heard", CONF_MUST, 0,
          "GetLastPlayPosition and GetLongestPlayPosition on a folder of three songs, on one of "
          "them, on a text file and, where there are such, on a playlist",
          "SP-INFO-014")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *text = wmdm_put(w, work, "words.txt", "words", 5);
    IMDSPStorage *list = conf_offers(c, LISTS) ? playlist(w) : NULL;
    IMDSPObjectInfo *song;
    DWORD number = 0;

    wmdm_songs(w);
    song = info_named(w, "one.wav");
    has_no_place(w, work, "SP-INFO-014.folder");
    has_no_place(w, text, "SP-INFO-014.file");
    if (list)
        has_no_place(w, list, "SP-INFO-014.list");
    ROW("SP-INFO-014.song") {
        CHECK_HR(last_position(c, song, &number), S_OK);
        CHECK_HR(longest_position(c, song, &number), S_OK);
    }
    RELEASE(song);
    RELEASE(list);
    RELEASE(text);
}

INFO_CASE(INFO_LENGTH_BV_01, OFFERED, "A song is as long as it is, a folder as its songs are many",
          CONF_MUST, 0,
          "A song of 180 s; a folder of three songs, a text file and a folder with a song; the "
          "song again after SetPlayLength and SetPlayOffset; the folder with a song more",
          "SP-INFO-001", "SP-INFO-003", "SP-INFO-004", "SP-INFO-005")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *text = wmdm_put(w, work, "words.txt", "words", 5);
    IMDSPStorage *below = wmdm_create(w, work, "below", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *nested = wmdm_song(w, below, "nested.wav", 1000), *more;
    IMDSPObjectInfo *song, *folder = info_of(w, work);
    DWORD total = 0;

    wmdm_songs(w);
    song = info_named(w, "one.wav");
    ROW("SP-INFO-001") {
        total = ask(c, song, total_length);
        CHECK(total != 0);
    }
    ROW("SP-INFO-003.song")
        CHECK_EQ(total, WMDM_SONG_ONE);
    ROW("SP-INFO-003.folder")
        CHECK(ask(c, folder, total_length) >= 3);
    ROW("SP-INFO-005.below")
        CHECK(ask(c, folder, total_length) <= 3);
    SETUP_CALL(IMDSPObjectInfo, SetPlayLength, song, 10000);
    SETUP_CALL(IMDSPObjectInfo, SetPlayOffset, song, 20000);
    ROW("SP-INFO-004")
        CHECK_EQ(ask(c, song, total_length), total);
    more = wmdm_song(w, work, "more.wav", 1000);
    ROW("SP-INFO-005.anew")
        CHECK_EQ(ask(c, folder, total_length), 4);
    RELEASE(more);
    RELEASE(song);
    RELEASE(folder);
    RELEASE(nested);
    RELEASE(below);
    RELEASE(text);
}

/* ---- of a root */
static DWORD songs_in(struct wmdm *w, IMDSPStorage *folder)
{
    struct wmdm_list list = wmdm_children(w, folder);
    DWORD songs = 0;

    for (size_t i = 0; i < list.count; i++)
        songs +=
            (pv_attributes(w, list.item[i]) & (WMDM_FILE_ATTR_AUDIO | WMDM_FILE_ATTR_VIDEO)) != 0;
    wmdm_release_all(w, &list);
    return songs;
}

INFO_CASE(INFO_ROOT_BV_01, OFFERED " && PROVIDER.MEDIUM.FOLDERS",
          "A root is as long as the songs right in it are many", CONF_MUST, 0,
          "Songs in a folder; all seven methods on the root, if no song is right in it; a song is "
          "put there; its length and positions",
          "SP-INFO-002", "SP-INFO-003", "SP-INFO-005", "SP-INFO-014")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *root = wmdm_root(w), *song;
    IMDSPObjectInfo *info = info_of(w, root);

    wmdm_songs(w);
    ROW("SP-INFO-002.root") {
        if (songs_in(w, root) == 0)
            plays_nothing(w, root, "SP-INFO-002.root");
        else
            conf_excused(c, 3, "a song is right in it");
    }
    song = wmdm_song(w, root, "papcheck-root.wav", 1000);
    ROW("SP-INFO-003.root")
        CHECK(ask(c, info, total_length) >= songs_in(w, root));
    ROW("SP-INFO-005.root")
        CHECK(ask(c, info, total_length) <= songs_in(w, root));
    has_no_place(w, root, "SP-INFO-014.root");
    wmdm_delete(w, song);
    RELEASE(song);
    RELEASE(info);
}

INFO_CASE(INFO_NULL_BI_01, OFFERED, "What is asked for has to be given room", CONF_SHOULD, 0,
          "The five methods that ask, with NULL and with room", "SP-INFO-015")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPObjectInfo *song;
    DWORD number = 0;

    wmdm_songs(w);
    song = info_named(w, "one.wav");
    ROW("SP-INFO-015.null") {
        for (size_t i = 0; i < ARRAY_SIZE(all); i++)
            CHECK_HR(all[i](c, song, NULL), E_INVALIDARG);
    }
    ROW("SP-INFO-015.room") {
        for (size_t i = 0; i < ARRAY_SIZE(all); i++)
            CHECK_HR(all[i](c, song, &number), S_OK);
    }
    RELEASE(song);
}

/* ---- what is to be played of it */
INFO_CASE(
    INFO_LIMIT_BV_01, OFFERED, "Length and offset of playing stay within the song", CONF_MUST, 0,
    "Of songs of 180 s and 60 s: play length 10 s, 10 minutes; offset 0 at first, 1 s, beyond "
    "the end; offset 170 s with a play length of 30 s; what was not set of the other one, and what "
    "another object of the same song says",
    "SP-INFO-006", "SP-INFO-007", "SP-INFO-008", "SP-INFO-009")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPObjectInfo *one, *two, *again;
    DWORD offset;

    wmdm_songs(w);
    one = info_named(w, "one.wav");
    two = info_named(w, "two.wav");
    SETUP_CALL(IMDSPObjectInfo, SetPlayLength, one, 10000);
    ROW("SP-INFO-007.set")
        CHECK_EQ(ask(c, one, play_length), 10000);
    again = info_named(w, "one.wav");
    ROW("SP-INFO-007.object")
        CHECK_EQ(ask(c, again, play_length), 10000);
    ROW("SP-INFO-006.other")
        CHECK_EQ(ask(c, two, play_length), WMDM_SONG_TWO);
    SETUP_CALL(IMDSPObjectInfo, SetPlayLength, one, 600000);
    ROW("SP-INFO-007.clip")
        CHECK_EQ(ask(c, one, play_length), WMDM_SONG_ONE);
    ROW("SP-INFO-008.none")
        CHECK_EQ(ask(c, two, play_offset), 0);
    SETUP_CALL(IMDSPObjectInfo, SetPlayOffset, two, 1000);
    ROW("SP-INFO-008.set")
        CHECK_EQ(ask(c, two, play_offset), 1000);
    ROW("SP-INFO-008.other")
        CHECK_EQ(ask(c, one, play_offset), 0);
    ROW("SP-INFO-008.clip") {
        CHECK_HR(CALL(IMDSPObjectInfo, SetPlayOffset, two, WMDM_SONG_TWO + 10000), S_OK);
        offset = ask(c, two, play_offset);
        /* By the one page or the other (U23). */
        CHECK_SEEN(offset == WMDM_SONG_TWO - 1 || offset == 0, value_errno((int64_t)offset));
    }
    SETUP_CALL(IMDSPObjectInfo, SetPlayLength, one, 30000);
    ROW("SP-INFO-009") {
        CHECK_HR(CALL(IMDSPObjectInfo, SetPlayOffset, one, 170000), S_OK);
        CHECK_EQ(ask(c, one, play_offset), WMDM_SONG_ONE - 30000);
    }
    ROW("SP-INFO-008.object")
        CHECK_EQ(ask(c, again, play_offset), WMDM_SONG_ONE - 30000);
    RELEASE(again);
    RELEASE(two);
    RELEASE(one);
}

INFO_CASE(INFO_LIMIT_BV_02, OFFERED " && PROVIDER.MEDIUM.NESTED",
          "Length and offset of playing of a folder are in tracks", CONF_MUST, 0,
          "Of a folder of three songs play length 2 and 10; of one of two songs offset 1 and 10",
          "SP-INFO-007", "SP-INFO-008")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *below = pv_folder(w, wmdm_work_folder(w), "below");
    IMDSPStorage *first = wmdm_song(w, below, "first.wav", 1000);
    IMDSPStorage *last = wmdm_song(w, below, "last.wav", 1000);
    IMDSPObjectInfo *three = info_of(w, wmdm_work_folder(w)), *two = info_of(w, below);
    DWORD offset;

    wmdm_songs(w);
    ROW("SP-INFO-007.tracks") {
        CHECK_HR(CALL(IMDSPObjectInfo, SetPlayLength, three, 2), S_OK);
        CHECK_EQ(ask(c, three, play_length), 2);
        CHECK_HR(CALL(IMDSPObjectInfo, SetPlayLength, three, 10), S_OK);
        CHECK_EQ(ask(c, three, play_length), 3);
    }
    ROW("SP-INFO-008.tracks") {
        CHECK_HR(CALL(IMDSPObjectInfo, SetPlayOffset, two, 1), S_OK);
        CHECK_EQ(ask(c, two, play_offset), 1);
        CHECK_HR(CALL(IMDSPObjectInfo, SetPlayOffset, two, 10), S_OK);
        offset = ask(c, two, play_offset);
        /* By the one page or the other (U23). */
        CHECK_SEEN(offset <= 1, value_errno((int64_t)offset));
    }
    RELEASE(two);
    RELEASE(three);
    RELEASE(last);
    RELEASE(first);
    RELEASE(below);
}

/* ---- what was heard of it */
INFO_CASE(INFO_HEARD_BV_01, PLAYED, "What was heard of a song is known", CONF_MUST, CONF_CONTROL,
          "Play to 60 s, Stop; Play to 20 s, Stop; lengths, offset and positions of the song, also "
          "with a play length of 170 s, and of a song that nobody played",
          "SP-INFO-004", "SP-INFO-006", "SP-INFO-007", "SP-INFO-010", "SP-INFO-012", "SP-INFO-013")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);
    IMDSPObjectInfo *song, *other;

    wmdm_songs(w);
    song = info_named(w, "one.wav");
    other = info_named(w, "two.wav");
    SETUP_CALL(IMDSPDeviceControl, Play, control);
    wmdm_wait(c, 60000);
    ROW("SP-INFO-004")
        CHECK_EQ(ask(c, song, total_length), WMDM_SONG_ONE);
    ROW("SP-INFO-006.position")
        CHECK_EQ(ask(c, song, play_length), WMDM_SONG_ONE - 60000);
    ROW("SP-INFO-006.plays")
        CHECK_EQ(ask(c, other, play_length), WMDM_SONG_TWO);
    ROW("SP-INFO-010.unset")
        CHECK_EQ(ask(c, song, play_offset), 0);
    SETUP_CALL(IMDSPObjectInfo, SetPlayLength, song, WMDM_SONG_ONE - 10000);
    ROW("SP-INFO-007.rest")
        CHECK_EQ(ask(c, song, play_length), WMDM_SONG_ONE - 60000);
    SETUP_CALL(IMDSPDeviceControl, Stop, control);
    ROW("SP-INFO-012.last")
        CHECK_EQ(ask(c, song, last_position), 60000);
    ROW("SP-INFO-013.longest")
        CHECK_EQ(ask(c, song, longest_position), 60000);
    SETUP_CALL(IMDSPDeviceControl, Play, control);
    wmdm_wait(c, 20000);
    SETUP_CALL(IMDSPDeviceControl, Stop, control);
    ROW("SP-INFO-012.changes")
        CHECK_EQ(ask(c, song, last_position), 20000);
    ROW("SP-INFO-013.stays")
        CHECK_EQ(ask(c, song, longest_position), 60000);
    ROW("SP-INFO-012.other")
        CHECK_EQ(ask(c, other, last_position), 0);
    RELEASE(other);
    RELEASE(song);
    RELEASE(control);
}

INFO_CASE(INFO_OFFSET_BV_01, PLAYED, "Play begins at the offset of a song", CONF_MUST, CONF_CONTROL,
          "SetPlayOffset of the first song to 30 s, Play; what the device says; GetPlayOffset",
          "SP-INFO-010", "SP-INFO-011")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);
    IMDSPObjectInfo *song;
    struct wmdm_heard heard;

    wmdm_songs(w);
    song = info_named(w, "one.wav");
    SETUP_CALL(IMDSPObjectInfo, SetPlayOffset, song, 30000);
    SETUP_CALL(IMDSPDeviceControl, Play, control);
    heard = wmdm_hear(c);
    ROW("SP-INFO-011")
        AGREE(heard.length == WMDM_SONG_ONE && heard.position == 30000,
              "it plays at 30 s, not at %u of %u ms", heard.position, heard.length);
    ROW("SP-INFO-010.set")
        CHECK_EQ(ask(c, song, play_offset), 30000);
    SETUP_CALL(IMDSPDeviceControl, Stop, control);
    RELEASE(song);
    RELEASE(control);
}

/* MTP 1.1, D.2.40, D.2.41: playlists, albums and what they refer to. */
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

enum { LONG_LIST = 500 };

/* SetObjectReferences; its response code. */
static uint16_t refer(struct dut *dut, uint32_t list, const uint32_t *handles, size_t count)
{
    struct ct_writer writer = {0};

    ct_put32(&writer, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        ct_put32(&writer, handles[i]);
    return dut_put(dut, MTP_OP_SET_OBJECT_REFERENCES, PARAMS(list), writer.bytes, writer.length);
}

static size_t references(struct dut *dut, uint32_t list, uint32_t *handles, size_t room)
{
    struct conf *c = dut->c;
    struct ct_reader reader;

    CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT_REFERENCES, PARAMS(list)), MTP_RC_OK);
    reader = dut_reader(dut);
    return ct_array32(&reader, handles, room);
}

CONF_CASE(MTP_PRP_BV_10, .title = "Playlists and albums keep their references in order",
          .reqs = REQS("MTP-PRP-010"), .ics = "MTP.OP.9810 && MTP.OP.9811 && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "500 references with duplicates to a playlist and an album, read back; size 0")
{
    DUT dut = dut_work(c);
    static const uint16_t formats[] = {MTP_FC_AV_PLAYLIST, MTP_FC_AUDIO_ALBUM};
    static uint32_t wanted[LONG_LIST], got[LONG_LIST + 1];
    uint32_t songs[3];

    songs[0] = dut_file(&dut, dut.folder, "one.mp3", MTP_FC_MP3, "1", 1);
    songs[1] = dut_file(&dut, dut.folder, "two.mp3", MTP_FC_MP3, "2", 1);
    songs[2] = dut_file(&dut, dut.folder, "three.mp3", MTP_FC_MP3, "3", 1);
    for (size_t i = 0; i < LONG_LIST; i++)
        wanted[i] = songs[(i * 7 + i / 3 + 2) % 3];
    ROW("MTP-PRP-010.references") {
        for (size_t f = 0; f < 2; f++) {
            uint32_t list =
                dut_file(&dut, dut.folder, f ? "album.alb" : "list.pla", formats[f], NULL, 0);
            size_t count;

            CHECK_RC(refer(&dut, list, wanted, LONG_LIST), MTP_RC_OK);
            count = references(&dut, list, got, LONG_LIST + 1);
            CHECK_EQ(count, LONG_LIST);
            CHECK_BYTES(got, sizeof(wanted), wanted, sizeof(wanted));
            ROW("MTP-PRP-010.size") {
                CHECK_RC(
                    dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(list, MTP_OPC_OBJECT_SIZE)),
                    MTP_RC_OK);
                CHECK_BYTES(dut.answer.data, dut.answer.size, "\0\0\0\0\0\0\0\0", 8);
            }
        }
    }
}

CONF_CASE(MTP_PRP_BI_11,
          .title = "A bad reference changes nothing, and deleted objects leave the lists",
          .reqs = REQS("MTP-PRP-011"), .ics = "MTP.OP.9810 && MTP.OP.9811 && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "List [a,b]; set [c, unknown]: 0xA804 and still [a,b]; delete b: [a]")
{
    DUT dut = dut_work(c);
    uint32_t two[2], three[2] = {0, 0x7ffffff0}, got[4], list;
    size_t count;

    two[0] = dut_file(&dut, dut.folder, "a.mp3", MTP_FC_MP3, "a", 1);
    two[1] = dut_file(&dut, dut.folder, "b.mp3", MTP_FC_MP3, "b", 1);
    three[0] = dut_file(&dut, dut.folder, "c.mp3", MTP_FC_MP3, "c", 1);
    list = dut_file(&dut, dut.folder, "list.pla", MTP_FC_AV_PLAYLIST, NULL, 0);
    if (refer(&dut, list, two, 2) != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    ROW("MTP-PRP-011.code")
        CHECK_RC(refer(&dut, list, three, 2), MTP_RC_INVALID_OBJECT_REFERENCE);
    ROW("MTP-PRP-011.old") {
        count = references(&dut, list, got, 4);
        CHECK_BYTES(got, 4 * count, two, 8);
    }
    ROW("MTP-PRP-011.dropped") {
        SETUP {
            if (dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(two[1])) != MTP_RC_OK)
                dut_unprepared(&dut, "operation");
        }
        count = references(&dut, list, got, 4);
        CHECK_BYTES(got, 4 * count, two, 4);
    }
}

/* ---- a list that is set anew, and lists that lose what is deleted */

static void check_list(struct dut *dut, uint32_t list, const uint32_t *wanted, size_t count)
{
    struct conf *c = dut->c;
    uint32_t got[8];

    CHECK_EQ(references(dut, list, got, 8), count);
    CHECK_BYTES(got, 4 * count, wanted, 4 * count);
}

CONF_CASE(MTP_PRP_BV_39, .title = "A list that is set anew is the new one, be it shorter or empty",
          .reqs = REQS("MTP-PRP-010", "MTP-PRP-011"),
          .ics = "MTP.OP.9810 && MTP.OP.9811 && MTP.FORMAT.BA05 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "Set [a,b,a], [b], nothing, [a,b] and read each; [0], [unknown, a]: 0xA804 and "
                   "still [a,b]; references of no object are refused")
{
    DUT dut = dut_work(c);
    const uint32_t a = dut_file(&dut, dut.folder, "a.mp3", MTP_FC_MP3, "a", 1);
    const uint32_t b = dut_file(&dut, dut.folder, "b.mp3", MTP_FC_MP3, "b", 1);
    const uint32_t list = dut_file(&dut, dut.folder, "list.pla", MTP_FC_AV_PLAYLIST, NULL, 0);
    const struct {
        uint32_t handles[3];
        size_t count;
    } sets[] = {{{a, b, a}, 3}, {{b}, 1}, {{0}, 0}, {{a, b}, 2}};

    ROW("MTP-PRP-010.anew") {
        for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
            CHECK_RC(refer(&dut, list, sets[i].handles, sets[i].count), MTP_RC_OK);
            check_list(&dut, list, sets[i].handles, sets[i].count);
        }
    }
    ROW("MTP-PRP-011.code") {
        CHECK_RC(refer(&dut, list, (uint32_t[]){0}, 1), MTP_RC_INVALID_OBJECT_REFERENCE);
        CHECK_RC(refer(&dut, list, (uint32_t[]){0x7ffffff0, a}, 2),
                 MTP_RC_INVALID_OBJECT_REFERENCE);
    }
    ROW("MTP-PRP-011.old") {
        check_list(&dut, list, (uint32_t[]){a, b}, 2);
        CHECK_NOT_RC(dut_op(&dut, MTP_OP_GET_OBJECT_REFERENCES, PARAMS(0x7ffffff0)), MTP_RC_OK);
    }
}

CONF_CASE(MTP_PRP_BV_40, .title = "What is deleted leaves every list, as often as it is there",
          .reqs = REQS("MTP-PRP-011"),
          .ics = "MTP.OP.9810 && MTP.OP.9811 && MTP.FORMAT.BA05 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "Two lists of [a,b,a,c], c in a folder; delete a: both are [b,c]; delete the "
                   "folder: both are [b]")
{
    DUT dut = dut_work(c);
    const uint32_t folder = dut_folder(&dut, dut.folder, "folder");
    const uint32_t a = dut_file(&dut, dut.folder, "a.mp3", MTP_FC_MP3, "a", 1);
    const uint32_t b = dut_file(&dut, dut.folder, "b.mp3", MTP_FC_MP3, "b", 1);
    const uint32_t in = dut_file(&dut, folder, "c.mp3", MTP_FC_MP3, "c", 1);
    const uint32_t lists[] = {dut_file(&dut, dut.folder, "1.pla", MTP_FC_AV_PLAYLIST, NULL, 0),
                              dut_file(&dut, dut.folder, "2.pla", MTP_FC_AV_PLAYLIST, NULL, 0)};

    for (size_t i = 0; i < 2; i++) {
        if (refer(&dut, lists[i], (uint32_t[]){a, b, a, in}, 4) != MTP_RC_OK)
            dut_unprepared(&dut, "operation");
    }
    dut_must(&dut, MTP_OP_DELETE_OBJECT, PARAMS(a));
    ROW("MTP-PRP-011.dropped") {
        for (size_t i = 0; i < 2; i++)
            check_list(&dut, lists[i], (uint32_t[]){b, in}, 2);
    }
    dut_must(&dut, MTP_OP_DELETE_OBJECT, PARAMS(folder));
    ROW("MTP-PRP-011.folder") {
        for (size_t i = 0; i < 2; i++)
            check_list(&dut, lists[i], (uint32_t[]){b}, 1);
    }
}

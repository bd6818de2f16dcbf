/* MTP 1.1, G.1: an event tells of what somebody else did. What a host brings about itself, by
 * whichever operation, it knows. */
#include <errno.h>
#include <stdio.h>

#include "conformance/raw/raw_snapshot.h"
#include "spcore/base.h"

/* A change of the host's. */
struct change {
    const char *clause;
    uint16_t codes[3]; /* the events that would tell it */
    uint32_t about;    /* their first parameter; 0: the change was not made */
    uint16_t told;     /* the one that came */
};

enum { MOVED, COPIED, TAGGED, LISTED, SET, CHANGES };

static uint32_t song(struct dut *dut, const char *name)
{
    return dut_file(dut, dut->folder, name, MTP_FC_MP3, "own", 3);
}

/* The object, if the operation about it was offered and done; else 0. */
static uint32_t moved(struct dut *dut, uint32_t folder)
{
    uint32_t file = song(dut, "moved.mp3");

    return dut_offers(dut, MTP_OP_MOVE_OBJECT) &&
                   dut_op(dut, MTP_OP_MOVE_OBJECT, PARAMS(file, dut->store, folder)) == MTP_RC_OK
               ? file
               : 0;
}

static uint32_t copied(struct dut *dut, uint32_t folder)
{
    uint32_t file = song(dut, "copied.mp3");

    return dut_offers(dut, MTP_OP_COPY_OBJECT) &&
                   dut_op(dut, MTP_OP_COPY_OBJECT, PARAMS(file, dut->store, folder)) == MTP_RC_OK
               ? dut->answer.param[0]
               : 0;
}

static uint32_t tagged(struct dut *dut)
{
    uint32_t file = song(dut, "tagged.mp3");

    return dut_sets(dut, dut->format, MTP_OPC_ARTIST) &&
                   dut_set_text(dut, file, MTP_OPC_ARTIST, "Who sings it") == MTP_RC_OK
               ? file
               : 0;
}

static uint32_t listed(struct dut *dut)
{
    struct ct_writer one = {0};
    uint32_t list;

    if (!dut_offers(dut, MTP_OP_SET_OBJECT_REFERENCES) ||
        dut_format(dut, MTP_FC_AV_PLAYLIST) != MTP_FC_AV_PLAYLIST)
        return 0;
    ct_put32(&one, 1);
    ct_put32(&one, song(dut, "listed.mp3"));
    if (dut_send_info(dut, dut->store, dut->folder, MTP_FC_AV_PLAYLIST, 0, "list.pla") != MTP_RC_OK)
        return 0;
    list = dut->answer.param[2];
    dut_put(dut, MTP_OP_SEND_OBJECT, PARAMS(), "", 0);
    return dut_put(dut, MTP_OP_SET_OBJECT_REFERENCES, PARAMS(list), one.bytes, one.length) ==
                   MTP_RC_OK
               ? list
               : 0;
}

/* The friendly name set, reset where that is offered, and what it was again. */
static uint32_t set(struct dut *dut)
{
    const uint16_t name = MTP_DPC_DEVICE_FRIENDLY_NAME;
    const struct dut_info *info = dut_listed(dut);
    struct ct_writer old = {0}, other = {0};
    bool done;

    if (!dut_offers(dut, MTP_OP_SET_DEVICE_PROP_VALUE) ||
        !dut_lists(info->properties, info->property_count, name) ||
        dut_op(dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(name)) != MTP_RC_OK)
        return 0;
    ct_put_bytes(&old, dut->answer.data, dut->answer.size);
    ct_put_text(&other, "named by papcheck");
    done = dut_put(dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(name), other.bytes, other.length) ==
           MTP_RC_OK;
    if (done && dut_offers(dut, MTP_OP_RESET_DEVICE_PROP_VALUE))
        dut_op(dut, MTP_OP_RESET_DEVICE_PROP_VALUE, PARAMS(name));
    dut_put(dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(name), old.bytes, old.length);
    return done ? name : 0;
}

/* All events until none comes for a second. */
static void listen(struct dut *dut, struct change changes[CHANGES])
{
    uint8_t bytes[64] = {0};
    int count;

    while ((count = tp_interrupt_in(dut->pipe.tp, dut->pipe.interrupt, bytes, sizeof(bytes),
                                    1000)) >= 12) {
        uint16_t code = get_le16(bytes + 6);

        conf_note(dut->c, "event 0x%04x for %08x", code, get_le32(bytes + 12));
        for (size_t i = 0; i < CHANGES; i++) {
            if (changes[i].about && changes[i].about == get_le32(bytes + 12) &&
                dut_lists(changes[i].codes, 3, code))
                changes[i].told = code;
        }
    }
    if (count != -ETIMEDOUT)
        conf_inconclusive(dut->c, "the interrupt endpoint: %s", value_errno(count).text);
}

CONF_CASE(MTP_EVT_BV_81, .title = "Whatever the host changes does not come back to it as an event",
          .level = CONF_SHOULD, .reqs = REQS("MTP-EVT-004"),
          .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp", .needs = CONF_WRITES,
          .steps = "Where it is offered: move, copy and tag a song, set references of a playlist, "
                   "set and reset the friendly name; no event names any of them within 1 s")
{
    struct change changes[CHANGES] = {
        [MOVED] = {.clause = "MTP-EVT-004.moved",
                   .codes = {MTP_EC_OBJECT_INFO_CHANGED, MTP_EC_OBJECT_REMOVED}},
        [COPIED] = {.clause = "MTP-EVT-004.copied",
                    .codes = {MTP_EC_OBJECT_ADDED, MTP_EC_OBJECT_INFO_CHANGED}},
        [TAGGED] = {.clause = "MTP-EVT-004.tagged",
                    .codes = {MTP_EC_OBJECT_PROP_CHANGED, MTP_EC_OBJECT_INFO_CHANGED}},
        [LISTED] = {.clause = "MTP-EVT-004.references",
                    .codes = {MTP_EC_OBJECT_REFERENCES_CHANGED, MTP_EC_OBJECT_PROP_CHANGED,
                              MTP_EC_OBJECT_INFO_CHANGED}},
        [SET] = {.clause = "MTP-EVT-004.set", .codes = {MTP_EC_DEVICE_PROP_CHANGED}},
    };
    DUT dut = dut_work(c);
    uint32_t inner = dut_folder(&dut, dut.folder, "inner");

    if (!dut.pipe.interrupt)
        conf_inconclusive(c, "no interrupt endpoint");
    changes[MOVED].about = moved(&dut, inner);
    changes[COPIED].about = copied(&dut, inner);
    changes[TAGGED].about = tagged(&dut);
    changes[LISTED].about = listed(&dut);
    changes[SET].about = set(&dut);
    listen(&dut, changes);
    for (size_t i = 0; i < CHANGES; i++) {
        char sentence[96];

        snprintf(sentence, sizeof(sentence), "event 0x%04x came of %08x, which the host changed",
                 changes[i].told, changes[i].about);
        ROW(changes[i].clause) {
            if (changes[i].about)
                CHECK_TOLD(!changes[i].told, sentence);
            else
                conf_excused(c, 1, "the device does not let the host do that");
        }
    }
}

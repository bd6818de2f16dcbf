/* MTP 1.1, appendix G; still image class 1.0, 7.3: events on the interrupt endpoint. */
#include <errno.h>
#include <string.h>

#include "suites/judge.h"

/* Changes made by the host itself (MTP 1.1, G.1). */
CONF_CASE(MTP_EVT_BV_04, .title = "The host's own changes do not come back to it as events",
          .level = CONF_SHOULD, .reqs = REQS("MTP-EVT-004"), .ics = "MTP && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Send a file, rename it, delete it; no ObjectAdded, ObjectInfoChanged or "
                   "ObjectRemoved within 1 s")
{
    JUDGE judge = judge_work(c);
    uint32_t file = judge_file(&judge, judge.folder, "own.txt", MTP_FC_TEXT, "own", 3);
    uint8_t bytes[64];
    int count = 0;

    if (!judge.pipe.interrupt)
        conf_inconclusive(c, "no interrupt endpoint");
    judge_op(&judge, NULL, MTP_OP_DELETE_OBJECT, PARAMS(file));
    for (int i = 0; i < 16; i++) {
        uint16_t code;

        count = tp_interrupt_in(judge.pipe.tp, judge.pipe.interrupt, bytes, sizeof(bytes), 1000);
        if (count < 12)
            break;
        code = desc_u16(bytes + 6);
        conf_note(c, "event 0x%04x for %08x", code, desc_u32(bytes + 12));
        /* Free space and the like may be told; the objects themselves are no news. */
        CHECK(c, "MTP-EVT-004",
              code != MTP_EC_OBJECT_ADDED && code != MTP_EC_OBJECT_REMOVED &&
                  code != MTP_EC_OBJECT_INFO_CHANGED);
    }
    CHECK(c, "MTP-EVT-004", count == -ETIMEDOUT || count >= 12);
}

/* USB 2.0, 5.7: an interrupt endpoint without data answers NAK, so the URB stays pending. */
CONF_CASE(MTP_EVT_BV_07, .title = "An idle interrupt read stays pending and can be unlinked",
          .reqs = REQS("MTP-EVT-007"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Open a session; an interrupt URB stays unanswered for 2 s; unlink answers -104")
{
    JUDGE_LINK link = judge_import(c);
    JUDGE judge = judge_raw(c, link);
    struct raw_urb urb = {.direction = RAW_IN,
                          .endpoint = judge.pipe.interrupt & 0x0f,
                          .length = 64,
                          .packets = 0xffffffff};
    struct raw_reply reply = {0};
    uint32_t seqnum = 0;
    uint8_t bytes[64];

    if (!judge.pipe.interrupt)
        conf_inconclusive(c, "no interrupt endpoint");
    if (judge_open(&judge, NULL, 1) != MTP_RC_OK || raw_submit(link, &urb, NULL) != 0)
        conf_setup_failed(c, "no session");
    REQUIRE(c, "MTP-EVT-007", raw_silent(link->fd, 2000));
    if (raw_unlink(link, urb.seqnum, &seqnum) != 0)
        conf_setup_failed(c, "unlink cannot be sent");
    REQUIRE_EQ(c, "MTP-EVT-007", raw_next(link, JUDGE_PROMPT_MS, &reply, bytes, sizeof(bytes)), 0);
    CHECK_EQ(c, "MTP-EVT-007", reply.command, RAW_RET_UNLINK);
    CHECK_EQ(c, "MTP-EVT-007", reply.status, -ECONNRESET);
}

/* microsoft.com/WMPPD: what happened on the device itself since the host was last here
 * (ReportAddedDeletedItems 0x9201, ReportAcquiredItems 0x9202). The journal is a value of the
 * store, so it lives as long as the objects do. */
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"

/* Beside the device properties, which have 16 bits. */
#define JOURNAL_KEY 0x10000u
/* {number u32, forgotten u32, flags u32}, then entries {number u32, change u8, unique id}. */
#define JOURNAL_HEAD 12u
#define JOURNAL_ENTRY 21u
#define JOURNAL_MOST 1024u

enum { UNREPORTED_DELETED = 1, UNREPORTED_ADDED = 2 };

struct journal {
    uint32_t number;    /* of the last change; what the host calls transaction id */
    uint32_t forgotten; /* number of the last one that had to go */
    uint32_t flags;     /* what kinds had to go */
    const uint8_t *entries;
    size_t count;
};

static void open_journal(const struct mtpr_responder *r, struct journal *journal)
{
    uint32_t length = 0;
    const uint8_t *data = store_value(r->store, JOURNAL_KEY, &length);
    struct rd rd = rd_over(data, data ? length : 0);

    *journal = (struct journal){0};
    if (rd_left(&rd) < JOURNAL_HEAD)
        return;
    journal->number = rd_u32(&rd);
    journal->forgotten = rd_u32(&rd);
    journal->flags = rd_u32(&rd);
    journal->entries = rd.at;
    journal->count = rd_left(&rd) / JOURNAL_ENTRY;
}

static bool reports(const struct mtpr_responder *r)
{
    const struct mtpr_codes *operations = &r->config->operations;

    return operations->codes && (mtpr_listed(operations, MTP_OP_WMPPD_REPORT_ADDED_DELETED_ITEMS) ||
                                 mtpr_listed(operations, MTP_OP_WMPPD_REPORT_ACQUIRED_ITEMS));
}

void mtpr_note_change(struct mtpr_responder *r, const struct store_object *object,
                      enum mtpr_change change)
{
    struct journal journal;
    struct wr wr = {0};
    uint8_t id[16];

    if (!reports(r))
        return;
    open_journal(r, &journal);
    if (journal.count == JOURNAL_MOST) {
        struct rd first = rd_over(journal.entries, JOURNAL_ENTRY);

        journal.forgotten = rd_u32(&first);
        journal.flags |=
            rd_u8(&first) == MTPR_CHANGE_DELETED ? UNREPORTED_DELETED : UNREPORTED_ADDED;
        journal.entries += JOURNAL_ENTRY;
        journal.count--;
    }
    store_unique_id(r->store, object, id);
    wr_u32(&wr, journal.number + 1);
    wr_u32(&wr, journal.forgotten);
    wr_u32(&wr, journal.flags);
    wr_bytes(&wr, journal.entries, journal.count * JOURNAL_ENTRY);
    wr_u32(&wr, journal.number + 1);
    wr_u8(&wr, (uint8_t)change);
    wr_bytes(&wr, id, sizeof(id));
    /* Without memory or disk for it the change stays unreported, as on a device. */
    if (!wr.failed)
        (void)store_set_value(r->store, JOURNAL_KEY, wr.data, (uint32_t)wr.used);
    wr_done(&wr);
}

/* ---- reporting */

static uint32_t number_of(const uint8_t *entry)
{
    struct rd rd = rd_over(entry, 4);

    return rd_u32(&rd);
}

/* Does a later entry speak of the same object, so that this one need not be said? */
static bool superseded(const struct journal *journal, size_t index)
{
    const uint8_t *entry = journal->entries + index * JOURNAL_ENTRY;

    for (size_t i = index + 1; i < journal->count; i++) {
        const uint8_t *later = journal->entries + i * JOURNAL_ENTRY;

        if (memcmp(later + 5, entry + 5, 16) == 0 &&
            (later[4] == entry[4] || later[4] == MTPR_CHANGE_DELETED))
            return true;
    }
    return false;
}

struct window {
    struct journal journal;
    uint32_t since, skip, room;
    uint32_t left; /* found, but beyond the window */
};

/* An array of the ids of one kind of change that fall into the window. */
static void put_changes(struct mtpr_responder *r, struct window *window, enum mtpr_change change)
{
    struct wr ids = {0};
    uint32_t count = 0;

    for (size_t i = 0; i < window->journal.count; i++) {
        const uint8_t *entry = window->journal.entries + i * JOURNAL_ENTRY;

        if (entry[4] != change || number_of(entry) <= window->since ||
            superseded(&window->journal, i))
            continue;
        if (window->skip) {
            window->skip--;
        } else if (window->room == 0) {
            window->left++;
        } else {
            window->room--;
            wr_bytes(&ids, entry + 5, 16);
            count++;
        }
    }
    wr_u32(&r->out, count);
    wr_bytes(&r->out, ids.data, ids.used);
    r->out.failed |= ids.failed;
    wr_done(&ids);
}

static void begin(struct mtpr_responder *r, struct window *window)
{
    open_journal(r, &window->journal);
    window->since = r->command.params[0];
    /* A number from another life of this player: everything is news. */
    if (window->since > window->journal.number)
        window->since = 0;
    window->skip = r->command.params[1];
    window->room = r->command.params[2];
    window->left = 0;
}

static uint16_t end(struct mtpr_responder *r, const struct window *window)
{
    r->reply.params[0] = window->journal.number;
    r->reply.params[1] = window->left;
    r->reply.params[2] = window->journal.forgotten > window->since ? window->journal.flags : 0;
    r->reply.count = 3;
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

/* Two arrays, modified then deleted: the next start index is the sum of their counts. */
static uint16_t added_deleted(struct mtpr_responder *r)
{
    struct window window;

    begin(r, &window);
    put_changes(r, &window, MTPR_CHANGE_MODIFIED);
    put_changes(r, &window, MTPR_CHANGE_DELETED);
    return end(r, &window);
}

static uint16_t acquired(struct mtpr_responder *r)
{
    struct window window;

    begin(r, &window);
    put_changes(r, &window, MTPR_CHANGE_ACQUIRED);
    return end(r, &window);
}

const struct mtpr_operation mtpr_report_operations[] = {
    {.code = MTP_OP_WMPPD_REPORT_ADDED_DELETED_ITEMS,
     .params = 3,
     .phase = MTPR_DATA_IN,
     .run = added_deleted},
    {.code = MTP_OP_WMPPD_REPORT_ACQUIRED_ITEMS,
     .params = 3,
     .phase = MTPR_DATA_IN,
     .run = acquired},
    {.code = 0},
};

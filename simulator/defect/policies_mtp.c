/* How the responder's quirks become its policy, and how the filters of its defects
 * (filters_mtp_*.c) are asked one after the other. */
#include "mtp_codes.h"
#include "simulator/defect/filters_mtp.h"
#include "spcore/base.h"

#define PLAYLISTS(member) .turns = true, .flag = offsetof(struct policies, playlists.member)

static const struct policy_row quirks[] = {
    {QUIRK_PROPLIST_ALL, FLAG(list_lacks_folders)},
    {QUIRK_PROPLIST, FLAG(list_lacks_content)},
    {QUIRK_SET_PROPLIST, FLAG(list_set_ignored)},
    {QUIRK_SEND_PROPLIST, FLAG(send_list_fails)},
    {QUIRK_DATE_MODIFIED, FLAG(date_modified_fails)},
    {QUIRK_7BIT, FLAG(ascii_names_only)},
    {QUIRK_UNIQUE, FLAG(unique_names)},
    {QUIRK_OGG_ALZHEIMER, FLAG(ogg_said_undefined)},
    {QUIRK_OGG_UNKNOWN, FLAG(ogg_unlisted)},
    {QUIRK_FLAC_UNKNOWN, FLAG(flac_unlisted)},
    {QUIRK_SPL_V1, FLAG(playlists_refused)},
    {QUIRK_SPL_V1, PLAYLISTS(spl_v1)},
    {QUIRK_SPL_V2, FLAG(playlists_refused)},
    {QUIRK_SPL_V2, PLAYLISTS(spl_v2)},
    {QUIRK_SAMPLE_DIMENSIONS, FLAG(sample_size_crashes)},
    {QUIRK_BATTERY, FLAG(battery_fails)},
    {QUIRK_WIDE_SIZE, FLAG(info_size_wide)},
    {QUIRK_DELETE_EVENT, FLAG(deletions_announced)},
    {QUIRK_CLOSE_SESSION, FLAG(closes_for_good)},
    {QUIRK_LOCKED, FLAG(locked)},
    {QUIRK_SESSION_STAYS, FLAG(session_stays)},
    {QUIRK_TRUNCATES, FLAG(last_sector_lost)},
    {QUIRK_4GB, FLAG(size_ends_at_4gb)},
};
const struct policy_table policies_mtp = {quirks, ARRAY_SIZE(quirks)};

/* ---- the seams: all that are on, one after the other */

static uint16_t command(void *self, struct mtpr_responder *r, struct mtpr_command *taken)
{
    const struct policies *policies = self;
    uint16_t code = 0;

    for (size_t i = 0; i < policies->row_count && !code; i++) {
        const struct policy_row *row = policies->rows[i];

        if (row->recode.operation == taken->code && !row->recode.from)
            code = row->recode.to;
        else if (row->mtpr.command)
            code = row->mtpr.command(self, r, taken);
    }
    return code;
}

/* What is not OK has no data. */
static void recode(const struct mtp_recode *recode, const struct mtpr_responder *r,
                   struct mtpr_answer *answer)
{
    if (!recode->from || mtpr_command(r)->code != recode->operation ||
        answer->reply->code != recode->from)
        return;
    answer->reply->code = recode->to;
    if (recode->to != MTP_RC_OK)
        answer->phase = MTPR_REPLY;
}

static void dataset(void *self, struct mtpr_responder *r, struct wr *data)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->mtpr.dataset)
            policies->rows[i]->mtpr.dataset(self, r, data);
    }
}

static void answer(void *self, struct mtpr_responder *r, struct mtpr_answer *found)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->mtpr.answer)
            policies->rows[i]->mtpr.answer(self, r, found);
        recode(&policies->rows[i]->recode, r, found);
    }
}

static size_t event(void *self, struct mtpr_responder *r, struct mtpr_event events[], size_t count)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->mtpr.event)
            count = policies->rows[i]->mtpr.event(self, r, events, count);
    }
    return count;
}

static void loss(void *self, struct mtpr_responder *r, enum mtpr_loss why)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->mtpr.loss)
            policies->rows[i]->mtpr.loss(self, r, why);
    }
}

void policies_reset_mtp(struct policies *policies)
{
    policies->playlists = (struct playlist_quirks){0};
    policies->store = store_by_the_book;
    policies->mtpr = mtpr_by_the_book;
    policies->mtpr_filter = (struct mtpr_filter){.self = policies,
                                                 .command = command,
                                                 .dataset = dataset,
                                                 .answer = answer,
                                                 .event = event,
                                                 .loss = loss};
}

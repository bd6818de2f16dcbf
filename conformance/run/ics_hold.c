/* Declared against shown. What is declared and not there would be judged by nobody else: its cases
 * may find nothing to object to. What is there and not declared leaves its cases out. */
#include <errno.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/catalogue/catalogue.h"
#include "conformance/results/results.h"
#include "conformance/run/ics.h"

struct comparison {
    const struct ics *declared, *const *shown;
    size_t shown_count;
    const struct catalogue *catalogue;
    bool all_shown; /* nobody else could show what is declared */
    json_t *checks, *notes;
    size_t unjudged; /* of the notes, the first */
};

static bool is_shown(const struct comparison *it, const char *item)
{
    for (size_t i = 0; i < it->shown_count; i++) {
        if (ics_has(it->shown[i], item))
            return true;
    }
    return false;
}

static void find_too_much(struct comparison *it, const char *file)
{
    for (size_t i = 0; i < it->declared->count; i++) {
        const struct ics_claim *claim = &it->declared->claims[i];
        const struct catalogue_item *item = catalogue_item(it->catalogue, claim->item);

        if (!claim->yes || !item || strcmp(item->by, "vendor") == 0 || is_shown(it, claim->item))
            continue;
        if (!it->all_shown) {
            json_array_append_new(it->notes, json_sprintf("%s (%s:%u) is declared, and not judged",
                                                          claim->item, file, claim->line));
            it->unjudged++;
            continue;
        }
        json_array_append_new(it->checks, json_pack("{s:s,s:b,s:s,s:i,s:s,s:s}", "row", claim->item,
                                                    "ok", 0, "file", file, "line", (int)claim->line,
                                                    "text", item->observed, "seen", "false"));
    }
}

static void find_too_little(struct comparison *it)
{
    for (size_t i = 0; i < it->shown_count; i++) {
        const struct ics *shown = it->shown[i];

        for (size_t k = 0; k < shown->count; k++) {
            const char *item = shown->claims[k].item;
            bool said = ics_has(it->declared, item);

            for (size_t earlier = 0; earlier < i && !said; earlier++)
                said = ics_has(it->shown[earlier], item);
            if (!said)
                json_array_append_new(it->notes,
                                      json_pack("s+", item, " is shown, but not declared"));
        }
    }
}

int ics_hold(const struct ics *declared, const char *path, const struct ics *const shown[],
             size_t shown_count, const char *unseen, const struct catalogue *catalogue,
             struct result *ret)
{
    struct comparison it = {.declared = declared,
                            .shown = shown,
                            .shown_count = shown_count,
                            .catalogue = catalogue,
                            .all_shown = !*unseen,
                            .checks = json_array(),
                            .notes = json_array()};
    struct result result = {.id = "ICS",
                            .title =
                                "What the ICS declares is shown, and what is shown is declared",
                            .level = cases_levels[CONF_MUST],
                            .flow = flow_names[0],
                            .player = "",
                            .evidence = ""};
    json_t *object = json_pack("{s:{},s:o,s:o}", "rows", "checks", it.checks, "notes", it.notes);
    int error = object ? 0 : -ENOMEM;

    find_too_much(&it, cases_base_name(path));
    find_too_little(&it);
    if (!error)
        error = result_take(&result, object);
    if (it.unjudged)
        result_say(&result, VERDICT_INCONCLUSIVE, CAUSE_ICS,
                   "%zu of what is declared could not be judged without the players %s",
                   it.unjudged, unseen);
    else
        result_say(&result, result.check_count ? VERDICT_FAIL : VERDICT_PASS, CAUSE_ICS, "%s", "");
    result.warnings = (unsigned)(result.notes.count - it.unjudged);
    json_decref(object);
    if (error)
        result_done(&result);
    else
        *ret = result;
    return error;
}

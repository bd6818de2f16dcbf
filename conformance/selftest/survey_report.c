/* What became of the generated defects: each survivor with its reason, and the share. */
#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdio.h>

#include "conformance/results/results_folder.h"
#include "conformance/selftest/survey.h"
#include "spcore/base.h"

struct allowed allowed_rows[] = {
#define ALLOWED(pattern, reason) {pattern, reason, false, 0},
#define PARTLY(pattern, reason) {pattern, reason, true, 0},
#include "conformance/selftest/allowed.def"
};
const size_t allowed_count = ARRAY_SIZE(allowed_rows);

static json_t *made_json(const struct made *made)
{
    json_t *one = json_pack("{s:s,s:s,s:s,s:i}", "name", made->name, "subject",
                            subjects[made->subject].defective, "outcome", made_names[made->outcome],
                            "cases", (int)made->ran);

    if (made->why)
        json_object_set_new(one, "why", json_string(made->why));
    if (made->allowed)
        json_object_set_new(one, "allowed", json_string(made->allowed->reason));
    return one;
}

static int write_json(const struct survey *self)
{
    json_t *all = json_array();

    for (size_t i = 0; i < self->made_count; i++)
        json_array_append_new(all, made_json(&self->made[i]));
    return results_folder_json(self->options.out, "generated.json",
                               json_pack("{s:o}", "generated", all));
}

/* A part of what is allowed only in part, and not the right part. */
static bool is_found(const struct made *made)
{
    return made->allowed && made->allowed->partly &&
           (made->outcome == MADE_CAUGHT || made->outcome == MADE_WARNED);
}

/* What got through, and what is said to be nobody's business and yet a fault. Returns the number of
 * the latter. */
static size_t print_survivors(const struct survey *self)
{
    size_t stale = 0;

    for (size_t i = 0; i < self->made_count; i++) {
        const struct made *made = &self->made[i];
        const char *why = made->why ? made->why : "no case that it passes in minds";

        if (made->outcome == MADE_CAUGHT && made->allowed && !made->allowed->partly) {
            printf("not allowed: %s (%s), but \"%s\" is in allowed.def\n", made->name, why,
                   made->allowed->pattern);
            stale++;
        } else if (made->outcome == MADE_CAUGHT || is_found(made)) {
            continue;
        } else if (made->allowed) {
            printf("allowed: %s – %s\n", made->name, made->allowed->reason);
        } else {
            printf("%s: %s (%s; of %zu cases)\n", made_names[made->outcome], made->name, why,
                   made->ran);
        }
    }
    return stale;
}

/* Rows of the table that nothing matches, where everything was looked at. */
static size_t print_idle(const struct survey *self)
{
    size_t idle = 0;

    for (size_t i = 0; i < allowed_count && !self->pattern_count; i++) {
        if (allowed_rows[i].matched)
            continue;
        printf("stale: \"%s\" in allowed.def matches nothing\n", allowed_rows[i].pattern);
        idle++;
    }
    return idle;
}

int survey_report(struct survey *self)
{
    size_t counts[MADE_OUTCOMES] = {0}, allowed = 0, forbidden, found, stale;
    int error = write_json(self), status;
    double share;

    stale = print_survivors(self);
    stale += print_idle(self);
    for (size_t i = 0; i < self->made_count; i++) {
        if (self->made[i].allowed && !is_found(&self->made[i]))
            allowed++;
        else
            counts[self->made[i].outcome]++;
    }
    forbidden = self->made_count - allowed;
    found = counts[MADE_CAUGHT] + counts[MADE_WARNED];
    share = forbidden ? 100.0 * (double)found / (double)forbidden : 100.0;
    status = stale || share < self->least;
    printf("%zu generated, %zu of them allowed; %zu caught %zu warned %zu survived %zu error, %zu "
           "stale – %.1f %% of those that a document forbids are found (%d)\n",
           self->made_count, allowed, counts[MADE_CAUGHT], counts[MADE_WARNED],
           counts[MADE_SURVIVED], counts[MADE_ERROR], stale, share, status);
    run_complain(&self->options, error);
    return error ? error : status;
}

/* What must be the same in all parts of a run: a verdict over apples and pears would be none. */
#include "conformance/run/merge_same.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/run/offer.h"
#include "conformance/run/origin.h"
#include "git_id.h"
#include "spcore/base.h"

#define PLAYERS_MOST 32 /* of a run that is one: there are fewer */

/* ---- one line */

/* As JSON has it, so that nothing in it does anything to a terminal; cut. */
static void plain(const json_t *value, char ret[96])
{
    char *text =
        value ? json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_COMPACT) : NULL;

    snprintf(ret, 96, "%.90s%s", text ? text : "nothing", text && strlen(text) > 90 ? "…" : "");
    free(text);
}

static int differ(struct same_error *error, const struct merge_part *a, const struct merge_part *b,
                  const char *what, const json_t *in_a, const json_t *in_b)
{
    char text_a[96], text_b[96];

    plain(in_a, text_a);
    plain(in_b, text_b);
    snprintf(error->text, error->size, "%s and %s are not parts of one run: %s is %s and %s",
             a->folder, b->folder, what, text_a, text_b);
    return -EINVAL;
}

int same_differ(struct same_error *error, const struct merge_part *a, const struct merge_part *b,
                const char *what, const char *in_a, const char *in_b)
{
    json_t *both = json_pack("[s,s]", in_a, in_b);

    differ(error, a, b, what, json_array_get(both, 0), json_array_get(both, 1));
    json_decref(both);
    return -EINVAL;
}

int same_wrong(struct same_error *error, const struct merge_part *part, const char *member,
               const char *saw, const char *expected)
{
    json_t *value = json_string(saw);
    char text[96];

    plain(value, text);
    json_decref(value);
    snprintf(error->text, error->size, "%s/results.json: %s: %s: expected %s", part->folder, member,
             text, expected);
    return -EINVAL;
}

/* ---- members that are one and the same */

static const struct {
    const char *member, *what;
} members[] = {
    {"suite", "the suite"},
    {"git", "the suite's sources"},
    {"catalogue_sha256", "the catalogue"},
    {"subjects", "subjects"},
    {"player", "the player"},
    {"player_sha256", "the player's file"},
    {"provider_sha256", "the provider's file"},
    {"deviations", "defects"},
    {"ics_sha256", "the ICS"},
    {"seed", "the seed"},
    {"strict", "--strict"},
    {"options", "options"},
};

static int same_members(const struct merge_part *a, const struct merge_part *b,
                        struct same_error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        const json_t *in_a = json_object_get(a->results.json, members[i].member);
        const json_t *in_b = json_object_get(b->results.json, members[i].member);

        if (in_a != in_b && !json_equal(in_a, in_b))
            return differ(error, a, b, members[i].what, in_a, in_b);
    }
    return 0;
}

/* ---- devices, and players of our simulator */

static const struct result_device *device_of(const struct merge_part *part, const char *player)
{
    for (size_t i = 0; i < part->results.device_count; i++) {
        if (strcmp(part->results.devices[i].player, player) == 0)
            return &part->results.devices[i];
    }
    return NULL;
}

static int same_device(const struct merge_part *a, const struct merge_part *b,
                       const struct result_device *in_a, const struct result_device *in_b,
                       struct same_error *error)
{
    const struct {
        const char *what, *a, *b;
    } texts[] = {
        {"usb", in_a->usb, in_b->usb},
        {"release", in_a->release, in_b->release},
        {"manufacturer", in_a->manufacturer, in_b->manufacturer},
        {"product", in_a->product, in_b->product},
        {"serial number", in_a->serial, in_b->serial},
        {"firmware", in_a->firmware, in_b->firmware},
    };
    char what[96];

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        if (strcmp(texts[i].a, texts[i].b) == 0)
            continue;
        snprintf(what, sizeof(what), "%s of %.48s", texts[i].what,
                 *in_a->player ? in_a->player : "the device");
        return same_differ(error, a, b, what, texts[i].a, texts[i].b);
    }
    return 0;
}

/* Another address is as good, if it is seen to be the same device. */
static int same_address(const struct merge_part *a, const struct merge_part *b,
                        struct same_error *error)
{
    const struct result_device *device = device_of(a, "");
    const char *in_a = a->results.device, *in_b = b->results.device;
    bool own = strcmp(in_a, RUN_OWN_DEVICE) == 0 || strcmp(in_b, RUN_OWN_DEVICE) == 0;

    if (strcmp(in_a, in_b) == 0 || (!own && device && *device->serial && device_of(b, "")))
        return 0;
    return same_differ(error, a, b, "the device", in_a, in_b);
}

/* Each as the first part has it that saw it. */
static int same_devices(const struct merge_part *parts, size_t index, struct same_error *error)
{
    const struct merge_part *part = &parts[index];
    int result = same_address(&parts[0], part, error);

    for (size_t i = 0; i < part->results.device_count && !result; i++) {
        const struct result_device *one = &part->results.devices[i], *other = NULL;

        for (size_t k = 0; k < index && !other; k++) {
            other = device_of(&parts[k], one->player);
            if (other)
                result = same_device(&parts[k], part, other, one, error);
        }
    }
    return result;
}

static bool is_offer(const char *item)
{
    return strncmp(item, OFFER_PREFIX, strlen(OFFER_PREFIX)) == 0;
}

/* Of items, those a provider offers, or the others. */
static json_t *pick(const json_t *items, bool offers)
{
    json_t *picked = json_array(), *item;
    size_t i;

    json_array_foreach(items, i, item)
    {
        if (json_is_string(item) && is_offer(json_string_value(item)) == offers)
            json_array_append(picked, item);
    }
    return picked;
}

/* What a provider offers is asked where one drives the device: in some parts alone. */
static bool is_same_shown(const json_t *a, const json_t *b)
{
    json_t *shown_a = pick(a, false), *shown_b = pick(b, false);
    json_t *offers_a = pick(a, true), *offers_b = pick(b, true);
    bool same =
        json_equal(shown_a, shown_b) && (!json_array_size(offers_a) || !json_array_size(offers_b) ||
                                         json_equal(offers_a, offers_b));

    json_decref(shown_a);
    json_decref(shown_b);
    json_decref(offers_a);
    json_decref(offers_b);
    return same;
}

/* Member `ics` or `shown`: items by player. */
static int same_items(const struct merge_part *parts, size_t index, const char *member,
                      struct same_error *error)
{
    const char *player;
    json_t *items;

    if (*parts[index].results.ics_file && strcmp(member, "ics") == 0)
        return 0; /* no matter of players */
    json_object_foreach(json_object_get(parts[index].results.json, member), player, items)
    {
        const json_t *other = NULL;

        for (size_t k = 0; k < index && !other; k++) {
            other = json_object_get(json_object_get(parts[k].results.json, member), player);
            if (other && !is_same_shown(other, items))
                return differ(error, &parts[k], &parts[index], "what the device shows", other,
                              items);
        }
    }
    return 0;
}

/* ---- what a file declares */

/* The next claim from *at on that is a line of the file; NULL: there is none. */
static const struct result_claim *next_claim(const struct results *results, size_t *at)
{
    while (*at < results->claim_count) {
        const struct result_claim *claim = &results->claims[(*at)++];

        if (claim->line)
            return claim;
    }
    return NULL;
}

static int same_claims(const struct merge_part *a, const struct merge_part *b,
                       struct same_error *error)
{
    const struct result_claim *in_a, *in_b;
    size_t at_a = 0, at_b = 0;

    do {
        in_a = next_claim(&a->results, &at_a);
        in_b = next_claim(&b->results, &at_b);
        if ((in_a && in_b) ? strcmp(in_a->item, in_b->item) != 0 || in_a->yes != in_b->yes ||
                                 in_a->line != in_b->line
                           : in_a != in_b)
            return same_differ(error, a, b, "a claim of the ICS", in_a ? in_a->item : "none",
                               in_b ? in_b->item : "none");
    } while (in_a);
    return 0;
}

/* ---- files beside device's and provider's */

static int same_files(const struct merge_part *a, const struct merge_part *b,
                      struct same_error *error)
{
    for (size_t i = 0; i < RUN_FILES; i++) {
        const struct result_file *in_a = results_file(&a->results, run_files[i].what);
        const struct result_file *in_b = results_file(&b->results, run_files[i].what);
        const char *hash_a = in_a ? in_a->sha256 : "none", *hash_b = in_b ? in_b->sha256 : "none";
        char what[64];

        snprintf(what, sizeof(what), "the %s's file", run_files[i].what);
        if (strcmp(hash_a, hash_b) != 0)
            return same_differ(error, a, b, what, hash_a, hash_b);
    }
    return 0;
}

/* ---- the provider's class */

/* Found where a case drives the provider: each as the first part has it that says. */
static int same_class(const struct merge_part *parts, size_t index, struct same_error *error)
{
    const char *one = parts[index].results.provider_class;
    size_t k = 0;

    while (k < index && !*parts[k].results.provider_class)
        k++;
    return *one && strcmp(parts[k].results.provider_class, one) != 0
               ? same_differ(error, &parts[k], &parts[index], "the provider's class",
                             parts[k].results.provider_class, one)
               : 0;
}

/* ---- all of it */

/* Parts of a run of another suite may be one, but nobody here knows what that would demand. */
static int our_suite(const struct catalogue *catalogue, const struct merge_part *part,
                     struct same_error *error)
{
    char hash[ORIGIN_HASH_ROOM];

    origin_catalogue(catalogue, hash);
    if (strcmp(part->results.suite, RUN_SUITE) != 0)
        return same_wrong(error, part, "suite", part->results.suite, RUN_SUITE ", which this is");
    if (strcmp(part->results.git, GIT_ID) != 0)
        return same_wrong(error, part, "git", part->results.git,
                          "\"" GIT_ID "\", the sources of this papcheck");
    if (strcmp(part->results.catalogue_sha256, hash) != 0)
        return same_wrong(error, part, "catalogue_sha256", part->results.catalogue_sha256,
                          "this papcheck's catalogue");
    return 0;
}

static int bounded(const struct merge_part *part, struct same_error *error)
{
    const struct results *results = &part->results;

    if (results->device_count > PLAYERS_MOST || results->ics_count > PLAYERS_MOST ||
        results->shown_count > PLAYERS_MOST)
        return same_wrong(error, part, "devices, ics or shown", "more", "at most 32 players");
    return 0;
}

int same_run(const struct catalogue *catalogue, const struct merge_part *parts, size_t count,
             struct same_error *error)
{
    int result = 0;

    for (size_t i = 0; i < count && !result; i++) {
        result = bounded(&parts[i], error);
        if (!result)
            result = same_members(&parts[0], &parts[i], error);
        if (!result)
            result = same_files(&parts[0], &parts[i], error);
        if (!result)
            result = same_devices(parts, i, error);
        if (!result)
            result = same_items(parts, i, "ics", error);
        if (!result)
            result = same_items(parts, i, "shown", error);
        if (!result)
            result = same_claims(&parts[0], &parts[i], error);
        if (!result)
            result = same_class(parts, i, error);
    }
    return result ? result : our_suite(catalogue, &parts[0], error);
}

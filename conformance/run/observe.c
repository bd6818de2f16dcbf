/* Observing before the run. Players start side by side, and are asked one after the other. */
#include "conformance/run/observe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/run/evidence.h"
#include "conformance/run/offer.h"
#include "conformance/run/papsim.h"

#define PLAYERS_MAX 32

struct run_ics {
    struct observation {
        const char *player; /* "": of the device that was given, or of the player */
        const char *file;   /* as papsim takes it */
        struct ics ics;
        struct process papsim;
        struct conf_context context;
        int error;
    } of[PLAYERS_MAX];
    size_t count;
    struct ics declared; /* of a file: in force instead of what is observed */
    char unseen[512];    /* players that were not observed, by name; "": none */
};

static struct observation *find(const struct run *run, const char *player)
{
    for (size_t i = 0; i < run->ics->count; i++) {
        if (strcmp(run->ics->of[i].player, player) == 0)
            return &run->ics->of[i];
    }
    return NULL;
}

static bool is_given(const struct run *run)
{
    return run->options.of[SUBJECT_DEVICE].name || run->options.player;
}

static const char *player_of(const struct run *run, const struct conf_case *conf_case)
{
    return is_given(run) ? "" : subject_player(conf_case);
}

/* ---- of a device, or of a player of ours: began, then asked */

/* -errno: there is no place for it. */
static int begin(const struct run *run, struct observation *one)
{
    struct run_options options = run->options;

    if (run->options.of[SUBJECT_DEVICE].name)
        return 0;
    options.of[SUBJECT_DEVICE].defects = NULL;
    options.quiet_evidence = true;
    snprintf(one->context.evidence, sizeof(one->context.evidence), "%s/ics/%s", options.out,
             cases_base_name(one->file));
    one->error = evidence_make(one->context.evidence);
    if (one->error)
        return one->error;
    one->error = papsim_start(&options, one->file, &one->papsim, &one->context);
    return one->error == -ENOSPC ? one->error : 0; /* for its log */
}

/* An INF is to name the provider's class. */
static bool drives(const struct run *run, const struct observation *one)
{
    bool any = false;

    for (size_t i = 0; i < run->results.case_count && !any; i++) {
        enum subject_id subject = subject_of(run->cases[i]);

        any = (subject == SUBJECT_PROVIDER || subject == SUBJECT_INF) &&
              strcmp(player_of(run, run->cases[i]), one->player) == 0;
    }
    return any && run->options.of[SUBJECT_PROVIDER].name;
}

/* What drives it in a case of this run is asked on it, too. */
static int ask_provider(struct run *run, struct observation *one)
{
    struct run_options options = run->options;

    if (!drives(run, one))
        return 0;
    /* Of a defect the provider it is put into is asked: what it hides is not what that lacks. */
    options.of[SUBJECT_PROVIDER].defects = NULL;
    return offer_observe(&options, &one->context, &one->ics, &run->class);
}

/* It is there, and what it says is not the protocol: its cases say so, and what it offers beyond
 * what any device does is not known. */
static bool is_broken(int error)
{
    return error == -EPROTO || error == -EPIPE || error == -EOVERFLOW || error == -EMSGSIZE ||
           error == -ECONNRESET;
}

static int ask_device(struct run *run, struct observation *one, char *error, size_t size)
{
    const char *device = run->options.of[SUBJECT_DEVICE].name;
    int result = ics_observe(device, false, &one->ics);

    if (result)
        snprintf(error, size, "%s: %s", device, strerror(-result));
    if (is_broken(result)) {
        fprintf(stderr, "papcheck: %s, so only what concerns any device is judged\n", error);
        one->ics = (struct ics){0};
        return 0;
    }
    if (result)
        return result;
    snprintf(one->context.uri, sizeof(one->context.uri), "%s", device);
    snprintf(one->context.evidence, sizeof(one->context.evidence), "%s/ics", run->options.out);
    if (drives(run, one))
        result = evidence_make(one->context.evidence);
    return result ? result : ask_provider(run, one);
}

/* A player may answer nobody after it was asked (docs/quirks.md, 21), and the provider is to find
 * it as in a case. */
static int start_anew(const struct run *run, struct observation *one)
{
    struct run_options options = run->options;
    int error;

    options.of[SUBJECT_DEVICE].defects = NULL;
    options.quiet_evidence = true;
    papsim_stop(&one->papsim, &one->context);
    error = papsim_start(&options, one->file, &one->papsim, &one->context);
    return error ? error : papsim_ready(&one->papsim, &one->context);
}

static int ask(struct run *run, struct observation *one, char *error, size_t size)
{
    int result = one->error;

    if (run->options.of[SUBJECT_DEVICE].name)
        return ask_device(run, one, error, size);
    if (!result)
        result = papsim_ready(&one->papsim, &one->context);
    if (!result)
        result = ics_observe(one->context.uri, !run->options.player, &one->ics);
    if (!result && run->options.player && drives(run, one))
        result = start_anew(run, one);
    if (!result)
        result = ask_provider(run, one);
    papsim_stop(&one->papsim, &one->context);
    if (result)
        snprintf(error, size, "player %s: %s", one->file, strerror(-result));
    return result;
}

static int begin_all(struct run *run)
{
    struct run_ics *ics = run->ics;
    int error = 0;

    for (size_t i = 0; i < run->results.case_count && ics->count < PLAYERS_MAX && !error; i++) {
        const char *player = player_of(run, run->cases[i]);

        if (find(run, player))
            continue;
        ics->of[ics->count].player = player;
        ics->of[ics->count].file = subject_player_file(&run->options, run->cases[i]);
        error = begin(run, &ics->of[ics->count++]);
    }
    if (!error)
        return 0;
    run_complain(&run->options, error);
    for (size_t i = 0; i < ics->count; i++)
        papsim_stop(&ics->of[i].papsim, &ics->of[i].context);
    return error;
}

/* A file that says nothing of the provider leaves it to what is observed. */
static int add_offers(const struct run_ics *ics, struct ics *declared)
{
    size_t length = strlen(OFFER_PREFIX);
    int error = 0;

    for (size_t i = 0; i < declared->count; i++) {
        if (strncmp(declared->claims[i].item, OFFER_PREFIX, length) == 0)
            return 0;
    }
    for (size_t i = 0; i < ics->count; i++) {
        const struct ics *shown = &ics->of[i].ics;

        for (size_t k = 0; !ics->of[i].error && k < shown->count && !error; k++) {
            if (strncmp(shown->claims[k].item, OFFER_PREFIX, length) == 0)
                error = ics_set(declared, shown->claims[k].item);
        }
    }
    return error;
}

/* What it says holds for every player; which device that is, and that it is ours, is seen. */
static int add_seen(struct run *run)
{
    struct ics *declared = &run->ics->declared;
    int error = add_offers(run->ics, declared);

    if (error || !is_given(run))
        return error ? error : ics_set(declared, "FIXTURE.CONTROL");
    declared->identity = run->ics->of[0].ics.identity;
    declared->still_image = run->ics->of[0].ics.still_image;
    return 0;
}

static int declare(struct run *run)
{
    struct ics *declared = &run->ics->declared;
    char error[512];
    int result = ics_read(run->options.ics, run->catalogue, declared, error, sizeof(error));

    if (result) {
        fprintf(stderr, "papcheck: %s\n", error);
        return result;
    }
    return add_seen(run);
}

int run_observe_all(struct run *run)
{
    char error[512];
    int result;

    run->ics = calloc(1, sizeof(*run->ics));
    if (!run->ics)
        return -ENOMEM;
    result = begin_all(run);
    if (result)
        return result;
    for (size_t i = 0; i < run->ics->count; i++) {
        struct observation *one = &run->ics->of[i];

        one->error = ask(run, one, error, sizeof(error));
        if (one->error) {
            fprintf(stderr, "papcheck: %s\n", error);
            if (is_given(run))
                result = one->error;
        }
    }
    if (!result && *run->class.id && !run->options.provider_class)
        run->options.provider_class = run->class.id;
    return result || !run->options.ics ? result : declare(run);
}

/* ---- of parts of a run that were observed before */

static void take_identity(const struct results *part, const char *player, struct identity *ret)
{
    for (size_t i = 0; i < part->device_count; i++) {
        const struct result_device *from = &part->devices[i];

        if (strcmp(from->player, player) != 0)
            continue;
        snprintf(ret->usb, sizeof(ret->usb), "%s", from->usb);
        snprintf(ret->release, sizeof(ret->release), "%s", from->release);
        snprintf(ret->manufacturer, sizeof(ret->manufacturer), "%s", from->manufacturer);
        snprintf(ret->product, sizeof(ret->product), "%s", from->product);
        snprintf(ret->serial, sizeof(ret->serial), "%s", from->serial);
        snprintf(ret->firmware, sizeof(ret->firmware), "%s", from->firmware);
        return;
    }
}

/* What it is asked is no matter of the part alone: only where a provider drives it, that one is
 * asked as well. -ENOENT: nobody has observed it yet. */
static int take_player(const struct run *run, const struct results *part, struct observation *one)
{
    const struct result_ics *from = run->options.ics ? part->shown : part->ics;
    size_t count = run->options.ics ? part->shown_count : part->ics_count, i = 0;
    int error = 0;

    while (i < count && strcmp(from[i].player, one->player) != 0)
        i++;
    if (i == count)
        return one->error;
    for (size_t k = 0; k < from[i].items.count && !error; k++)
        error = ics_set(&one->ics, from[i].items.at[k]);
    take_identity(part, one->player, &one->ics.identity);
    one->ics.still_image = ics_has(&one->ics, "STILL_IMAGE");
    return error;
}

static int take_claims(struct run *run, const struct results *part)
{
    struct ics *declared = &run->ics->declared;
    int error = 0;

    for (size_t i = 0; i < part->claim_count && !error; i++) {
        const struct result_claim *claim = &part->claims[i];

        if (claim->line)
            error = ics_say(declared, claim->item, claim->line, claim->yes);
    }
    return error ? error : add_seen(run);
}

int run_ics_take(struct run *run, const struct results *const *parts, size_t count)
{
    struct run_ics *ics = calloc(1, sizeof(*ics));

    run->ics = ics;
    if (!ics)
        return -ENOMEM;
    for (size_t i = 0; i < run->case_count && ics->count < PLAYERS_MAX; i++) {
        struct observation *one = &ics->of[ics->count];
        const char *player = player_of(run, run->cases[i]);

        if (find(run, player))
            continue;
        *one = (struct observation){.player = player, .error = -ENOENT};
        ics->count++;
        for (size_t k = 0; k < count && one->error != -ENOMEM; k++)
            one->error = take_player(run, parts[k], one);
        if (one->error == -ENOMEM)
            return -ENOMEM;
    }
    return run->options.ics ? take_claims(run, parts[0]) : 0;
}

const struct ics *run_ics_of(const struct run *run, const struct conf_case *conf_case)
{
    const struct observation *one;

    if (!run->ics)
        return NULL;
    one = find(run, player_of(run, conf_case));
    if (run->options.ics)
        return &run->ics->declared;
    if (!one || one->error)
        return NULL;
    /* Of a part that judges no provider there, what it offers is not known. */
    return conf_case->needs & CONF_PROVIDER && !drives(run, one) ? NULL : &one->ics;
}

/* ---- as results have it */

static void name_device(const struct observation *one, struct result_device *ret)
{
    const struct identity *identity = &one->ics.identity;

    *ret = (struct result_device){.player = one->player,
                                  .usb = identity->usb,
                                  .release = identity->release,
                                  .manufacturer = identity->manufacturer,
                                  .product = identity->product,
                                  .serial = identity->serial,
                                  .firmware = identity->firmware};
}

static int add_ics(const char *player, const struct ics *ics, struct result_ics *ret)
{
    int error = 0;

    ret->player = player;
    for (size_t i = 0; i < ics->count && !error; i++) {
        if (ics->claims[i].yes)
            error = texts_add(&ret->items, ics->claims[i].item);
    }
    return error;
}

static int add_claims(const struct ics *declared, struct results *results)
{
    results->claims = calloc(declared->count + 1, sizeof(*results->claims));
    if (!results->claims)
        return -ENOMEM;
    for (size_t i = 0; i < declared->count; i++) {
        const struct ics_claim *claim = &declared->claims[i];

        results->claims[results->claim_count++] =
            (struct result_claim){claim->item, claim->line, claim->yes};
    }
    return 0;
}

static bool was_observed(const struct run *run, const char *player)
{
    const struct observation *one = find(run, player);

    return one && !one->error;
}

/* Players of cases that could be judged with these options: each once, by the first of them. */
static void name_unseen(struct run *run)
{
    char *unseen = run->ics->unseen;
    const struct conf_case *const *cases;
    size_t count = cases_all(&cases), at = 0;

    for (size_t i = 0; i < count && at < sizeof(run->ics->unseen); i++) {
        const char *player = player_of(run, cases[i]);
        size_t first = 0;

        while (strcmp(player_of(run, cases[first]), player) != 0)
            first++;
        if (first == i && !was_observed(run, player))
            at += (size_t)snprintf(unseen + at, sizeof(run->ics->unseen) - at, "%s%s",
                                   at ? ", " : "", player);
    }
}

/* After the cases: there is room for one more. */
static int hold(struct run *run)
{
    const struct ics *shown[PLAYERS_MAX];
    size_t count = 0;
    int error;

    for (size_t i = 0; i < run->ics->count; i++) {
        if (!run->ics->of[i].error)
            shown[count++] = &run->ics->of[i].ics;
    }
    if (!count)
        return 0; /* their cases say why */
    name_unseen(run);
    error = ics_hold(&run->ics->declared, run->options.ics, shown, count, run->ics->unseen,
                     run->catalogue, &run->results.cases[run->results.case_count]);
    run->results.case_count += !error;
    return error;
}

int run_ics_results(struct run *run)
{
    struct results *results = &run->results;
    bool declares = run->options.ics != NULL;
    int error = 0;

    results->ics = calloc(PLAYERS_MAX, sizeof(*results->ics));
    results->shown = calloc(PLAYERS_MAX, sizeof(*results->shown));
    results->devices = calloc(PLAYERS_MAX, sizeof(*results->devices));
    if (!results->ics || !results->shown || !results->devices)
        return -ENOMEM;
    for (size_t i = 0; i < run->ics->count && !error; i++) {
        const struct observation *one = &run->ics->of[i];

        if (one->error)
            continue;
        if (*one->ics.identity.usb)
            name_device(one, &results->devices[results->device_count++]);
        error = add_ics(one->player, &one->ics,
                        declares ? &results->shown[results->shown_count++]
                                 : &results->ics[results->ics_count++]);
    }
    if (error || !declares)
        return error;
    error = add_ics("", &run->ics->declared, &results->ics[results->ics_count++]);
    if (!error)
        error = add_claims(&run->ics->declared, results);
    return error ? error : hold(run);
}

void run_ics_free(struct run_ics *ics)
{
    for (size_t i = 0; ics && i < ics->count; i++) {
        if (!ics->of[i].error)
            ics_done(&ics->of[i].ics);
    }
    if (ics)
        ics_done(&ics->declared);
    free(ics);
}

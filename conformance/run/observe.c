/* Observing before the run. Players start side by side, and are asked one after the other. */
#include "conformance/run/observe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/run/evidence.h"
#include "conformance/run/papsim.h"

#define PLAYERS_MAX 32

struct run_ics {
    struct observation {
        const char *player; /* "": the device's, or a file's */
        struct ics ics;
        struct process papsim;
        struct conf_context context;
        int error;
    } of[PLAYERS_MAX];
    size_t count;
};

static struct observation *find(const struct run *run, const char *player)
{
    for (size_t i = 0; i < run->ics->count; i++) {
        if (strcmp(run->ics->of[i].player, player) == 0)
            return &run->ics->of[i];
    }
    return NULL;
}

static const char *player_of(const struct run *run, const struct conf_case *conf_case)
{
    return run->options.of[SUBJECT_DEVICE].name ? "" : subject_player(conf_case);
}

/* ---- of a file, of a device, or of a player of ours: began, then asked */

/* -errno: there is no place for it. */
static int begin(const struct run *run, struct observation *one)
{
    struct run_options options = run->options;

    if (run->options.ics || run->options.of[SUBJECT_DEVICE].name)
        return 0;
    options.of[SUBJECT_DEVICE].defects = NULL;
    options.quiet_evidence = true;
    snprintf(one->context.evidence, sizeof(one->context.evidence), "%s/ics/%s", options.out,
             one->player);
    one->error = evidence_make(one->context.evidence);
    if (one->error)
        return one->error;
    one->error = papsim_start(&options, one->player, &one->papsim, &one->context);
    return one->error == -ENOSPC ? one->error : 0; /* for its log */
}

static int ask(const struct run *run, struct observation *one, char *error, size_t size)
{
    const char *device = run->options.of[SUBJECT_DEVICE].name;
    int result = one->error;

    if (run->options.ics) {
        result = ics_read(run->options.ics, &one->ics, error, size);
        if (result)
            return result;
    }
    if (device) {
        result = run->options.ics ? ics_identify(device, &one->ics.identity)
                                  : ics_observe(device, false, &one->ics);
        if (result)
            snprintf(error, size, "%s: %s", device, strerror(-result));
        return result;
    }
    if (run->options.ics)
        return 0;
    if (!result)
        result = papsim_ready(&one->papsim, &one->context);
    if (!result)
        result = ics_observe(one->context.uri, true, &one->ics);
    papsim_stop(&one->papsim, &one->context);
    if (result)
        snprintf(error, size, "player %s: %s", one->player, strerror(-result));
    return result;
}

int run_observe_all(struct run *run)
{
    bool ours = !run->options.of[SUBJECT_DEVICE].name && !run->options.ics;
    char error[512];
    int result = 0;

    run->ics = calloc(1, sizeof(*run->ics));
    if (!run->ics)
        return -ENOMEM;
    for (size_t i = 0; i < run->results.case_count && run->ics->count < PLAYERS_MAX && !result;
         i++) {
        const char *player = player_of(run, run->cases[i]);

        if (find(run, player))
            continue;
        run->ics->of[run->ics->count].player = player;
        result = begin(run, &run->ics->of[run->ics->count++]);
    }
    if (result) {
        run_complain(&run->options, result);
        for (size_t i = 0; i < run->ics->count; i++)
            papsim_stop(&run->ics->of[i].papsim, &run->ics->of[i].context);
        return result;
    }
    for (size_t i = 0; i < run->ics->count; i++) {
        struct observation *one = &run->ics->of[i];

        one->error = ask(run, one, error, sizeof(error));
        if (one->error) {
            fprintf(stderr, "papcheck: %s\n", error);
            if (!ours)
                result = one->error;
        }
    }
    return result;
}

const struct ics *run_ics_of(const struct run *run, const struct conf_case *conf_case)
{
    const struct observation *one = find(run, player_of(run, conf_case));

    return one && !one->error ? &one->ics : NULL;
}

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

int run_ics_results(struct run *run)
{
    struct results *results = &run->results;
    int error = 0;

    results->ics = calloc(PLAYERS_MAX, sizeof(*results->ics));
    results->devices = calloc(PLAYERS_MAX, sizeof(*results->devices));
    if (!results->ics || !results->devices)
        return -ENOMEM;
    for (size_t i = 0; i < run->ics->count; i++) {
        const struct observation *one = &run->ics->of[i];
        struct result_ics *ret = &results->ics[results->ics_count];

        if (one->error)
            continue;
        results->ics_count++;
        ret->player = one->player;
        if (*one->ics.identity.usb)
            name_device(one, &results->devices[results->device_count++]);
        for (size_t k = 0; k < one->ics.count && !error; k++)
            error = texts_add(&ret->items, one->ics.items[k]);
    }
    return error;
}

void run_ics_free(struct run_ics *ics)
{
    for (size_t i = 0; ics && i < ics->count; i++) {
        if (!ics->of[i].error)
            ics_done(&ics->of[i].ics);
    }
    free(ics);
}

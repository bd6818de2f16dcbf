/* A case that is lost, or a thing for which there is none, is seen by nobody who only looks at
 * verdicts. So what the subjects offer is held against what the cases' processes say was exercised
 * (exercised.h). */
#include "conformance/run/untried.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/results/exercised.h"
#include "conformance/run/observe.h"
#include "conformance/wmdm/wmdm_mandatory.h"
#include "mtp_codes.h"

#define NAME_ROOM 96

/* ---- control requests: USB 2.0, 9.4, and still image class 1.0, 5.2. What a descriptor does not
 * announce need not be answered; over a cable the host keeps SET_ADDRESS for itself. */
static const struct {
    const char *key, *name;
    const char *offered, *mandatory; /* items of the ICS, "": always; mandatory NULL: never */
} requests[] = {
    {"request 80 00", "GET_STATUS of the device", "", ""},
    {"request 81 00", "GET_STATUS of an interface", "", ""},
    {"request 82 00", "GET_STATUS of an endpoint", "", ""},
    {"request 02 01", "CLEAR_FEATURE of an endpoint", "", ""},
    {"request 02 03", "SET_FEATURE of an endpoint", "", ""},
    {"request 00 01", "CLEAR_FEATURE of the device", "USB.WAKEUP", ""},
    {"request 00 03", "SET_FEATURE of the device", "USB.WAKEUP", ""},
    {"request 80 06 01", "GET_DESCRIPTOR of the device", "", ""},
    {"request 80 06 02", "GET_DESCRIPTOR of a configuration", "", ""},
    {"request 80 06 03", "GET_DESCRIPTOR of a string", "", NULL},
    {"request 80 06 06", "GET_DESCRIPTOR of the other speed", "USB.SPEED.HIGH", NULL},
    {"request 80 06 0f", "GET_DESCRIPTOR of the BOS", "BOS", ""},
    {"request 80 08", "GET_CONFIGURATION", "", ""},
    {"request 00 09", "SET_CONFIGURATION", "", ""},
    {"request 81 0a", "GET_INTERFACE", "", "USB.SETTINGS"},
    {"request 01 0b", "SET_INTERFACE", "", "USB.SETTINGS"},
    {"request 21 64", "Cancel", "STILL_IMAGE", ""},
    {"request a1 65", "Get Extended Event Data", "STILL_IMAGE", NULL},
    {"request 21 66", "Device Reset", "STILL_IMAGE", ""},
    {"request a1 67", "Get Device Status", "STILL_IMAGE", ""},
};

/* ---- operations: MTP-DEV-004; what sends, where a store can be written */
static const struct {
    uint16_t code;
    const char *item; /* "": always */
} operations[] = {
    {MTP_OP_GET_DEVICE_INFO, ""},
    {MTP_OP_OPEN_SESSION, ""},
    {MTP_OP_CLOSE_SESSION, ""},
    {MTP_OP_GET_STORAGE_IDS, ""},
    {MTP_OP_GET_STORAGE_INFO, ""},
    {MTP_OP_GET_NUM_OBJECTS, ""},
    {MTP_OP_GET_OBJECT_HANDLES, ""},
    {MTP_OP_GET_OBJECT_INFO, ""},
    {MTP_OP_GET_OBJECT, ""},
    {MTP_OP_GET_OBJECT_PROPS_SUPPORTED, ""},
    {MTP_OP_GET_OBJECT_PROP_DESC, ""},
    {MTP_OP_GET_OBJECT_PROP_VALUE, ""},
    {MTP_OP_SEND_OBJECT_INFO, "STORE.WRITABLE"},
    {MTP_OP_SEND_OBJECT, "STORE.WRITABLE"},
};

struct search {
    struct run *run;
    const json_t *exercised;
    json_t *found; /* {"what", "name", "how", "mandatory"} each */
    json_t *notes;
    unsigned mandatory;
    char first[NAME_ROOM];
};

static void hold(struct search *it, const char *key, const char *what, const char *name,
                 bool is_mandatory)
{
    static const char *const how[] = {[EXERCISED_NOT] = "never tried",
                                      [EXERCISED_ASKED] = "never with success",
                                      [EXERCISED_ABSENT] = "only to say that it is not there"};
    enum exercised seen = exercised_of(it->exercised, key);

    /* What may be absent and says so is not offered. */
    if (seen == EXERCISED_DONE || (seen == EXERCISED_ABSENT && !is_mandatory))
        return;
    /* Those first that are a finding. */
    json_array_insert_new(it->found, is_mandatory ? it->mandatory : json_array_size(it->found),
                          json_pack("{s:s,s:s,s:s,s:b}", "what", what, "name", name, "how",
                                    how[seen], "mandatory", is_mandatory));
    if (!is_mandatory)
        return;
    json_array_append_new(it->notes, json_pack("s++++", what, " ", name, ": ", how[seen]));
    if (!it->mandatory++)
        snprintf(it->first, sizeof(it->first), "%s %s %s", what, name, how[seen]);
}

/* ---- of a device: what any of its players shows that a case of it ran on */

static bool has_case_on(const struct run *run, const char *player)
{
    for (size_t i = 0; i < run->case_count; i++) {
        if (subject_of(run->cases[i]) == SUBJECT_DEVICE &&
            run->results.cases[i].verdict != VERDICT_NOT_RUN &&
            run->results.cases[i].verdict != VERDICT_NOT_APPLICABLE &&
            (!*player || strcmp(subject_player(run->cases[i]), player) == 0))
            return true;
    }
    return false;
}

/* Of what was observed, where a file declares beside it. */
static const struct result_ics *shown(const struct run *run, size_t *ret_count)
{
    const struct results *results = &run->results;
    bool is_declared = results->shown_count != 0;

    *ret_count = is_declared ? results->shown_count : results->ics_count;
    return is_declared ? results->shown : results->ics;
}

static bool shows(const struct run *run, const char *item)
{
    size_t count;
    const struct result_ics *all = shown(run, &count);

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < all[i].items.count; k++) {
            if (strcmp(all[i].items.at[k], item) == 0 && has_case_on(run, all[i].player))
                return true;
        }
    }
    return false;
}

static bool is_so(const struct run *run, const char *item)
{
    return item && (!*item || shows(run, item));
}

static bool must_do(const struct run *run, unsigned code)
{
    for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
        if (operations[i].code == code)
            return is_so(run, operations[i].item);
    }
    return false;
}

/* The codes behind the prefix, by themselves: asking for each that there might be would take as
 * long as a dozen cases. */
static void find_codes(const struct run *run, const char *prefix, bool ret_shown[UINT16_MAX + 1])
{
    size_t length = strlen(prefix), count;
    const struct result_ics *all = shown(run, &count);

    for (size_t i = 0; i < count; i++) {
        bool counts = has_case_on(run, all[i].player);

        for (size_t k = 0; k < all[i].items.count && counts; k++) {
            const char *item = all[i].items.at[k];
            char again[NAME_ROOM];
            uint16_t code;

            if (strncmp(item, prefix, length) != 0)
                continue;
            code = (uint16_t)strtoul(item + length, NULL, 16);
            snprintf(again, sizeof(again), "%s%04X", prefix, code);
            ret_shown[code] |= strcmp(item, again) == 0;
        }
    }
}

static void hold_codes(struct search *it, const char *what, const char *prefix,
                       struct value (*name)(uint16_t code),
                       bool (*is_mandatory)(const struct run *run, unsigned code))
{
    bool is_shown[UINT16_MAX + 1] = {false};
    char key[NAME_ROOM];

    find_codes(it->run, prefix, is_shown);
    for (unsigned code = 0; code <= UINT16_MAX; code++) {
        if (!is_shown[code])
            continue;
        snprintf(key, sizeof(key), "%s %04x", what, code);
        hold(it, key, what, name((uint16_t)code).text, is_mandatory && is_mandatory(it->run, code));
    }
}

/* Over a cable a host makes some requests by itself, and frames of the judge's own reach nobody. */
static bool is_out_of_reach(const struct results *results)
{
    for (size_t i = 0; i < results->left_count; i++) {
        if (results->left[i].beyond)
            return true;
    }
    return false;
}

static void hold_device(struct search *it)
{
    bool reaches = !is_out_of_reach(&it->run->results);

    if (!has_case_on(it->run, ""))
        return;
    hold_codes(it, "operation", "MTP.OP.", value_op, must_do);
    hold_codes(it, "event", "MTP.EVENT.", value_event, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
        if (is_so(it->run, requests[i].offered))
            hold(it, requests[i].key, "request", requests[i].name,
                 reaches && is_so(it->run, requests[i].mandatory));
    }
}

/* ---- of a provider: its interfaces, as any case has seen them */

static bool is_offered(const struct search *it, const struct wmdm_method *method)
{
    char key[NAME_ROOM];

    snprintf(key, sizeof(key), "interface %s", method->interface);
    return wmdm_is_mandatory(method) || exercised_of(it->exercised, key) == EXERCISED_DONE;
}

/* It stands with the interface that declares it, and with each that inherits it. */
static void hold_provider(struct search *it)
{
    for (size_t i = 0; i < WMDM_METHODS; i++) {
        const struct wmdm_method *method = &wmdm_methods[i];
        char key[NAME_ROOM];
        const char *name = key + strlen("method ");

        if (strcmp(method->origin, method->interface) != 0 || !is_offered(it, method) ||
            strcmp(method->origin, "IUnknown") == 0)
            continue;
        snprintf(key, sizeof(key), "method %s::%s", method->origin, method->name);
        hold(it, key, "method", name, wmdm_is_mandatory(method) && !wmdm_may_have_none(method));
    }
}

/* ---- all of it */

static json_t *gather(struct run *run)
{
    struct results *results = &run->results;
    json_t *all = json_object(), *sorted;

    exercised_add(all, run->exercised);
    for (size_t i = 0; i < results->case_count; i++)
        exercised_add(all, json_object_get(results->cases[i].json, "exercised"));
    sorted = exercised_sorted(all);
    json_decref(all);
    return sorted;
}

static int add_case(struct search *it)
{
    struct results *results = &it->run->results;
    struct result *result = &results->cases[results->case_count];
    json_t *object = json_pack("{s:{},s:[],s:O}", "rows", "checks", "notes", it->notes);
    int error = object ? 0 : -ENOMEM;

    *result = (struct result){.id = UNTRIED_CASE,
                              .title = "What is mandatory was exercised",
                              .level = cases_levels[CONF_MUST],
                              .flow = flow_names[0],
                              .player = "",
                              .evidence = ""};
    if (!error)
        error = result_take(result, object);
    result_say(result, VERDICT_INCONCLUSIVE, CAUSE_UNTRIED,
               "%u of what is mandatory never did what it is for in this run: %s%s", it->mandatory,
               it->first, it->mandatory > 1 ? " …" : "");
    json_decref(object);
    results->case_count++;
    return error;
}

/* A part of a run has said nothing of the rest. */
static bool is_whole(const struct run *run)
{
    return !run->results.subset && !run->interrupted && !run->is_partial;
}

int untried_results(struct run *run)
{
    struct search it = {.run = run, .found = json_array(), .notes = json_array()};
    int error = 0;

    it.exercised = run->results.exercised = gather(run);
    run->results.untried = it.found;
    if (!it.exercised || !it.found || !it.notes)
        error = -ENOMEM;
    if (!error && is_whole(run)) {
        if (subjects[SUBJECT_DEVICE].given(&run->options))
            hold_device(&it);
        if (subjects[SUBJECT_PROVIDER].given(&run->options))
            hold_provider(&it);
        if (it.mandatory && !results_left(&run->results)) /* else these are the finding */
            error = add_case(&it);
    }
    json_decref(it.notes);
    return error;
}

/* The control verbs that concern the bus; the player's own stand in control/verbs.c. */
#include <string.h>

#include "simulator/control/service.h"
#include "simulator/control/verbs.h"
#include "simulator/control/verbs_internal.h"
#include "spcore/base.h"

static json_t *active_defects(const struct policies *policies)
{
    const struct defect_set *set = &policies->on;
    json_t *names = json_array();

    for (unsigned i = 0; i < defect_count; i++) {
        if (deviates(set, i))
            json_array_append_new(names, json_string(defect_texts[i].name));
    }
    if (policies_generated(policies))
        json_array_append_new(names, json_string(policies_generated(policies)));
    return names;
}

static json_t *status(struct service *service, struct service_player *unused, const json_t *request)
{
    json_t *players = json_array();

    (void)unused;
    (void)request;
    for (size_t i = 0; i < service->player_count; i++) {
        struct service_player *one = &service->players[i];

        json_array_append_new(
            players,
            json_pack("{s:s,s:s,s:b,s:b,s:b,s:i,s:o}", "name", player_name(one->player), "busid",
                      one->busid, "plugged", usb_device_plugged(one->device), "imported",
                      usb_device_attached(one->device), "frozen", usb_device_frozen(one->device),
                      "configuration", usb_device_configuration(one->device), "deviations",
                      active_defects(player_policies(one->player))));
    }
    return json_pack("{s:b,s:i,s:o}", "ok", 1, "port", wire_server_port(service->server), "players",
                     players);
}

static json_t *plug(struct service *service, struct service_player *one, const json_t *request)
{
    (void)service;
    (void)request;
    usb_device_plug(one->device);
    return verb_done();
}

static json_t *unplug(struct service *service, struct service_player *one, const json_t *request)
{
    (void)service;
    (void)request;
    usb_device_unplug(one->device);
    return verb_done();
}

/* {"verb":"deviate","name":"…","on":true} */
static json_t *deviate(struct service *service, struct service_player *one, const json_t *request)
{
    const char *name = verb_text_of(request, "name");
    int which = defect_find(name);

    (void)service;
    if (which < 0)
        return verb_refuse("name: \"%.100s\": expected a deviation (papsim deviations lists them)",
                           name);
    policies_switch(player_policies(one->player), (unsigned)which,
                    !json_is_false(json_object_get(request, "on")));
    return verb_done();
}

static const struct verb_argument deviate_arguments[] = {
    {.name = "name", .kind = ARGUMENT_TEXT, .needed = true},
    {.name = "on", .kind = ARGUMENT_FLAG},
    {.name = NULL},
};

static const struct {
    const char *name, *help;
    bool needs_player;
    const struct verb_argument *arguments; /* NULL: none */
    json_t *(*run)(struct service *service, struct service_player *player, const json_t *request);
} verbs[] = {
    {"deviate", "name [on=false]: switches a defect on, or off", true, deviate_arguments, deviate},
    {"plug", "puts the player back in", true, NULL, plug},
    {"status", "the players, and which of them is attached", false, NULL, status},
    {"unplug", "pulls the player out", true, NULL, unplug},
};

bool service_verb(size_t index, const char **ret_name, const char **ret_help)
{
    const struct player_verb *own = player_verbs;

    if (index < ARRAY_SIZE(verbs)) {
        *ret_name = verbs[index].name;
        *ret_help = verbs[index].help;
        return true;
    }
    for (index -= ARRAY_SIZE(verbs); own->name && index; index--)
        own++;
    *ret_name = own->name;
    *ret_help = own->help;
    return own->name != NULL;
}

/* The player a request names by busid; the only one when it names none. */
static struct service_player *chosen(struct service *service, const json_t *request)
{
    const char *busid = json_string_value(json_object_get(request, "busid"));

    if (!busid)
        return service->player_count == 1 ? &service->players[0] : NULL;
    for (size_t i = 0; i < service->player_count; i++) {
        if (strcmp(service->players[i].busid, busid) == 0)
            return &service->players[i];
    }
    return NULL;
}

static json_t *run_own(struct service *service, size_t which, struct service_player *player,
                       const json_t *request)
{
    json_t *answer,
        *taken = arguments_take(verbs[which].name, verbs[which].arguments, request, &answer);

    if (!taken)
        return answer;
    answer = verbs[which].run(service, player, taken);
    json_decref(taken);
    return answer;
}

json_t *service_request(struct service *service, const json_t *request)
{
    const char *name = json_string_value(json_object_get(request, "verb"));
    struct service_player *player = chosen(service, request);
    const struct player_verb *own;

    if (!name)
        return verb_refuse("verb: expected a string");
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
        if (strcmp(verbs[i].name, name) != 0)
            continue;
        if (verbs[i].needs_player && !player)
            return verb_refuse("busid: expected the busid of a player");
        return run_own(service, i, player, request);
    }
    own = player_verb_find(name);
    if (!own)
        return verb_refuse("%s: no such verb", name);
    if (!player)
        return verb_refuse("busid: expected the busid of a player");
    return player_verb_run(own, player->player, request);
}

/* The INF under judgement, installed for each of its models on our model of a Windows. */
#ifndef CONFORMANCE_SUITES_INF_INF_SUBJECT_H
#define CONFORMANCE_SUITES_INF_INF_SUBJECT_H

#include "conformance/case/conf.h"
#include "conformance/host/pnp/pnp_models.h"

enum { INF_MODELS_MAX = 64, INF_PARAMETER_MAX = 256 };

struct inf_subject {
    struct conf *c;
    struct pnp_machine *machine;
    struct pnp_devnode *players[INF_MODELS_MAX]; /* the models that are players */
    size_t count;
    char reason[1024]; /* why there are none */
    char *rows;        /* of what the linter finds, a line each */
};
/* Ends the case when it is no INF, or none of a player. inf_leave() ends it. */
struct inf_subject inf_subject(struct conf *c);
void inf_leave(struct inf_subject *it);
#define INF_SUBJECT __attribute__((cleanup(inf_leave))) struct inf_subject

/* Has the linter nothing to say for that row? */
bool inf_is_clean(const struct inf_subject *it, const char *row);
/* A parameter in the device's key; NULL: it has none. */
const struct registry_value *inf_parameter(const struct inf_subject *it,
                                           const struct pnp_devnode *player, const char *name);
/* A string of the registry; "": it is none. */
void inf_text(const struct registry_value *value, char ret[INF_PARAMETER_MAX]);
bool inf_has_interface(const struct pnp_devnode *player, const char *class_guid);

#endif

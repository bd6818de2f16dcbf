/* Each model of a package as a device that is given. */
#include "conformance/host/pnp/pnp_models.h"

#include <stdio.h>
#include <strings.h>

#include "conformance/host/pnp/pnp_private.h"

enum { FIRST_PORT = 1000 };

/* The first id that a line of models has; false: none. */
static bool first_id(const struct pnp_package *package, const struct inf_entry *model,
                     char ret[INF_EXPANDED])
{
    for (size_t i = 1; i < inf_value_count(model); i++) {
        (void)inf_expand(&package->strings, inf_value(package->inf, model, i).text, ret, NULL,
                         NULL);
        if (*ret)
            return true;
    }
    return false;
}

static size_t plug(struct pnp_machine *machine, const struct pnp_package *package,
                   const struct inf_entry *model, size_t number, struct pnp_devnode **ret)
{
    char id[INF_EXPANDED];
    struct pnp_given given = {.device_id = id, .hardware = {id}};

    return first_id(package, model, id) &&
           pnp_attach_given(machine, FIRST_PORT + (unsigned)number, &given, NULL, ret) == 0;
}

size_t pnp_plug_models(struct pnp_machine *machine, const char *package,
                       struct pnp_devnode *ret_devnodes[], size_t room)
{
    const struct pnp_package *one = machine->packages;
    size_t count = 0;

    while (one && strcasecmp(one->name, package) != 0)
        one = one->next;
    if (!one)
        return 0;
    for (const struct inf_entry *m = inf_first(one->inf, inf_section(one->inf, "Manufacturer")); m;
         m = inf_next(one->inf, m)) {
        const struct inf_section *models = inf_models(&one->strings, m, &machine->system);

        for (const struct inf_entry *e = inf_first(one->inf, models); e && count < room;
             e = inf_next(one->inf, e))
            count += plug(machine, one, e, count, &ret_devnodes[count]);
    }
    return count;
}

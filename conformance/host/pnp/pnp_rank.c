/* Which driver package is for a device, and which is the best ("How Windows Ranks Driver
 * Packages"): by signature, then by what matches what, then by which stands where. */
#include <stdio.h>
#include <string.h>

#include "conformance/host/pnp/pnp_private.h"

enum { NO_FEATURE_SCORE = 0x00ff0000 };
/* The documents order these and name no numbers: ours. */
#define UNSIGNED_FOR_NT 0x80000000u
#define UNSIGNED_FOR_ANY 0xc0000000u

uint32_t pnp_signature_score(const struct pnp_package *package, const char *section)
{
    const char *decoration = strrchr(section, '.');

    if (package->is_signed)
        return 0;
    return decoration && strncasecmp(decoration, ".nt", 3) == 0 ? UNSIGNED_FOR_NT
                                                                : UNSIGNED_FOR_ANY;
}

/* What the install section itself says, or that it says none. */
static uint32_t feature_score(const struct pnp_package *package, const char *section)
{
    const struct inf_entry *entry =
        inf_entry(package->inf, inf_section(package->inf, section), "FeatureScore");
    char text[INF_EXPANDED];
    unsigned value;

    if (!entry)
        return NO_FEATURE_SCORE;
    (void)inf_expand(&package->strings, inf_value(package->inf, entry, 0).text, text, NULL, NULL);
    return sscanf(text, "%x", &value) == 1 && value <= 0xff ? value << 16 : NO_FEATURE_SCORE;
}

bool pnp_is_newer(const struct pnp_package *a, const struct pnp_package *b)
{
    return a->date != b->date ? a->date > b->date : a->number > b->number;
}

/* One line that is for the device, against the best so far. */
static void consider(const struct pnp_machine *machine, const struct pnp_package *package,
                     const struct inf_entry *manufacturer, const struct inf_entry *model,
                     const struct pnp_devnode *devnode, struct pnp_match *best)
{
    char id[PNP_ID_MAX + 1], name[INF_EXPANDED], section[INF_EXPANDED];
    int64_t rank = pnp_rank_model(package, model, devnode, id);
    uint32_t whole;

    if (rank < 0)
        return;
    (void)inf_expand(&package->strings, inf_value(package->inf, model, 0).text, name, NULL, NULL);
    if (!inf_install(package->inf, name, machine->system.architecture, section))
        return;
    whole =
        pnp_signature_score(package, section) + feature_score(package, section) + (uint32_t)rank;
    if (best->package &&
        (whole > best->rank || (whole == best->rank && !pnp_is_newer(package, best->package))))
        return;
    best->package = package;
    best->rank = whole;
    memcpy(best->section, section, sizeof(section));
    memcpy(best->id, id, sizeof(id));
    (void)inf_expand(&package->strings, inf_key(package->inf, model), best->description, NULL,
                     NULL);
    (void)inf_expand(&package->strings, inf_key(package->inf, manufacturer), best->manufacturer,
                     NULL, NULL);
}

bool pnp_best(const struct pnp_machine *machine, const struct pnp_devnode *devnode,
              struct pnp_match *ret)
{
    ret->package = NULL;
    for (const struct pnp_package *package = machine->packages; package; package = package->next) {
        const struct inf *inf = package->inf;

        for (const struct inf_entry *m = inf_first(inf, inf_section(inf, "Manufacturer")); m;
             m = inf_next(inf, m)) {
            const struct inf_section *models = inf_models(&package->strings, m, &machine->system);

            for (const struct inf_entry *e = inf_first(inf, models); e; e = inf_next(inf, e))
                consider(machine, package, m, e, devnode, ret);
        }
    }
    return ret->package != NULL;
}

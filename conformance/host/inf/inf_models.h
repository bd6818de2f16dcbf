/* Which models an INF has for a Windows, and where their installation stands: decorations of
 * sections (Windows driver documentation, "INF Manufacturer Section", "INF DDInstall Section"). */
#ifndef CONFORMANCE_HOST_INF_INF_MODELS_H
#define CONFORMANCE_HOST_INF_INF_MODELS_H

#include "conformance/host/inf/inf_strings.h"

enum inf_architecture { INF_ANY, INF_X86, INF_IA64, INF_AMD64, INF_ARM, INF_ARM64 };

/* NT[Architecture][.[Major][.[Minor][.[ProductType][.[SuiteMask][.[BuildNumber]]]]]] */
struct inf_decoration {
    enum inf_architecture architecture;
    bool has_version, has_product, has_suite;
    unsigned major, minor, product, suite, build; /* 0: not said */
};

/* A Windows that runs. */
struct inf_system {
    enum inf_architecture architecture;
    unsigned major, minor, build, product, suite;
};

/* Without regard to case; false: not a decoration. */
bool inf_decoration(const char *text, struct inf_decoration *ret);
bool inf_decoration_fits(const struct inf_decoration *decoration, const struct inf_system *system);
/* Above 0: `a` is the closer one of two that fit, below: `b`. */
int inf_decoration_compare(const struct inf_decoration *a, const struct inf_decoration *b);

/* "NAME.DECORATION", or NAME with a decoration of "". False: longer than a section's name. */
bool inf_decorated(const char *name, const char *decoration, char ret[INF_EXPANDED]);
/* The one models section that an entry of [Manufacturer] names for the system, which may be empty:
 * then its models are not for it. NULL: none is, or the one that would be is not there. */
const struct inf_section *inf_models(const struct inf_strings *strings,
                                     const struct inf_entry *manufacturer,
                                     const struct inf_system *system);
/* The base name of its models sections: the value, or what stands alone. */
bool inf_models_name(const struct inf_strings *strings, const struct inf_entry *manufacturer,
                     char ret[INF_EXPANDED]);

/* The install section of that name for an architecture: .NTamd64 before .NT before none. *ret_name
 * has the name that others (.HW, .Services, .Interfaces) are made of; NULL: there is none. */
const struct inf_section *inf_install(const struct inf *inf, const char *name,
                                      enum inf_architecture architecture, char ret[INF_EXPANDED]);

#endif

/* Switchable defects of the provider: only in libspcore-deviant.so (built with SPCORE_DEVIANT,
 * never installed), chosen by the environment variable SPCORE_DEVIATE=name[,name…]. In the real
 * library every SP_DEVIATES() is the constant false and leaves no code behind. */
#ifndef SPCORE_COM_DEVIATION_H
#define SPCORE_COM_DEVIATION_H

#include <stdbool.h>

enum sp_deviation {
#define DEVIATION(token, name, text, ...) SP_DEVIATION_##token,
#include "com/deviations.def"
#undef DEVIATION
    SP_DEVIATION_COUNT
};

#ifdef SPCORE_DEVIANT
bool sp_deviates(enum sp_deviation which);
#define SP_DEVIATES(token) sp_deviates(SP_DEVIATION_##token)
/* Exported: the list as JSON, the same form as `papsim deviations --json`; static storage. */
__attribute__((visibility("default"))) const char *spcore_deviations_json(void);
#else
#define SP_DEVIATES(token) false
#endif

#endif

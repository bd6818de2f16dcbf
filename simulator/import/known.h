/* What is known to be wrong with the device of a report. */
#ifndef PAPSIM_IMPORT_KNOWN_H
#define PAPSIM_IMPORT_KNOWN_H

#include "import/report.h"
#include "player/deviation.h"

struct deviation_set import_known_quirks(const struct import_report *report);

#endif

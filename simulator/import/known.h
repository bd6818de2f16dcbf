/* What is known to be wrong with the device of a report. */
#ifndef SIMULATOR_IMPORT_KNOWN_H
#define SIMULATOR_IMPORT_KNOWN_H

#include "simulator/defect/defect.h"
#include "simulator/import/import_report.h"

struct defect_set import_known_quirks(const struct import_report *report);

#endif

/* Files of a run's folder: each is whole or not there. */
#ifndef CONFORMANCE_RESULTS_RESULTS_FOLDER_H
#define CONFORMANCE_RESULTS_RESULTS_FOLDER_H

#include <jansson.h>

#include "spcore/command/whole.h"

/* Begins FOLDER/NAME. 0 or -errno. */
int results_folder_open(struct whole *whole, const char *folder, const char *name);
/* All of it for an object, whose reference it takes; NULL is -ENOMEM. */
int results_folder_json(const char *folder, const char *name, json_t *object);

#endif

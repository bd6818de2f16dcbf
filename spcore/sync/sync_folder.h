/* Where what was synchronised is remembered, if nobody says where. */
#ifndef SPCORE_SYNC_SYNC_FOLDER_H
#define SPCORE_SYNC_SYNC_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* The user's; false: there is no $HOME, or it is too long. */
bool sync_folder(char *ret, size_t size);

#endif

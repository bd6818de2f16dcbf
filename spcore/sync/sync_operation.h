/* A file of the library as WMDM's operation object: what Insert3 takes a new object's content from,
 * and what Read gives an object's content to, to be compared with it. */
#ifndef SPCORE_SYNC_SYNC_OPERATION_H
#define SPCORE_SYNC_SYNC_OPERATION_H

#include "spcore/include/mswmdm.h"
#include "spcore/sync/sync_library.h"
#include "spcore/sync/sync_state.h"

struct sync_operation;

/* Told of the bytes so far; false ends the transfer with WMDM_E_USER_CANCELLED. */
typedef bool sync_going_on(void *context, uint64_t bytes, uint64_t size);

/* Of an open file (taken over) of that size and time. NULL: no memory, and the file is closed. */
struct sync_operation *sync_operation_new(int fd, uint64_t size, int64_t changed,
                                          sync_going_on *going_on, void *context);
void sync_operation_free(struct sync_operation *operation);
/* Borrowed; a callee may keep a reference beyond sync_operation_free(). */
IWMDMOperation *sync_operation_interface(struct sync_operation *operation);

/* Once a transfer is over: the SHA-256 of the file. False: not all of it was handed out or came in,
 * what came in was something else, or the file has changed meanwhile. */
bool sync_operation_whole(struct sync_operation *operation, uint8_t ret_digest[SYNC_DIGEST]);
/* The file could not be read to its end as it was when it was opened. */
bool sync_operation_lost(const struct sync_operation *operation);

/* The SHA-256 of a file, from its beginning; 0, -errno, or -ECANCELED by `going_on`. */
int sync_file_digest(int fd, sync_going_on *going_on, void *context,
                     uint8_t ret_digest[SYNC_DIGEST]);

#endif

/* What the seams of the module do for the defects of threads. */
#ifndef SPCORE_DEVIANT_DEVIANT_THREADS_H
#define SPCORE_DEVIANT_DEVIANT_THREADS_H

#include <stdbool.h>
#include <stdint.h>

/* Is this release of an object to be lost? */
bool threads_lose_release(void);

struct sp_device;
/* What a listing does to its first child while somebody makes another one. */
bool threads_lose_child(void);
bool threads_double_child(void);
/* Has another instance made that object? */
bool threads_hide(const struct sp_device *device, uint32_t handle);

/* Around a callback for progress. */
void threads_in_step(int change);

#endif

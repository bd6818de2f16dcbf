/* MinGW's own threads, whose conditions know no other clock than that of the day: here the deadline
 * of a wait is always one of the monotonic clock, as spcore asks for. */
#ifndef SPCORE_WINDOWS_INCLUDE_PTHREAD_H
#define SPCORE_WINDOWS_INCLUDE_PTHREAD_H

#include_next <pthread.h>

int windows_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *lock,
                           const struct timespec *monotonic);

#define pthread_cond_timedwait windows_cond_timedwait
#define pthread_condattr_setclock(attributes, clock) ((void)(attributes))

#endif

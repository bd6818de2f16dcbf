/* One process that reads audio files for many: what it is forked from needs to load the reader's
 * hundred libraries no more, and neither does any other fork of that. */
#ifndef SPCORE_MEDIA_MEDIA_SHARED_H
#define SPCORE_MEDIA_MEDIA_SHARED_H

#include <stdbool.h>

#include "spcore/media/media.h"

/* Starts it, as a child that dies with its parent; whoever is forked from now on has media_read()
 * ask it. For a process with one thread. Its process id, or -errno. */
pid_t media_share(void);
/* media_read() of that process, whose result is *ret_error. False: there is none, or it has no
 * answer. */
bool media_shared_read(int fd, off_t offset, uint64_t size, struct media_facts *ret_facts,
                       int *ret_error);

#endif

/* A device that is not ours and stops answering: the case in which it does fails, and no further
 * one waits for it. */
#ifndef CONFORMANCE_RUN_SILENCE_H
#define CONFORMANCE_RUN_SILENCE_H

#include "conformance/run/attempt.h"

/* Of a run. */
struct silence {
    char reason[160]; /* why no further case is run; "": it answers */
    char last[256];   /* what it was asked last, and in which case; "": nothing yet */
};

/* After a case, as long as its marker is there: where it gives cause to, the device is asked once
 * whether it still answers, and the result is that it does not. */
void silence_watch(struct attempt *attempt);

#endif

/* A device that is not ours and stops answering: the case in which it does fails, and no further
 * one waits for it. */
#ifndef CONFORMANCE_RUN_SILENCE_H
#define CONFORMANCE_RUN_SILENCE_H

#include "conformance/run/attempt.h"

/* Of a run. */
struct silence {
    char reason[160]; /* why no further case is run; "": it answers */
    /* The last case in which something was answered; conf_case NULL: none yet. */
    struct {
        const struct conf_case *conf_case;
        size_t index;              /* its caller's */
        char name[96], asked[128]; /* what it asked last */
        char row[32];              /* and of which row; "": its first */
    } last;
    int after; /* -errno: it is found silent at the beginning of the case after that; 0: it is not
                */
};

/* Before a case that cannot tell by itself whether the device answers it: whether it still does.
 * False: it does not, and that is the result. */
bool silence_ask(struct attempt *attempt);
/* After a case, as long as its marker is there: where it gives cause to, the device is asked once
 * whether it still answers, and the result is that it does not. */
void silence_watch(struct attempt *attempt);
/* Where the device was silent before a case began: `ret`, the result of the last one that was
 * answered, fails, once. False: there is nothing to blame it for. */
bool silence_blame(struct silence *silence, struct result *ret);

#endif

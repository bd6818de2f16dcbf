/* One end of the socket between WMI and a process that hosts a provider: calls both ways, any
 * number at a time, each answered once. */
#ifndef CONFORMANCE_HOST_HOSTING_HOSTING_LINK_H
#define CONFORMANCE_HOST_HOSTING_HOSTING_LINK_H

#include "conformance/host/hosting/hosting_codec.h"
#include "conformance/host/include/objbase.h"

struct hosting_link; /* opaque */

/* What this end does; each slot with `self`. */
struct hosting_end {
    void *self;
    /* A call of the other end's: what it is answered, which has its number already. */
    void (*serve)(void *self, struct hosting_message *call, struct hosting_message *answer);
    /* Is it served by the thread that made the link, in hosting_link_serve() and while that waits
     * for an answer? Else by threads of the link's own. */
    bool by_maker;
    /* A note, in the order in which they come, and before a call returns that was answered behind
     * it. NULL: none is expected. */
    void (*note)(void *self, const struct hosting_message *note);
    /* Every now and then on the reading thread, with the milliseconds since the oldest call that is
     * not answered was made (0: there is none); NULL: never. */
    void (*tick)(void *self, int64_t waited_ms);
    /* Nothing comes any more, on the reading thread, before whoever waits is told; `is_garbled`:
     * what came was no frame. */
    void (*ended)(void *self, bool is_garbled);
};

/* Takes the socket; 0 or -errno, and then it is closed. `end` is borrowed. */
int hosting_link_new(int fd, const struct hosting_end *end, struct hosting_link **ret);
/* No call is under way but those that the other end will not answer: they end. NULL is fine. */
void hosting_link_free(struct hosting_link *link);

/* RPC_E_DISCONNECTED: the other end is gone. WBEM_E_OUT_OF_MEMORY: it was not made. *ret_answer is
 * to hosting_message_done(), also after a failure. */
HRESULT hosting_link_call(struct hosting_link *link, struct hosting_message *call,
                          struct hosting_message *ret_answer);
HRESULT hosting_link_note(struct hosting_link *link, struct hosting_message *note);
/* Until the other end is gone; for the thread that made a link that is `by_maker`. */
void hosting_link_serve(struct hosting_link *link);

#endif

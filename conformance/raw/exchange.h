/* What any transaction and any reply of a server is held to, whatever it is about. */
#ifndef CONFORMANCE_RAW_EXCHANGE_H
#define CONFORMANCE_RAW_EXCHANGE_H

#include "conformance/case/conf.h"
#include "conformance/raw/raw_containers.h"

/* A transaction as it was asked. */
struct exchange_asked {
    uint16_t operation;
    uint32_t id;
    bool sends_data; /* the data phase is the initiator's */
};

/* Checks each field of the headers of what came, and that it is as long as they say. What is wrong
 * is a failure of the row that demands it, in any case; what holds is said once an operation, where
 * the case judges that row. */
void exchange_check(struct conf *c, struct exchange_asked asked, const struct ct_answer *answer);
/* The same of the header of a reply to a submit or an unlink. */
void exchange_check_reply(struct conf *c, const struct raw_pending *asked,
                          const uint8_t header[RAW_HEADER]);

#endif

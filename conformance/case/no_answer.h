/* What counts as no answer at all. */
#ifndef CONFORMANCE_CASE_NO_ANSWER_H
#define CONFORMANCE_CASE_NO_ANSWER_H

#include <errno.h>
#include <stdbool.h>

/* Of a -errno of the transport: one that a device or server which is there cannot bring about. */
static inline bool is_no_answer(int error)
{
    return error == -ETIMEDOUT || error == -ENODEV || error == -ECONNREFUSED ||
           error == -ECONNRESET || error == -EHOSTUNREACH || error == -ENETUNREACH;
}

#endif

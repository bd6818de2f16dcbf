/* Pieces of memory that go together. */
#ifndef SPCORE_WINDOWS_INCLUDE_SYS_UIO_H
#define SPCORE_WINDOWS_INCLUDE_SYS_UIO_H

#include <stddef.h>

struct iovec {
    void *iov_base;
    size_t iov_len;
};

#endif

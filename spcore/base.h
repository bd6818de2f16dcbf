/* The few things every part needs and C does not have: the ground floor, which includes nothing of
 * the tree. Byte order is the C library's (endian.h), so that two parts that read the same bytes
 * share no code of ours. No .c belongs to it. */
#ifndef SPCORE_BASE_H
#define SPCORE_BASE_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

/* Of all programs and packages; the Makefile reads it here. */
#define PAPKIT_VERSION "0.1.0"

/* How many elements an array (not a pointer) has. */
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The struct that `pointer`, not NULL, is the member of. */
#define container_of(pointer, type, member)                                                        \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* Milliseconds of the monotonic clock. */
static inline int64_t base_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Numbers in memory, at any address: get_le16() … put_be64(). */
#define BASE_BYTE_ORDER(order, bits)                                                               \
    static inline uint##bits##_t get_##order##bits(const void *from)                               \
    {                                                                                              \
        uint##bits##_t value;                                                                      \
                                                                                                   \
        memcpy(&value, from, sizeof(value));                                                       \
        return order##bits##toh(value);                                                            \
    }                                                                                              \
    static inline void put_##order##bits(void *to, uint##bits##_t value)                           \
    {                                                                                              \
        value = hto##order##bits(value);                                                           \
        memcpy(to, &value, sizeof(value));                                                         \
    }
BASE_BYTE_ORDER(le, 16)
BASE_BYTE_ORDER(le, 32)
BASE_BYTE_ORDER(le, 64)
BASE_BYTE_ORDER(be, 16)
BASE_BYTE_ORDER(be, 32)
BASE_BYTE_ORDER(be, 64)
#undef BASE_BYTE_ORDER

#endif

/* Error numbers as Linux has them: USB/IP carries them as they are, and so does all of spcore.
 * Whoever sets errno here is a function of windows/, never one of the C library. */
#ifndef SPCORE_WINDOWS_INCLUDE_ERRNO_H
#define SPCORE_WINDOWS_INCLUDE_ERRNO_H

#include_next <errno.h>

#undef ECANCELED
#undef ECONNREFUSED
#undef ECONNRESET
#undef EHOSTUNREACH
#undef EINPROGRESS
#undef EMSGSIZE
#undef ENETUNREACH
#undef ENOBUFS
#undef ENOTCONN
#undef EOVERFLOW
#undef EPROTO
#undef ETIMEDOUT
#define EPROTO 71
#define EOVERFLOW 75
#define EMSGSIZE 90
#define ENETUNREACH 101
#define ECONNRESET 104
#define ENOBUFS 105
#define ENOTCONN 107
#define ESHUTDOWN 108
#define ETIMEDOUT 110
#define ECONNREFUSED 111
#define EHOSTUNREACH 113
#define EINPROGRESS 115
#define EREMOTEIO 121
#define ECANCELED 125

#endif

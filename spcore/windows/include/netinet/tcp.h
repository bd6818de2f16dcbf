/* Options that Windows has, and names for those that it refuses. */
#include "sys/socket.h"

#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE 3
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17
#endif
#define TCP_CONGESTION -1
#define TCP_USER_TIMEOUT -1

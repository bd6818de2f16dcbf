/* Descriptors are sockets here. */
#ifndef SPCORE_WINDOWS_INCLUDE_UNISTD_H
#define SPCORE_WINDOWS_INCLUDE_UNISTD_H

#include "sys/socket.h"

#define read(fd, data, length) windows_recv(fd, data, length, MSG_DONTWAIT)
#define write(fd, data, length) windows_send(fd, data, length, MSG_DONTWAIT)

#endif

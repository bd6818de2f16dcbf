/* getaddrinfo() is Winsock's own. */
#include "sys/socket.h"

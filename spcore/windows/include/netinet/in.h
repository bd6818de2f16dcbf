/* Addresses are Winsock's own. */
#include "sys/socket.h"

#define IN_LOOPBACKNET 127

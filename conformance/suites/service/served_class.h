/* Which device interface a service lives with. */
#ifndef CONFORMANCE_SUITES_SERVICE_SERVED_CLASS_H
#define CONFORMANCE_SUITES_SERVICE_SERVED_CLASS_H

#include "conformance/suites/service/served_inf.h"

/* An INF whose device starts the service with an interface of that class; its length. */
size_t served_package(const char *class_guid, char *ret, size_t room);
/* By that INF, with the class that the service registers for when it is started without a device,
 * seen in a process of its own; that of portable audio players when it registers for none, or for
 * all. */
void served_own(struct conf *c, struct served_registered *ret);

#endif

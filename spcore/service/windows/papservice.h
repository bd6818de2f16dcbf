/* The device service on Windows: its bus is the configuration manager, its manager the service
 * control manager. Written against Windows' own names alone. */
#ifndef SPCORE_SERVICE_WINDOWS_PAPSERVICE_H
#define SPCORE_SERVICE_WINDOWS_PAPSERVICE_H

#include <windows.h>

#include <cfgmgr32.h>

#include "spcore/service/service_life.h"

/* The `self` of its shell. */
struct papservice {
    SRWLOCK lock; /* papservice_system's */
    CONDITION_VARIABLE changed;
    SERVICE_STATUS_HANDLE status;
    HCMNOTIFICATION interfaces;
    struct service *service;
};

extern const struct service_bus papservice_bus;
extern const struct service_manager papservice_manager;
extern const struct service_system papservice_system;

#endif

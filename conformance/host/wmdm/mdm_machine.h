/* The machine's inside, and what it has its managers do. */
#ifndef CONFORMANCE_HOST_WMDM_MDM_MACHINE_H
#define CONFORMANCE_HOST_WMDM_MDM_MACHINE_H

#include "conformance/host/wmdm/mdm_private.h"

struct mdm_manager;
struct mdm_messages;

struct mdm_attached {
    struct mdm_attached *next;
    WCHAR *path; /* owned */
    struct mdm_library *library;
    struct mdm_parameters parameters;
};

struct mdm_machine {
    atomic_uint refs; /* the caller's, and one a manager */
    pthread_mutex_t lock;
    struct mdm_library **libraries;
    size_t library_count;
    struct mdm_attached *attached; /* in the order in which they came */
    struct mdm_manager *managers;  /* borrowed: one that dies takes itself out */
    char reason[512];
};
struct mdm_machine *mdm_machine_ref(struct mdm_machine *machine);

/* With the machine's lock held. */
struct mdm_manager *mdm_manager_next(struct mdm_manager *manager);
HRESULT mdm_manager_arrival(struct mdm_manager *manager, struct mdm_attached *attached,
                            struct mdm_messages *messages);
HRESULT mdm_manager_removal(struct mdm_manager *manager, struct mdm_attached *attached,
                            struct mdm_messages *messages);
void mdm_manager_media(struct mdm_manager *manager, const WCHAR *canonical, DWORD type,
                       struct mdm_messages *messages);

#endif

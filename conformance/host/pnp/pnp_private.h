/* The machine's inside, which its files share. */
#ifndef CONFORMANCE_HOST_PNP_PNP_PRIVATE_H
#define CONFORMANCE_HOST_PNP_PNP_PRIVATE_H

#include <pthread.h>

#include "conformance/host/inf/inf_plan.h"
#include "conformance/host/pnp/pnp_machine.h"

enum { PNP_REMARKS_MAX = 256, PNP_REASON_MAX = 1024 };
/* Problems of a device (cfg.h, CM_PROB_…). */
enum { PNP_NO_PROBLEM, PNP_FAILED_START = 10, PNP_FAILED_INSTALL = 28, PNP_IS_DISABLED = 22 };

#define PNP_CONTROL_SET "HKLM\\SYSTEM\\CurrentControlSet\\"
#define PNP_DEVICE_PARAMETERS "\\Device Parameters"

struct pnp_package {
    struct pnp_package *next;
    char name[256], folder[PNP_KEY_MAX + 1]; /* base name; where includes are, "": nowhere */
    struct inf *inf;
    struct inf_strings strings;
    struct inf_findings findings;
    char class_name[64], class_guid[PNP_GUID], provider[256], version[64];
    uint64_t date, number; /* of DriverVer, each as something to compare */
    bool is_signed, is_inbox;
};

/* One attachment. */
struct pnp_place {
    unsigned port;
    const struct pnp_port *device;
    unsigned generation; /* of attachments, so that a handle knows its own */
};

/* A devnode with what others do not see. */
struct pnp_node {
    struct pnp_devnode devnode;
    struct pnp_place place;
    bool is_removing;                  /* asked for, and handles are not opened */
    char class_guid[PNP_GUID];         /* of its driver */
    const struct pnp_package *package; /* borrowed */
};

struct pnp_machine {
    struct pnp_host host; /* its registry, and what Microsoft OS descriptors come to */
    struct inf_system system;
    unsigned langid;
    uint64_t seed;
    pthread_mutex_t lock;     /* what is in here */
    const void *owner;        /* the thread whose operation it is, by pnp_operate() */
    unsigned depth;           /* of that; 0: nobody's */
    pthread_cond_t over;      /* an operation is */
    pthread_mutex_t registry; /* of what is in it, its guard */
    struct pnp_waits waits;
    struct pnp_package *packages;
    struct pnp_devnode *devnodes;
    struct pnp_listener *listeners;
    unsigned generation;
    char reason[PNP_REASON_MAX];
    char *remarks[PNP_REMARKS_MAX]; /* owned */
    size_t remark_count;
};

static inline struct pnp_node *pnp_node_of(struct pnp_devnode *devnode)
{
    return (struct pnp_node *)(void *)devnode; /* the first member */
}

/* From one to the other one caller's operation is all that is done to the machine. */
void pnp_operate(struct pnp_machine *machine);
void pnp_operated(struct pnp_machine *machine);

/* ---- what a device is called, from its descriptors (pnp_ids.c) */
struct pnp_identity {
    char device_id[PNP_ID_MAX + 1];
    char hardware[PNP_IDS_MAX][PNP_ID_MAX + 1], compatible[PNP_IDS_MAX][PNP_ID_MAX + 1];
    size_t hardware_count, compatible_count;
    int interface_number; /* of a function; -1: the device itself */
};
enum { PNP_FUNCTIONS_MAX = 16, PNP_CONFIG_MAX = 4096 };
/* The device, and with several functions its functions, in the order of the configuration. How many
 * identities; the first is the device's. */
size_t pnp_identify(const uint8_t device[18], const uint8_t *config, size_t length,
                    struct pnp_identity ret[PNP_FUNCTIONS_MAX + 1]);
/* USB\MS_COMP_… in front of the compatible ids. */
void pnp_add_os_id(struct pnp_identity *identity, const char *compatible);
/* "DEVICE\INSTANCE" in capitals; `serial` "": made of the port or of the parent. False: it has more
 * than PNP_ID_MAX characters. */
bool pnp_instance_id(const struct pnp_identity *identity, const char *serial, unsigned port,
                     const struct pnp_devnode *parent, char ret[PNP_ID_MAX + 1]);
/* That two ids are the same one. */
bool pnp_same_id(const char *a, const char *b);
/* The symbolic link of an interface. False: it is too long. */
bool pnp_link_text(const char *instance_id, const char *class_guid, const char *reference,
                   char ret[PNP_LINK_MAX + 1]);
/* The class as it is kept: in capitals. */
void pnp_guid_text(const char *guid, char ret[PNP_GUID]);

/* What a device at a port says of itself. */
struct pnp_described {
    uint8_t device[18];
    char serial[256]; /* a string descriptor has at most 126 characters, a given device may have
                         more */
    struct pnp_identity identities[PNP_FUNCTIONS_MAX + 1];
    size_t count;
    struct pnp_plugged os; /* its Microsoft OS descriptors */
};
int pnp_describe(const struct pnp_port *device, struct pnp_described *ret);
/* The devnode of an identity, which is there from now on. -EEXIST: that instance is there already.
 */
int pnp_enumerate(struct pnp_machine *machine, const struct pnp_identity *identity,
                  const char *serial, const struct pnp_place *place, struct pnp_devnode *parent,
                  struct pnp_node **ret);

/* ---- packages (pnp_package.c, pnp_rank.c) */
void pnp_package_free(struct pnp_package *package);
bool pnp_stage_inbox(struct pnp_machine *machine);
struct pnp_match {
    const struct pnp_package *package;
    char section[INF_EXPANDED]; /* as inf_install() has it */
    char description[INF_EXPANDED], manufacturer[INF_EXPANDED], id[PNP_ID_MAX + 1];
    uint32_t rank;
};
/* Of one line of models: its rank for the device without the signature, -1: it is none for it. */
int64_t pnp_rank_model(const struct pnp_package *package, const struct inf_entry *model,
                       const struct pnp_devnode *devnode, char ret_id[PNP_ID_MAX + 1]);
uint32_t pnp_signature_score(const struct pnp_package *package, const char *section);
/* Of equal rank: is `a` to be taken before `b`? */
bool pnp_is_newer(const struct pnp_package *a, const struct pnp_package *b);
/* The best of all packages; false: none is for it. */
bool pnp_best(const struct pnp_machine *machine, const struct pnp_devnode *devnode,
              struct pnp_match *ret);

/* ---- installation (pnp_install*.c) */
/* What is done to the registry is done to a copy, which takes its place or is thrown away; who
 * shares it waits for that. */
struct pnp_transaction {
    struct pnp_machine *machine;
    struct registry work;
};
int pnp_begin(struct pnp_machine *machine, struct pnp_transaction *ret);
void pnp_commit(struct pnp_transaction *transaction);
void pnp_abort(struct pnp_transaction *transaction);

struct pnp_installing {
    struct pnp_machine *machine;
    struct registry *registry; /* the copy */
    struct pnp_node *node;
    const struct pnp_match *match;
    char driver_key[PNP_KEY_MAX + 1], service[256];
};
/* Installs a match; -errno with the machine's reason, and nothing has changed. */
int pnp_install_match(struct pnp_machine *machine, struct pnp_node *node,
                      const struct pnp_match *match);
/* The findings of a row: is it one that Windows gets over? */
bool pnp_is_got_over(const char *row);
/* The key that HKR is for a step. */
bool pnp_hkr(const struct pnp_installing *it, const struct inf_step *step,
             char ret[PNP_KEY_MAX + 1]);
/* AddReg and DelReg. 0 or -errno. */
int pnp_do_value(const struct pnp_installing *it, const struct inf_step *step);
int pnp_do_service(struct pnp_installing *it, const struct inf_step *step);
int pnp_do_setting(const struct pnp_installing *it, const struct inf_step *step, uint32_t flags);
int pnp_do_triggers(const struct pnp_installing *it, const struct inf_plan *plan,
                    const struct inf_step *service);
int pnp_do_file(const struct pnp_installing *it, const struct inf_step *step);
/* Folders' numbers in a path (INF dirids); what is none stays. */
void pnp_expand_dirids(const struct pnp_installing *it, const char *text, char *ret, size_t size);
/* Values of the registry from text: 0 or -errno. */
int pnp_set_text(struct registry *registry, const char *key, const char *name, uint32_t type,
                 const char *text);
int pnp_set_number(struct registry *registry, const char *key, const char *name, uint32_t value);
/* The first string of a value, "": there is none. */
void pnp_get_text(const struct registry *registry, const char *key, const char *name, char *ret,
                  size_t size);

/* ---- interfaces (pnp_interface.c) */
/* Registers one, if it is not yet; NULL: no room. */
struct pnp_interface *pnp_interface_register(struct pnp_machine *machine,
                                             struct pnp_devnode *devnode, const char *class_guid,
                                             const char *reference);

/* ---- events (pnp_events.c) */
enum pnp_event {
    PNP_INSTANCE_ENUMERATED,
    PNP_INSTANCE_STARTED,
    PNP_INSTANCE_REMOVED,
    PNP_INTERFACE_ARRIVED,
    PNP_INTERFACE_REMOVED,
    PNP_QUERY_REMOVE_FAILED,
    PNP_REMOVE_PENDING,
    PNP_REMOVE_COMPLETE,
};
void pnp_tell(struct pnp_machine *machine, enum pnp_event event, const void *subject);
/* False: one has vetoed it, and those who were asked have been told. */
bool pnp_query_remove(struct pnp_machine *machine, struct pnp_devnode *devnode);
void pnp_tell_service(struct pnp_machine *machine, const char *service, bool start);
/* A number below `count` of the machine's seed. */
unsigned pnp_draw(struct pnp_machine *machine, unsigned count);

/* ---- life (pnp_life.c) */
void pnp_set_state(struct pnp_machine *machine, struct pnp_devnode *devnode, enum pnp_state state,
                   uint32_t problem);
/* Has its driver start; its interfaces are enabled then. */
int pnp_start(struct pnp_machine *machine, struct pnp_devnode *devnode);
/* All that are registered; each change is told. */
void pnp_set_interfaces(struct pnp_machine *machine, struct pnp_devnode *devnode, bool enabled);
void pnp_remark_add(struct pnp_machine *machine, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

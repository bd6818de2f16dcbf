/* The MTP responder of one player: executes operations against the store, one at a time, and
 * queues events. It knows no USB: function/ feeds it commands and data and fetches what it says. */
#ifndef SIMULATOR_MTP_RESPONDER_H
#define SIMULATOR_MTP_RESPONDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "simulator/mtp/container.h"
#include "simulator/mtp/dataset.h"
#include "simulator/mtp/mtpr_policy.h"
#include "simulator/store/store.h"

/* A list of codes, said as it stands; `codes` NULL: whatever the responder implements. */
struct mtpr_codes {
    const uint16_t *codes;
    size_t count;
};

struct mtpr_bytes {
    const uint8_t *data;
    uint32_t length;
};

/* Which values a property may have (MTP 1.1, 5.1.2.1 and 5.3.2.3); values in encoded form. */
struct mtpr_form {
    uint8_t form;                 /* MTP_FORM_… */
    struct mtpr_bytes choices[3]; /* range: minimum, maximum, step */
    const struct mtpr_bytes *enumeration;
    size_t enumeration_count;
    const char *expression; /* regular expression, date */
    uint32_t length;        /* of an array or a long string: the most, or the only one */
};

/* What a player says of an object property where it differs from the usual. */
struct mtpr_own_property {
    struct mtpr_form form;
    struct mtpr_bytes value; /* factory default */
    uint32_t group;
};

/* One object property: a row of the responder's own table, or as a player file describes it. */
struct mtpr_object_property {
    uint16_t code, type;
    uint8_t groups; /* table: which formats have it */
    bool settable;
    uint8_t form;
    bool slow;                           /* not part of "all properties" */
    uint64_t minimum, maximum;           /* table: of a range */
    const struct mtpr_own_property *own; /* NULL: a row of the table */
};

/* What a property may be in one of the combinations of values that go together. */
struct mtpr_dependent {
    uint8_t combination; /* its number, from 1 */
    const struct mtpr_object_property *property;
};

struct mtpr_format {
    uint16_t code;
    /* In the order they are said; NULL: the usual ones of such a format. */
    const struct mtpr_object_property *properties;
    size_t property_count;
    const struct mtpr_dependent *dependents; /* in any order */
    size_t dependent_count;
};

/* One device property, values in encoded form. */
struct mtpr_device_property {
    uint16_t code, type;
    bool settable;
    struct mtpr_form form;     /* none, range or enumeration */
    struct mtpr_bytes value;   /* factory default */
    struct mtpr_bytes current; /* data NULL: the default */
};

/* The most codes of a list in a player file. */
#define MTPR_LIST_MAX 250u

struct mtpr_config {
    const char *extensions, *manufacturer, *model, *version, *serial;
    uint32_t extension_id;
    uint16_t functional_mode;
    struct mtpr_codes operations, events, capture_formats;
    const struct mtpr_format *formats; /* NULL: all that are implemented */
    size_t format_count;
    const struct mtpr_device_property *properties;
    size_t property_count;
};

struct mtpr_waker {
    void (*wake)(void *self); /* an event was queued */
    void *self;
};

/* What only the player knows: what it plays, and what a file says of itself. Any may be NULL. */
struct mtpr_owner {
    void *self;
    /* The host sent all of an object, or changed its content. */
    void (*stored)(void *self, struct store_object *object);
    /* The host had everything deleted by handle 0xffffffff, or (format not 0) all of a format. */
    void (*emptied)(void *self, uint16_t format, unsigned removed, unsigned kept);
    /* Device properties that live: true if it wrote the encoded value. */
    bool (*get)(void *self, uint16_t code, struct wr *wr);
    /* A legal value; the response code, or 0: no property of the owner's. */
    uint16_t (*set)(void *self, uint16_t code, const uint8_t *value, uint32_t length);
    uint16_t (*skip)(void *self, int32_t count);
};

/* ---- life */

/* Config, store, policy and what the waker wakes stay the caller's and outlive the responder. 0 or
 * -ENOMEM. */
int mtpr_new(const struct mtpr_config *config, struct store *store, struct mtpr_waker waker,
             const struct mtpr_policy *policy, struct mtpr_responder **ret_responder);
/* What was announced and not sent goes. NULL is fine. */
void mtpr_free(struct mtpr_responder *responder);
/* The functions are copied; `self` outlives the responder. What they are given is theirs for the
 * call only. */
void mtpr_set_owner(struct mtpr_responder *responder, const struct mtpr_owner *owner);
struct store *mtpr_store(const struct mtpr_responder *responder);

/* ---- one transaction: begin, then by phase, then the reply */

/* What an operation changed is on disk when its reply is found, and no call waits for anything but
 * the disk. */

/* Runs the operation as far as it needs no data of the host's; what comes next. `command` is
 * copied. One that is begun while another runs takes its place: cancel first what shall leave
 * nothing. */
enum mtpr_phase mtpr_begin(struct mtpr_responder *responder, const struct mtpr_command *command);

/* MTPR_DATA_IN: a stream of known length that can be read from any position. */
struct mtpr_piece {
    const void *memory; /* NULL: a range of the file. Valid until the next call */
    int fd;             /* the arena's */
    off_t offset;
    size_t length;      /* 0: at the end */
    const void *mapped; /* of the file's range (arena_map()) */
};

/* In bytes, without the container's header. */
uint64_t mtpr_in_length(const struct mtpr_responder *responder);
/* At most `room` bytes from `position` on. 0; -EINVAL: beyond the end; -ENOMEM, -EIO: a list cannot
 * be made any more, and the data phase must be given up. */
int mtpr_in(struct mtpr_responder *responder, uint64_t position, size_t room,
            struct mtpr_piece *ret_piece);
/* Is what is being sent of an object's content the last of it? */
bool mtpr_in_to_end(const struct mtpr_responder *responder);

/* MTPR_DATA_OUT. */
enum mtpr_end { MTPR_END_WHOLE, MTPR_END_SHORT, MTPR_END_EXCESS, MTPR_END_WRONG_ID };

/* Some bytes of the data; a failure shows in the reply. */
void mtpr_out(struct mtpr_responder *responder, const uint8_t *data, size_t length);
/* No more come: the operation is done, or refused for how they ended. */
void mtpr_out_end(struct mtpr_responder *responder, enum mtpr_end how);

/* After mtpr_begin() or mtpr_out_end(); borrowed until the next command. */
const struct mtpr_reply *mtpr_reply(const struct mtpr_responder *responder);
/* Gives the running transaction up: there is no reply. */
void mtpr_cancel(struct mtpr_responder *responder);
/* The last one that was begun, as it was run. */
const struct mtpr_command *mtpr_command(const struct mtpr_responder *responder);
uint32_t mtpr_transaction(const struct mtpr_responder *responder);

/* Before the store changes behind the responder: a list that is still being sent is finished in
 * memory. 0 or -ENOMEM, and then nothing may change. */
int mtpr_settle(struct mtpr_responder *responder);
/* Is this object's content on its way to the host? */
bool mtpr_sends(const struct mtpr_responder *responder, uint32_t handle);

/* ---- sessions */

bool mtpr_session_open(const struct mtpr_responder *responder);
/* Cancels, and the session is lost with all that was announced or edited in it. */
void mtpr_reset(struct mtpr_responder *responder, enum mtpr_loss why);
/* Did an operation lock the player up? Asked once: it is forgotten. */
bool mtpr_crashed(struct mtpr_responder *responder);
/* Players that have a lock (policy) start locked. */
void mtpr_lock(struct mtpr_responder *responder, bool locked);
bool mtpr_locked(const struct mtpr_responder *responder);

/* ---- events */

/* The most that wait; the last place is kept for the word that some were lost. */
#define MTPR_EVENTS 64u

/* A change made on the device itself; dropped unless a session is open and the event is listed. */
void mtpr_raise(struct mtpr_responder *responder, uint16_t code, uint32_t parameter,
                uint32_t second);
/* The oldest; false: none waits. */
bool mtpr_event_peek(struct mtpr_responder *responder, struct mtpr_event *ret_event);
/* It was taken. */
void mtpr_event_pop(struct mtpr_responder *responder);
size_t mtpr_event_count(const struct mtpr_responder *responder);

/* ---- device properties, for the player's own changes */

/* As the config has it; NULL: there is none. */
const struct mtpr_device_property *mtpr_device_property(const struct mtpr_responder *responder,
                                                        uint16_t code);
/* `value` encoded, copied, on disk when this is 0; DevicePropChanged is raised if it changed.
 * -ENOENT: there is no such property, -EINVAL: not of its type, -ERANGE: not of its form. */
int mtpr_set_device_property(struct mtpr_responder *responder, uint16_t code, const void *value,
                             uint32_t length);

/* What a host was editing of an object that is gone. */
void mtpr_edit_drop_handle(struct mtpr_responder *responder, uint32_t handle);

/* ---- what happened on the device since the host was last here (0x9201, 0x9202) */

enum mtpr_change { MTPR_CHANGE_ACQUIRED, MTPR_CHANGE_MODIFIED, MTPR_CHANGE_DELETED };

/* Before a deletion, after anything else. Kept on disk, and only for a player that can report it;
 * without memory or disk for it the change stays unreported. */
void mtpr_note_change(struct mtpr_responder *responder, const struct store_object *object,
                      enum mtpr_change change);

/* One play: true if the content is free, or a license (of the simulated kind) had a use left. Use
 * and play are counted on disk. */
bool mtpr_license_use(struct mtpr_responder *responder, const struct store_object *object);

/* A property of an object the player found out itself: kept if such objects have it and the value
 * is of its type; also where the host may not set it. On disk when this is 0; -ENOENT: it has no
 * such property, -ERANGE: no value of it. */
int mtpr_note_fact(struct mtpr_responder *responder, struct store_object *object, uint16_t code,
                   const void *value, uint32_t length);

/* A change of an object property made on the device: value encoded, checked like the host's, on
 * disk when this is 0. -ENOENT: it has no such property, -EEXIST: it may not be set so, -EINVAL:
 * else. */
int mtpr_set_object_property(struct mtpr_responder *responder, struct store_object *object,
                             uint16_t code, const void *value, uint32_t length);

/* ---- facts about the implementation, for player files */
bool mtpr_operation_implemented(uint16_t code);
/* The responder's own row of an object property, NULL: none. */
const struct mtpr_object_property *mtpr_usual_property(uint16_t code);
/* On an object of this format; 0: there is no such property. */
uint16_t mtpr_object_property_type(const struct mtpr_config *config, uint16_t format,
                                   uint16_t code);
/* Is the encoded value, which is of the type, one the form allows? */
bool mtpr_in_form(uint16_t type, const struct mtpr_form *form, const uint8_t *value,
                  uint32_t length);
/* Is sound in it, by its format? */
bool mtpr_format_plays(uint16_t format);
/* By file extension; MTP_FC_UNDEFINED if unknown. */
uint16_t mtpr_format_of_name(const char *name);

#endif

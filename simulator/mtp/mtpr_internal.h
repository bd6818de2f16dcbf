/* What the responder's files share: its state and the tables each group of operations brings. */
#ifndef SIMULATOR_MTP_MTPR_INTERNAL_H
#define SIMULATOR_MTP_MTPR_INTERNAL_H

#include "mtp_codes.h"
#include "simulator/mtp/dataset.h"
#include "simulator/mtp/responder.h"
#include "simulator/mtp/value.h"

#define MTPR_EVENTS 64u
#define MTPR_EDITS 16u
/* Datasets a host may send; object content is never collected. */
#define MTPR_DATASET_MAX ((size_t)8 << 20)

/* An object announced by SendObjectInfo or SendObjectPropList, not there yet. */
struct mtpr_pending {
    bool valid;
    bool size_known;
    bool dataless;   /* it exists already; a SendObject that follows is taken and dropped */
    bool overwrites; /* defect */
    struct store_draft draft; /* name and bag point into this struct */
    char name[MTPR_TEXT_MAX];
    struct store_bag *bag; /* owned */
    uint64_t reserved;     /* bytes of the extent at draft.offset */
    uint64_t written;
};

/* BeginEditObject to EndEditObject: a working copy nobody else sees. */
struct mtpr_edit {
    uint32_t handle; /* 0: unused */
    off_t offset;
    uint64_t room, size;
    struct mtpr_pending *born; /* owned; the object is new, not there yet */
};

/* The objects an operation speaks of. */
struct mtpr_scope {
    enum { MTPR_SCOPE_ALL, MTPR_SCOPE_ONE, MTPR_SCOPE_BELOW } kind;
    uint32_t handle; /* ONE, BELOW; 0: below the root */
    uint32_t depth;  /* BELOW: levels */
    uint16_t format; /* 0: any */
    int volume;      /* -1: any */
    bool no_folders; /* quirk */
    /* where it stands */
    uint32_t cursor, current, level;
    bool started;
};

struct mtpr_list {
    struct mtpr_scope scope;
    uint16_t property; /* 0: all but slow ones, or those of the group */
    uint32_t group;    /* 0: any */
    uint32_t count;
    uint64_t window_at; /* stream position of the window's first byte */
    struct wr window;
};

enum mtpr_source { MTPR_SOURCE_MEMORY, MTPR_SOURCE_FILE, MTPR_SOURCE_LIST };

struct mtpr_operation;

struct mtpr_responder {
    const struct mtpr_config *config;
    struct store *store;
    struct mtpr_waker host;
    struct mtpr_owner owner;
    const struct defect_set *defects;

    bool open;
    bool crashed, spent, unlocked; /* quirks; spent: a session was closed since the last plug */
    uint32_t session, last_id;
    bool last_id_known;

    struct mtpr_command command;
    const struct mtpr_operation *operation; /* NULL: unknown */
    struct mtpr_reply reply;
    bool running;
    bool repeated; /* its id is no new one */

    enum mtpr_source source;
    uint64_t in_length;
    off_t in_offset;
    uint32_t in_handle; /* whose content it is */
    bool hangs;
    struct wr out; /* datasets for the host */
    struct mtpr_list list;

    uint64_t announced, received;
    uint16_t refused; /* the data are only drained, then this is the reply */
    struct wr in;     /* datasets from the host */
    size_t target;    /* of SendObjectInfo: volume */
    uint32_t target_parent, said_parent;
    uint64_t announced_size;
    struct mtpr_edit *edit; /* of SendPartialObject */
    struct mtpr_pending pending;
    struct mtpr_edit edits[MTPR_EDITS];

    struct mtpr_event events[MTPR_EVENTS];
    size_t event_first, event_count;
    bool events_lost;
    uint32_t unreadable;                 /* defect: not found once */
    uint32_t cycle_handle, cycle_parent; /* defect: said to lie below itself */
};

enum { MTPR_ANY_TIME = 1 /* works without a session */, MTPR_ANY_ID = 2 /* no id rules */ };

struct mtpr_operation {
    uint16_t code;
    uint8_t params; /* most it takes */
    uint8_t phase;  /* enum mtpr_phase */
    uint8_t flags;
    /* At the command. For OUT a check before the data, may be NULL. */
    uint16_t (*run)(struct mtpr_responder *r);
    /* OUT: content as it comes; NULL: collected in r->in. */
    uint16_t (*accept)(struct mtpr_responder *r, const uint8_t *data, size_t length);
    /* OUT: all data are there. `whole` false: the data phase was cut short (accept only). */
    uint16_t (*finish)(struct mtpr_responder *r, bool whole);
};

extern const struct mtpr_operation mtpr_session_operations[];
extern const struct mtpr_operation mtpr_storage_operations[];
extern const struct mtpr_operation mtpr_object_operations[];
extern const struct mtpr_operation mtpr_tree_operations[];
extern const struct mtpr_operation mtpr_send_operations[];
extern const struct mtpr_operation mtpr_edit_operations[];
extern const struct mtpr_operation mtpr_device_property_operations[];
extern const struct mtpr_operation mtpr_object_property_operations[];
extern const struct mtpr_operation mtpr_reference_operations[];
extern const struct mtpr_operation mtpr_playback_operations[];
extern const struct mtpr_operation mtpr_report_operations[];
extern const struct mtpr_operation mtpr_wmdrmpd_operations[];
extern const struct mtpr_operation *const mtpr_tables[];
extern const struct mtpr_operation *const mtpr_listed_tables[];
extern const uint16_t mtpr_implemented_events[];
extern const size_t mtpr_implemented_event_count;

static inline bool mtpr_deviates(const struct mtpr_responder *r, enum defect which)
{
    return deviates(r->defects, which);
}

/* -errno to response code: the one seam. */
uint16_t mtpr_code_of(int error);

void mtpr_out_memory(struct mtpr_responder *r); /* the IN data are r->out as it stands */
void mtpr_out_content(struct mtpr_responder *r, const struct store_object *object, uint64_t from,
                      uint64_t length);
bool mtpr_listed(const struct mtpr_codes *codes, uint16_t code);

/* storages */
uint32_t mtpr_storage_id(const struct mtpr_responder *r, size_t volume);
/* OK, INVALID_STORAGE_ID or STORE_NOT_AVAILABLE. */
uint16_t mtpr_volume(const struct mtpr_responder *r, uint32_t id, size_t *ret_volume);
uint16_t mtpr_may_write(const struct mtpr_responder *r, size_t volume, bool deleting);
uint16_t mtpr_may_change(const struct mtpr_responder *r, const struct store_object *object);

/* scopes */
struct store_object *mtpr_scope_next(struct mtpr_responder *r, struct mtpr_scope *scope);
uint32_t mtpr_parent_said(const struct mtpr_responder *r, const struct store_object *object);

/* objects on their way */
void mtpr_pending_drop(struct mtpr_responder *r, struct mtpr_pending *pending);
void mtpr_send_torn(struct mtpr_responder *r);
void mtpr_edits_drop(struct mtpr_responder *r);
void mtpr_edit_drop_handle(struct mtpr_responder *r, uint32_t handle);
uint16_t mtpr_commit_pending(struct mtpr_responder *r, struct mtpr_pending *pending);

/* quirks (quirk.c): what real players do wrong. Refusals are response codes, OK: none */
uint16_t mtpr_quirk_refusal(const struct mtpr_responder *r);
uint16_t mtpr_name_refusal(const struct mtpr_responder *r, const char *name,
                           const struct store_object *self);
bool mtpr_format_forgotten(const struct mtpr_responder *r, uint16_t format); /* not listed */
bool mtpr_format_taken(const struct mtpr_responder *r, uint16_t format);     /* of new objects */
uint16_t mtpr_format_said(const struct mtpr_responder *r, const struct store_object *object);
/* Does an ObjectInfo from the host have a size of 64 bits, as hosts send that got such ones? */
bool mtpr_info_is_wide(const uint8_t *info, size_t length);
uint64_t mtpr_size_said(const struct mtpr_responder *r, const struct store_object *object);
bool mtpr_property_left_out(const struct mtpr_responder *r, uint16_t code); /* of all properties */
bool mtpr_property_fails(const struct mtpr_responder *r, uint16_t code);    /* at being set */

/* formats and object properties */
bool mtpr_format_listed(const struct mtpr_responder *r, uint16_t format);
size_t mtpr_format_count(const struct mtpr_responder *r);
uint16_t mtpr_format_at(const struct mtpr_responder *r, size_t index);
bool mtpr_format_is_abstract(uint16_t format);
bool mtpr_format_is_audio(uint16_t format);

/* Of this format; NULL: it has none of that code. */
const struct mtpr_object_property *mtpr_property_of(const struct mtpr_responder *r, uint16_t format,
                                                    uint16_t code);
/* Of any format at all. */
bool mtpr_property_exists(const struct mtpr_responder *r, uint16_t code);
/* One after the other, `cursor` from 0; NULL at the end. */
const struct mtpr_object_property *mtpr_property_at(const struct mtpr_responder *r, uint16_t format,
                                                    size_t *cursor);
/* The group it is described in; 0xffffffff: slow. */
uint32_t mtpr_property_group(const struct mtpr_object_property *property);
bool mtpr_group_exists(const struct mtpr_responder *r, uint32_t group);
void mtpr_property_write(const struct mtpr_responder *r, const struct store_object *object,
                         const struct mtpr_object_property *property, struct wr *wr);
/* An encoded value; checks type, range and rights. */
void mtpr_form_write(const struct mtpr_form *form, struct wr *wr);
uint16_t mtpr_property_check(const struct mtpr_object_property *property, const uint8_t *value,
                             uint32_t length);
uint16_t mtpr_property_set(struct mtpr_responder *r, struct store_object *object,
                           const struct mtpr_object_property *property, const uint8_t *value,
                           uint32_t length);
void mtpr_property_desc(const struct mtpr_responder *r, uint16_t format,
                        const struct mtpr_object_property *property, struct wr *wr);

/* property lists */
int mtpr_list_begin(struct mtpr_responder *r);
int mtpr_list_read(struct mtpr_responder *r, uint64_t position, size_t room,
                   struct mtpr_piece *ret_piece);

void mtpr_device_properties_forget(struct mtpr_responder *r);
void mtpr_properties_drop(struct mtpr_responder *r, struct store_object *object);
void mtpr_metadata_forget(struct mtpr_responder *r);
void mtpr_echo(struct mtpr_responder *r, uint16_t code, uint32_t parameter);

#endif

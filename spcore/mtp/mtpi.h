/* The initiator: MTP 1.1 operations over a transport. Its codec is its own; only the constants in
 * mtp_codes.h (generated) are shared with the simulator. Calls on one session may come from any
 * thread and are served one transaction at a time: each waits for those before it, however long
 * they take. What belongs together, as an object's info and its content (MTP 1.1, D.2.12), stands
 * between mtpi_hold() and mtpi_let_go().
 *
 * A call answers 0, a positive MTP response code (anything but OK, 0x2001), or -errno: what
 * transport.h lists, -EPROTO also for a container or dataset that is none, -ENOMEM. Its outputs are
 * written at 0 alone, unless it says otherwise. It blocks until the device has answered; the
 * deadline is that of each transfer, so what bounds a call is how many transfers it needs.
 *
 * After -errno the device is made ready for the next transaction before the call returns: a stall
 * is cleared; after anything else, -ETIMEDOUT included, the transaction is cancelled, and the call
 * waits for the device to be idle (its status, asked 200 times at most) and drops what it still
 * sends. The session stays open and its next call has the next id; whether the device has done what
 * was asked is for the caller to find out. After -ENODEV only mtpi_free() is of use. */
#ifndef SPCORE_MTP_MTPI_H
#define SPCORE_MTP_MTPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mtp_codes.h"
#include "spcore/transport/transport.h"

struct mtpi; /* one initiator on one interface of one device */

/* Which interface carries the containers: 06/01/01, or else a vendor's, or else one of a bulk-only
 * disk's class, each with bulk IN, bulk OUT and interrupt IN. */
struct mtpi_pipe {
    uint8_t interface_number, bulk_in, bulk_out, interrupt_in;
    bool still_image; /* class 06/01/01, persona A */
};
/* From the descriptors alone. -ENOTSUP: there is none. */
int mtpi_find_pipe(const struct tp *tp, struct mtpi_pipe *ret_pipe);

/* There are players that say nothing on their bulk endpoints before the host has read Microsoft's
 * string descriptor, as Windows does with each that it has not seen yet. What the string says, and
 * whether there is one, is no matter here. */
void mtpi_read_os_string(struct tp *tp);

/* Claims the interface of `tp`, which is borrowed until mtpi_free(), and reads that string; sends
 * nothing else. -ENOTSUP: no interface for containers; or why it cannot be claimed. */
int mtpi_new(struct tp *tp, struct mtpi **ret_mtpi);
/* Closes an open session, with a deadline of 2000 ms, and whatever the device answers. No other
 * call may be under way. The transport stays open. NULL is fine. */
void mtpi_free(struct mtpi *mtpi);
enum { MTPI_DEADLINE_MS = 10000 };
/* Of each transfer from now on, and of each piece of a long one; that at first. Waits for the
 * transaction under way. */
void mtpi_set_deadline(struct mtpi *mtpi, unsigned milliseconds);
struct tp *mtpi_transport(struct mtpi *mtpi); /* borrowed, as it was given */

/* ---- one transaction */
struct mtpi_response {
    uint16_t code;
    uint32_t param[5];
    unsigned param_count;
    uint32_t transaction_id;
};

/* Where the bytes to send come from: fills `buffer` with 1 to `room` of them and answers how many,
 * or -errno, which ends the call with that. 0 is -EIO: the length was promised. Sources and sinks
 * run in the thread of the call, with the transaction under way: of the initiator's calls they may
 * make mtpi_cancel() alone. */
typedef int64_t mtpi_source(void *context, void *buffer, size_t room);
/* Takes received bytes, borrowed for the call. Anything but 0 cancels the transaction and comes
 * back as the result: a -errno, as a positive one reads like a response code. */
typedef int mtpi_sink(void *context, const void *data, size_t length);

/* Data phase. OUT: `out`/`out_length`, or `source` when it is set. IN: pieces go to `sink`, or into
 * a buffer of the call's own, `in`/`in_length`: the caller's to free() at 0, NULL on failure and
 * when nothing came. */
struct mtpi_data {
    const void *out;
    uint64_t out_length;
    mtpi_source *source;
    mtpi_sink *sink;
    void *context;
    uint8_t *in;
    size_t in_length;
    bool has_out, has_in;
};

/* Sends operation `code` with `param_count` parameters, runs the data phase (`data` NULL: there is
 * none), reads the response. Unlike the named calls below it answers 0 for every well-formed
 * response: look at ret->code. -EINVAL: more than five parameters. */
int mtpi_transact(struct mtpi *mtpi, uint16_t code, const uint32_t *params, unsigned param_count,
                  struct mtpi_data *data, struct mtpi_response *ret);
/* Counts the operations that this side has begun and that may change something: what was read while
 * it stays the same is as old as the device's own last change. */
unsigned mtpi_changes(struct mtpi *mtpi);
/* Of those, the ones that may change what is called how, or where it is. */
unsigned mtpi_name_changes(struct mtpi *mtpi);
/* The next transaction id (0 outside a session), and a way to preset it for tests. */
uint32_t mtpi_next_transaction(const struct mtpi *mtpi);
void mtpi_set_transaction(struct mtpi *mtpi, uint32_t next);

/* Until mtpi_let_go() the transactions are this thread's alone; those of others wait. Nests. */
void mtpi_hold(struct mtpi *mtpi);
void mtpi_let_go(struct mtpi *mtpi);

/* Cancel (0x64) of the running transaction, which it does not wait for; any thread, also a source
 * or sink. Its call answers -ECANCELED, or its result if that was in already. The request takes
 * 2000 ms at most, and some 2 s more pass until that call notices. 0 as well when nothing runs. */
int mtpi_cancel(struct mtpi *mtpi);

/* ---- datasets */
/* Whoever gets one frees it with its mtpi_…_done(), whose argument may be zeroed, too; arrays alone
 * with free(item). Strings are UTF-16, NUL-terminated, host order, owned by the structure and never
 * NULL in one that was got. */
struct mtpi_u16_array {
    uint16_t *item;
    size_t count;
};
struct mtpi_u32_array {
    uint32_t *item;
    size_t count;
};

struct mtpi_device_info {
    uint16_t standard_version, extension_version, functional_mode;
    uint32_t extension_id;
    uint16_t *extension;
    struct mtpi_u16_array operations, events, properties, capture_formats, formats;
    uint16_t *manufacturer, *model, *version, *serial;
};

struct mtpi_storage_info {
    uint16_t storage_type, filesystem_type, access;
    uint64_t capacity, free_bytes;
    uint32_t free_objects;
    uint16_t *description, *volume;
};

struct mtpi_object_info {
    uint32_t storage, parent, compressed_size, association_description, sequence;
    uint16_t format, protection, association_type;
    uint16_t *name, *created, *modified;
};

/* A typed value: integers up to 64 bits, 128 bits as 16 bytes little-endian, strings, arrays. */
struct mtpi_value {
    uint16_t type; /* 0x0001 INT8 … 0xffff string; 0x4000 set: array */
    union {
        uint64_t integer; /* sign-extended for INT types */
        uint8_t wide[16]; /* INT128, UINT128 */
        uint16_t *string; /* owned */
        struct {
            uint8_t *data; /* owned; NULL when empty */
            size_t count;
            unsigned element; /* bytes of one */
        } array;              /* raw little-endian */
    };
};
void mtpi_value_done(struct mtpi_value *value); /* leaves it zeroed */

struct mtpi_property {
    uint32_t handle;
    uint16_t code;
    struct mtpi_value value;
};
struct mtpi_property_list {
    struct mtpi_property *item;
    size_t count;
};

/* Of the description of a property of an object or of the device, its fixed begin, which is the
 * same (MTP 1.1, 5.3.2.3 and 5.1.2.1). */
struct mtpi_prop_desc {
    uint16_t property, type;
    bool settable;
};

/* The values that a property of an object may have: none are told; or a range, which are three: the
 * least, the greatest and the step; or each one of a choice. */
struct mtpi_prop_values {
    uint16_t property, type;
    uint8_t form; /* MTP_FORM_… */
    struct mtpi_value *item;
    size_t count;
};
/* Properties whose values depend on each other: what each may have while the others do, too. */
struct mtpi_prop_combination {
    struct mtpi_prop_values *item;
    size_t count;
};
struct mtpi_prop_combinations {
    struct mtpi_prop_combination *item;
    size_t count;
};
void mtpi_prop_values_done(struct mtpi_prop_values *values);          /* leaves it zeroed */
void mtpi_prop_combinations_done(struct mtpi_prop_combinations *all); /* leaves it zeroed */

void mtpi_device_info_done(struct mtpi_device_info *info); /* leaves it zeroed */
/* Of the next two the numbers stay: who has read the strings out may go on. */
void mtpi_storage_info_done(struct mtpi_storage_info *info);
void mtpi_object_info_done(struct mtpi_object_info *info);
void mtpi_property_list_done(struct mtpi_property_list *list); /* leaves it zeroed */

/* ---- operations (MTP 1.1 appendix D) */
/* This side has a session once the device said OK, until it says so to mtpi_close_session() or
 * mtpi_free(). A -errno of either call leaves this side as it was: if the device went further, the
 * next open answers Session_Already_Open (0x201e), and a close without a session is sent all the
 * same, for what another host has left open. */
int mtpi_open_session(struct mtpi *mtpi, uint32_t session_id);
int mtpi_close_session(struct mtpi *mtpi);
/* Also without a session. */
int mtpi_get_device_info(struct mtpi *mtpi, struct mtpi_device_info *ret);
int mtpi_get_storage_ids(struct mtpi *mtpi, struct mtpi_u32_array *ret);
int mtpi_get_storage_info(struct mtpi *mtpi, uint32_t storage, struct mtpi_storage_info *ret);
/* storage 0xffffffff: all; format 0: any; parent 0: of every folder, 0xffffffff: of the root. */
int mtpi_get_object_handles(struct mtpi *mtpi, uint32_t storage, uint16_t format, uint32_t parent,
                            struct mtpi_u32_array *ret);
int mtpi_get_num_objects(struct mtpi *mtpi, uint32_t storage, uint16_t format, uint32_t parent,
                         uint32_t *ret);
int mtpi_get_object_info(struct mtpi *mtpi, uint32_t handle, struct mtpi_object_info *ret);
/* The content, in pieces and in order; the sink may have had some of it on failure. */
int mtpi_get_object(struct mtpi *mtpi, uint32_t handle, mtpi_sink *sink, void *context);
/* At most `length` bytes into `buffer`, of which *ret_length are the object's (less at its end); on
 * failure the buffer holds what had come. 0x101b, or 0x95c1 beyond 4 GB and when the device does
 * not list that; asks for DeviceInfo first when nobody has yet. */
int mtpi_get_partial_object(struct mtpi *mtpi, uint32_t handle, uint64_t offset, uint32_t length,
                            void *buffer, uint32_t *ret_length);

/* An object to be: SendObjectPropList when `props` are given and the device lists it (which asks
 * for DeviceInfo first when nobody has yet), else SendObjectInfo. */
struct mtpi_new_object {
    uint32_t storage, parent; /* parent 0xffffffff: root */
    uint16_t format, association_type;
    uint64_t size;
    const uint16_t *name;              /* 254 units at most, or -EINVAL */
    const struct mtpi_property *props; /* further object properties; handle ignored */
    size_t prop_count;
};
/* *ret_failed_property (may be NULL): after a response code, the index in `props` of the one that
 * the device refuses; else as it was. The content follows by the next call, also when it is of no
 * bytes; a folder has none. */
int mtpi_send_object_info(struct mtpi *mtpi, const struct mtpi_new_object *object,
                          uint32_t *ret_handle, unsigned *ret_failed_property);
/* `length` is the size that was announced. */
int mtpi_send_object(struct mtpi *mtpi, const void *data, uint64_t length);
int mtpi_send_object_from(struct mtpi *mtpi, uint64_t length, mtpi_source *source, void *context);
/* A folder with all in it. */
int mtpi_delete_object(struct mtpi *mtpi, uint32_t handle);
/* parent 0xffffffff: root. */
int mtpi_move_object(struct mtpi *mtpi, uint32_t handle, uint32_t storage, uint32_t parent);
/* The device answers when it is done, for which the deadline has to leave it time. */
int mtpi_format_store(struct mtpi *mtpi, uint32_t storage, uint32_t filesystem);

/* ---- properties (MTP 1.1 appendix E and D.2.20 to D.2.23) */
int mtpi_get_object_props_supported(struct mtpi *mtpi, uint16_t format, struct mtpi_u16_array *ret);
/* Of objects of that format. */
int mtpi_get_object_prop_desc(struct mtpi *mtpi, uint16_t property, uint16_t format,
                              struct mtpi_prop_desc *ret);
/* The same description, for the values that it allows. */
int mtpi_get_object_prop_values(struct mtpi *mtpi, uint16_t property, uint16_t format,
                                struct mtpi_prop_values *ret);
/* Of objects of that format; none where no property depends on another (E.2.7). */
int mtpi_get_interdependent_props(struct mtpi *mtpi, uint16_t format,
                                  struct mtpi_prop_combinations *ret);
/* `type` is the property's, as its description says: the bytes do not tell. */
int mtpi_get_object_prop_value(struct mtpi *mtpi, uint32_t handle, uint16_t property, uint16_t type,
                               struct mtpi_value *ret);
/* -EINVAL: a type that is none, or a string of more than 254 units; here and in every call that
 * sends values. */
int mtpi_set_object_prop_value(struct mtpi *mtpi, uint32_t handle, uint16_t property,
                               const struct mtpi_value *value);
/* depth and group as in appendix E (GetObjectPropList); property 0xffff: all of them. */
int mtpi_get_object_prop_list(struct mtpi *mtpi, uint32_t handle, uint16_t format,
                              uint32_t property, uint32_t group, uint32_t depth,
                              struct mtpi_property_list *ret);
/* What a playlist or album holds; setting replaces all of it. */
int mtpi_get_object_references(struct mtpi *mtpi, uint32_t handle, struct mtpi_u32_array *ret);
int mtpi_set_object_references(struct mtpi *mtpi, uint32_t handle, const uint32_t *handles,
                               size_t count);
/* As with objects' properties. */
int mtpi_get_device_prop_desc(struct mtpi *mtpi, uint16_t property, struct mtpi_prop_desc *ret);
int mtpi_get_device_prop_value(struct mtpi *mtpi, uint16_t property, uint16_t type,
                               struct mtpi_value *ret);
int mtpi_set_device_prop_value(struct mtpi *mtpi, uint16_t property,
                               const struct mtpi_value *value);

/* ---- editing in place */
/* Android's extension 0x95c4, 0x95c2 and 0x95c5: begin, write at an offset, end. What was written
 * becomes visible at the end, or not at all. */
int mtpi_begin_edit(struct mtpi *mtpi, uint32_t handle);
/* *ret_length: how many the device took, `length` at most. */
int mtpi_send_partial_object(struct mtpi *mtpi, uint32_t handle, uint64_t offset, const void *data,
                             uint32_t length, uint32_t *ret_length);
int mtpi_end_edit(struct mtpi *mtpi, uint32_t handle);

/* Whether that DeviceInfo names the operation. */
bool mtpi_lists(const struct mtpi_device_info *info, uint16_t operation);

/* ---- events */
struct mtpi_event {
    uint16_t code;
    uint32_t transaction_id, param[3];
    unsigned param_count;
};
/* Waits for the next one, beside transactions of other threads, which it does not delay; a second
 * thread that waits is served after the first. mtpi_cancel() does not end the wait; tp_cancel()
 * does, by -ECANCELED. -ETIMEDOUT: none came whole; the part that came is kept for the next call.
 * -EPROTO: what came was no event and is dropped. */
int mtpi_wait_event(struct mtpi *mtpi, unsigned deadline_ms, struct mtpi_event *ret);

#endif

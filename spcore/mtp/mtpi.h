/* The initiator: MTP 1.1 operations over a transport. Its codec is its own; only the constants in
 * mtp_codes.h (generated) are shared with the simulator. Calls on one session may come from any
 * thread and are served one transaction at a time. A call answers 0, a positive MTP response code
 * (anything but OK, 0x2001), or -errno of the transport. */
#ifndef SPCORE_MTP_MTPI_H
#define SPCORE_MTP_MTPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mtp_codes.h"
#include "spcore/transport/transport.h"

struct mtpi; /* one initiator on one interface of one device */

/* Which interface carries the containers: found from the descriptors (06/01/01, or a vendor class
 * interface with bulk IN, bulk OUT and interrupt IN). -ENOTSUP: there is none. */
struct mtpi_pipe {
    uint8_t interface_number, bulk_in, bulk_out, interrupt_in;
    bool still_image; /* class 06/01/01, persona A */
};
int mtpi_find_pipe(const struct tp *tp, struct mtpi_pipe *ret_pipe);

int mtpi_new(struct tp *tp /* borrowed */, struct mtpi **ret_mtpi);
void mtpi_free(struct mtpi *mtpi); /* closes an open session if the device is still there */
void mtpi_set_deadline(struct mtpi *mtpi, unsigned milliseconds); /* per transfer; 10000 at first */
struct tp *mtpi_transport(struct mtpi *mtpi);
const struct mtpi_pipe *mtpi_pipe(const struct mtpi *mtpi);

/* ---- one transaction */
struct mtpi_response {
    uint16_t code;
    uint32_t param[5];
    unsigned param_count;
    uint32_t transaction_id;
};

/* Data phase. OUT: `out`/`out_length`, or `source` called for pieces when it is set. IN: pieces go
 * to `sink` (non-zero stops with a cancel request and comes back as the result), or into a buffer
 * of the call's own (`*in`, `*in_length`; caller frees with free()). */
struct mtpi_data {
    const void *out;
    uint64_t out_length;
    int64_t (*source)(void *context, void *buffer, size_t room);
    int (*sink)(void *context, const void *data, size_t length);
    void *context;
    uint8_t *in;
    size_t in_length;
    bool has_out, has_in;
};

/* Sends operation `code` with `param_count` parameters, runs the data phase, reads the response.
 * Unlike the named calls below it answers 0 for every well-formed response: look at ret->code. */
int mtpi_transact(struct mtpi *mtpi, uint16_t code, const uint32_t *params, unsigned param_count,
                  struct mtpi_data *data, struct mtpi_response *ret);
/* The next transaction id (0 outside a session), and a way to preset it for tests. */
uint32_t mtpi_next_transaction(const struct mtpi *mtpi);
void mtpi_set_transaction(struct mtpi *mtpi, uint32_t next);
/* Class request Cancel (0x64) of the running transaction; any thread. */
int mtpi_cancel(struct mtpi *mtpi);
int mtpi_device_status(struct mtpi *mtpi, uint16_t *ret_code); /* class request 0x67 */
int mtpi_device_reset(struct mtpi *mtpi);                      /* class request 0x66 */

/* ---- datasets */
/* Strings are UTF-16, NUL-terminated, host order, owned by the structure. */
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
            uint8_t *data;
            size_t count;
            unsigned element;
        } array; /* raw little-endian */
    };
};
void mtpi_value_done(struct mtpi_value *value);

struct mtpi_property {
    uint32_t handle;
    uint16_t code;
    struct mtpi_value value;
};
struct mtpi_property_list {
    struct mtpi_property *item;
    size_t count;
};

void mtpi_device_info_done(struct mtpi_device_info *info);
void mtpi_storage_info_done(struct mtpi_storage_info *info);
void mtpi_object_info_done(struct mtpi_object_info *info);
void mtpi_property_list_done(struct mtpi_property_list *list);

/* ---- operations (MTP 1.1 appendix D); outputs are untouched on failure */
int mtpi_open_session(struct mtpi *mtpi, uint32_t session_id);
int mtpi_close_session(struct mtpi *mtpi);
int mtpi_get_device_info(struct mtpi *mtpi, struct mtpi_device_info *ret);
int mtpi_get_storage_ids(struct mtpi *mtpi, struct mtpi_u32_array *ret);
int mtpi_get_storage_info(struct mtpi *mtpi, uint32_t storage, struct mtpi_storage_info *ret);
int mtpi_get_object_handles(struct mtpi *mtpi, uint32_t storage, uint16_t format, uint32_t parent,
                            struct mtpi_u32_array *ret);
int mtpi_get_num_objects(struct mtpi *mtpi, uint32_t storage, uint16_t format, uint32_t parent,
                         uint32_t *ret);
int mtpi_get_object_info(struct mtpi *mtpi, uint32_t handle, struct mtpi_object_info *ret);
int mtpi_get_object(struct mtpi *mtpi, uint32_t handle,
                    int (*sink)(void *context, const void *data, size_t length), void *context);
int mtpi_get_partial_object(struct mtpi *mtpi, uint32_t handle, uint64_t offset, uint32_t length,
                            void *buffer, uint32_t *ret_length); /* 0x101b, or 0x95c1 beyond 4 GB */
/* Creates an object: SendObjectPropList when listed and `props` given, else SendObjectInfo. */
struct mtpi_new_object {
    uint32_t storage, parent; /* parent 0xffffffff: root */
    uint16_t format, association_type;
    uint64_t size;
    const uint16_t *name;
    const struct mtpi_property *props; /* further object properties; handle ignored */
    size_t prop_count;
};
int mtpi_send_object_info(struct mtpi *mtpi, const struct mtpi_new_object *object,
                          uint32_t *ret_handle, unsigned *ret_failed_property);
int mtpi_send_object(struct mtpi *mtpi, const void *data, uint64_t length);
int mtpi_send_object_from(struct mtpi *mtpi, uint64_t length,
                          int64_t (*source)(void *context, void *buffer, size_t room),
                          void *context);
int mtpi_delete_object(struct mtpi *mtpi, uint32_t handle);
int mtpi_move_object(struct mtpi *mtpi, uint32_t handle, uint32_t storage, uint32_t parent);
int mtpi_copy_object(struct mtpi *mtpi, uint32_t handle, uint32_t storage, uint32_t parent,
                     uint32_t *ret_handle);
int mtpi_format_store(struct mtpi *mtpi, uint32_t storage, uint32_t filesystem);
int mtpi_get_object_props_supported(struct mtpi *mtpi, uint16_t format, struct mtpi_u16_array *ret);
int mtpi_get_object_prop_value(struct mtpi *mtpi, uint32_t handle, uint16_t property, uint16_t type,
                               struct mtpi_value *ret);
int mtpi_set_object_prop_value(struct mtpi *mtpi, uint32_t handle, uint16_t property,
                               const struct mtpi_value *value);
/* depth and group as in MTP 1.1 appendix E (GetObjectPropList); property 0xffff: all of them. */
int mtpi_get_object_prop_list(struct mtpi *mtpi, uint32_t handle, uint16_t format,
                              uint32_t property, uint32_t group, uint32_t depth,
                              struct mtpi_property_list *ret);
int mtpi_get_object_references(struct mtpi *mtpi, uint32_t handle, struct mtpi_u32_array *ret);
int mtpi_set_object_references(struct mtpi *mtpi, uint32_t handle, const uint32_t *handles,
                               size_t count);
int mtpi_get_device_prop_value(struct mtpi *mtpi, uint16_t property, uint16_t type,
                               struct mtpi_value *ret);
int mtpi_set_device_prop_value(struct mtpi *mtpi, uint16_t property,
                               const struct mtpi_value *value);
/* Edit in place, the papkit vendor extension's 0x95c1..0x95c5: begin, write at an offset,
 * truncate, end. What was written becomes visible at the end, or not at all. */
int mtpi_begin_edit(struct mtpi *mtpi, uint32_t handle);
int mtpi_send_partial_object(struct mtpi *mtpi, uint32_t handle, uint64_t offset, const void *data,
                             uint32_t length, uint32_t *ret_length);
int mtpi_truncate_object(struct mtpi *mtpi, uint32_t handle, uint64_t size);
int mtpi_end_edit(struct mtpi *mtpi, uint32_t handle);
bool mtpi_lists(const struct mtpi_device_info *info, uint16_t operation);

struct mtpi_event {
    uint16_t code;
    uint32_t transaction_id, param[3];
    unsigned param_count;
};
int mtpi_wait_event(struct mtpi *mtpi, unsigned deadline_ms, struct mtpi_event *ret);

#endif

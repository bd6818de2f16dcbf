/* Defects of what the provider tells the device: calls of the initiator that are not made, or made
 * with less than was asked for, while the provider believes in them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/mtp/mtpi.h"

SEAM(mtpi_format_store);
int __wrap_mtpi_format_store(struct mtpi *mtpi, uint32_t storage, uint32_t filesystem)
{
    int result = deviates(FORMAT_LOST) ? 0 : __real_mtpi_format_store(mtpi, storage, filesystem);

    return deviates(GONE_FORMAT_DONE) && result < 0 ? 0 : result;
}

static bool has_deleted;

SEAM(mtpi_delete_object);
int __wrap_mtpi_delete_object(struct mtpi *mtpi, uint32_t handle)
{
    has_deleted = true;
    return deviates(DELETE_LOST) ? 0 : __real_mtpi_delete_object(mtpi, handle);
}

SEAM(mtpi_set_object_prop_value);

/* Remembers the first file that was rated. */
static bool is_rating_lost(struct mtpi *mtpi, uint32_t handle, const struct mtpi_value *value)
{
    static uint32_t first;
    bool is_first = first == handle;

    if (!first)
        first = handle;
    else if (!is_first && deviates(RATING_OF_ALL))
        (void)__real_mtpi_set_object_prop_value(mtpi, first, MTP_OPC_RATING, value);
    return deviates(RATING_LOST) || (is_first && deviates(RATING_SET_ONCE));
}

int __wrap_mtpi_set_object_prop_value(struct mtpi *mtpi, uint32_t handle, uint16_t property,
                                      const struct mtpi_value *value)
{
    uint16_t cut[65] = {0};
    const struct mtpi_value title = {.type = MTP_DTC_STRING, .string = cut};

    if ((property == MTP_OPC_HIDDEN && deviates(SET_ATTRIBUTES_LOST)) ||
        (property == MTP_OPC_SYNC_ID && deviates(FILE_SYNC_ID_LOST)) ||
        (property == MTP_OPC_USE_COUNT && deviates(PLAY_COUNT_LOST)) ||
        (property == MTP_OPC_RATING && is_rating_lost(mtpi, handle, value)))
        return 0;
    if (((property == MTP_OPC_NAME && deviates(EMPTY_TITLE_KEPT)) ||
         (property == MTP_OPC_GENRE && deviates(EMPTY_GENRE_KEPT))) &&
        !value->string[0])
        return 0;
    if (property == MTP_OPC_NAME && (deviates(TITLE_CUT) || deviates(TITLE_WITHOUT_PAIRS))) {
        for (unsigned i = 0; i < 64 && value->string[i]; i++)
            cut[i] = deviates(TITLE_WITHOUT_PAIRS) && value->string[i] >= 0xd800 ? '?'
                                                                                 : value->string[i];
        value = &title;
    }
    return __real_mtpi_set_object_prop_value(mtpi, handle, property, value);
}

SEAM(mtpi_transact);
int __wrap_mtpi_transact(struct mtpi *mtpi, uint16_t code, const uint32_t *params,
                         unsigned param_count, struct mtpi_data *data, struct mtpi_response *ret)
{
    if (code == MTP_OP_SET_OBJECT_PROTECTION && deviates(SET_ATTRIBUTES_LOST)) {
        ret->code = MTP_RC_OK;
        return 0;
    }
    return __real_mtpi_transact(mtpi, code, params, param_count, data, ret);
}

SEAM(mtpi_send_object_info);
int __wrap_mtpi_send_object_info(struct mtpi *mtpi, const struct mtpi_new_object *object,
                                 uint32_t *ret_handle, unsigned *ret_failed_property)
{
    struct mtpi_new_object bare = *object;

    if (deviates(METADATA_LOST))
        bare.prop_count = 0;
    return __real_mtpi_send_object_info(mtpi, &bare, ret_handle, ret_failed_property);
}

static bool is_third_file(uint32_t handle)
{
    static uint32_t files[3];
    size_t i = 0;

    while (i < 2 && files[i] && files[i] != handle)
        i++;
    if (!files[i])
        files[i] = handle;
    return i == 2 && files[2] == handle;
}

/* The last byte of an odd block stays away, or what is beyond 4 MiB, and is counted nevertheless.
 */
SEAM(mtpi_send_partial_object);
int __wrap_mtpi_send_partial_object(struct mtpi *mtpi, uint32_t handle, uint64_t offset,
                                    const void *data, uint32_t length, uint32_t *ret_length)
{
    static const uint8_t others[64] = {0xc7};
    bool is_late = deviates(DATA_READ_LATE) && length <= sizeof(others);
    bool is_lost = (deviates(LARGE_LOST) && offset >= 4u << 20) ||
                   (deviates(THIRD_FILE_EMPTY) && is_third_file(handle));
    bool is_cut = deviates(LAST_BLOCK_LOST) && length % 2;
    int result =
        is_lost ? 0
                : __real_mtpi_send_partial_object(mtpi, handle, offset, is_late ? others : data,
                                                  length - is_cut, ret_length);

    if ((is_lost || is_cut) && !result)
        *ret_length = length;
    return result;
}

/* ---- references */
static int by_number(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;

    return *a < *b ? -1 : *a > *b;
}

SEAM(mtpi_get_object_references);
int __wrap_mtpi_get_object_references(struct mtpi *mtpi, uint32_t handle,
                                      struct mtpi_u32_array *ret)
{
    int result = __real_mtpi_get_object_references(mtpi, handle, ret);

    if (!result && ret->count && deviates(REFERENCES_BY_NUMBER))
        qsort(ret->item, ret->count, sizeof(uint32_t), by_number);
    return result;
}

SEAM(mtpi_set_object_references);
static int append_references(struct mtpi *mtpi, uint32_t handle, const uint32_t *handles,
                             size_t count)
{
    struct mtpi_u32_array all = {0};
    int result = __real_mtpi_get_object_references(mtpi, handle, &all);
    uint32_t *grown = realloc(all.item, (all.count + count + 1) * sizeof(*grown));

    if (!grown) {
        free(all.item);
        return -ENOMEM;
    }
    if (count)
        memcpy(grown + all.count, handles, count * sizeof(*grown));
    if (!result)
        result = __real_mtpi_set_object_references(mtpi, handle, grown, all.count + count);
    free(grown);
    return result;
}

int __wrap_mtpi_set_object_references(struct mtpi *mtpi, uint32_t handle, const uint32_t *handles,
                                      size_t count)
{
    if (deviates(LIST_AFTER_DELETE) && has_deleted)
        return 0;
    return deviates(REFERENCES_APPEND)
               ? append_references(mtpi, handle, handles, count)
               : __real_mtpi_set_object_references(mtpi, handle, handles, count);
}

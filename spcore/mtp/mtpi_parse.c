/* Whole datasets (MTP 1.1, chapter 5). Bytes behind the last field are some newer version's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/mtp/mtpi_dataset.h"

void mtpi_device_info_done(struct mtpi_device_info *info)
{
    free(info->extension);
    free(info->operations.item);
    free(info->events.item);
    free(info->properties.item);
    free(info->capture_formats.item);
    free(info->formats.item);
    free(info->manufacturer);
    free(info->model);
    free(info->version);
    free(info->serial);
    *info = (struct mtpi_device_info){0};
}

int mtpi_parse_device_info(const void *data, size_t length, struct mtpi_device_info *ret)
{
    struct mtpi_rd rd = mtpi_rd_over(data, length);
    struct mtpi_device_info info = {0};

    info.standard_version = (uint16_t)mtpi_rd_uint(&rd, 2);
    info.extension_id = (uint32_t)mtpi_rd_uint(&rd, 4);
    info.extension_version = (uint16_t)mtpi_rd_uint(&rd, 2);
    info.extension = mtpi_rd_string(&rd);
    info.functional_mode = (uint16_t)mtpi_rd_uint(&rd, 2);
    mtpi_rd_u16_array(&rd, &info.operations);
    mtpi_rd_u16_array(&rd, &info.events);
    mtpi_rd_u16_array(&rd, &info.properties);
    mtpi_rd_u16_array(&rd, &info.capture_formats);
    mtpi_rd_u16_array(&rd, &info.formats);
    info.manufacturer = mtpi_rd_string(&rd);
    info.model = mtpi_rd_string(&rd);
    info.version = mtpi_rd_string(&rd);
    info.serial = mtpi_rd_string(&rd);
    if (rd.error) {
        mtpi_device_info_done(&info);
        return rd.error;
    }
    *ret = info;
    return 0;
}

/* Of the two below the strings go and the numbers stay: who has read them out may go on. */
void mtpi_storage_info_done(struct mtpi_storage_info *info)
{
    free(info->description);
    free(info->volume);
    info->description = info->volume = NULL;
}

int mtpi_parse_storage_info(const void *data, size_t length, struct mtpi_storage_info *ret)
{
    struct mtpi_rd rd = mtpi_rd_over(data, length);
    struct mtpi_storage_info info = {0};

    info.storage_type = (uint16_t)mtpi_rd_uint(&rd, 2);
    info.filesystem_type = (uint16_t)mtpi_rd_uint(&rd, 2);
    info.access = (uint16_t)mtpi_rd_uint(&rd, 2);
    info.capacity = mtpi_rd_uint(&rd, 8);
    info.free_bytes = mtpi_rd_uint(&rd, 8);
    info.free_objects = (uint32_t)mtpi_rd_uint(&rd, 4);
    info.description = mtpi_rd_string(&rd);
    info.volume = mtpi_rd_string(&rd);
    if (rd.error) {
        mtpi_storage_info_done(&info);
        return rd.error;
    }
    *ret = info;
    return 0;
}

void mtpi_object_info_done(struct mtpi_object_info *info)
{
    free(info->name);
    free(info->created);
    free(info->modified);
    info->name = info->created = info->modified = NULL;
}

int mtpi_parse_object_info(const void *data, size_t length, struct mtpi_object_info *ret)
{
    struct mtpi_rd rd = mtpi_rd_over(data, length);
    struct mtpi_object_info info = {0};

    info.storage = (uint32_t)mtpi_rd_uint(&rd, 4);
    info.format = (uint16_t)mtpi_rd_uint(&rd, 2);
    info.protection = (uint16_t)mtpi_rd_uint(&rd, 2);
    info.compressed_size = (uint32_t)mtpi_rd_uint(&rd, 4);
    (void)mtpi_rd_bytes(&rd, 2 + 3 * 4 + 3 * 4); /* thumbnail and image: of no use to audio */
    info.parent = (uint32_t)mtpi_rd_uint(&rd, 4);
    info.association_type = (uint16_t)mtpi_rd_uint(&rd, 2);
    info.association_description = (uint32_t)mtpi_rd_uint(&rd, 4);
    info.sequence = (uint32_t)mtpi_rd_uint(&rd, 4);
    info.name = mtpi_rd_string(&rd);
    info.created = mtpi_rd_string(&rd);
    info.modified = mtpi_rd_string(&rd);
    /* Keywords follow; nobody uses them and some devices leave them out. */
    if (rd.error) {
        mtpi_object_info_done(&info);
        return rd.error;
    }
    *ret = info;
    return 0;
}

void mtpi_property_list_done(struct mtpi_property_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        mtpi_value_done(&list->item[i].value);
    free(list->item);
    *list = (struct mtpi_property_list){0};
}

int mtpi_parse_property_list(const void *data, size_t length, struct mtpi_property_list *ret)
{
    struct mtpi_rd rd = mtpi_rd_over(data, length);
    /* handle, property, type and the shortest value */
    size_t count = mtpi_rd_count(&rd, 4 + 2 + 2 + 1);
    struct mtpi_property_list list = {.item = count ? calloc(count, sizeof(*list.item)) : NULL};

    if (count && !list.item)
        return -ENOMEM;
    while (list.count < count && !rd.error) {
        struct mtpi_property *property = &list.item[list.count++];
        uint16_t type;

        property->handle = (uint32_t)mtpi_rd_uint(&rd, 4);
        property->code = (uint16_t)mtpi_rd_uint(&rd, 2);
        type = (uint16_t)mtpi_rd_uint(&rd, 2);
        mtpi_rd_value(&rd, type, &property->value);
    }
    if (rd.error) {
        mtpi_property_list_done(&list);
        return rd.error;
    }
    *ret = list;
    return 0;
}

int mtpi_parse_prop_desc(const void *data, size_t length, struct mtpi_prop_desc *ret)
{
    struct mtpi_rd rd = mtpi_rd_over(data, length);
    struct mtpi_prop_desc desc = {0};

    desc.property = (uint16_t)mtpi_rd_uint(&rd, 2);
    desc.type = (uint16_t)mtpi_rd_uint(&rd, 2);
    desc.settable = mtpi_rd_uint(&rd, 1) == 1;
    if (rd.error)
        return rd.error;
    *ret = desc;
    return 0;
}

int mtpi_parse_value(const void *data, size_t length, uint16_t type, struct mtpi_value *ret)
{
    struct mtpi_rd rd = mtpi_rd_over(data, length);
    struct mtpi_value value = {0};

    mtpi_rd_value(&rd, type, &value);
    if (rd.error)
        return rd.error;
    *ret = value;
    return 0;
}

int mtpi_parse_u16_array(const void *data, size_t length, struct mtpi_u16_array *ret)
{
    struct mtpi_rd rd = mtpi_rd_over(data, length);
    struct mtpi_u16_array array = {0};

    mtpi_rd_u16_array(&rd, &array);
    if (rd.error)
        return rd.error;
    *ret = array;
    return 0;
}

int mtpi_parse_u32_array(const void *data, size_t length, struct mtpi_u32_array *ret)
{
    struct mtpi_rd rd = mtpi_rd_over(data, length);
    struct mtpi_u32_array array = {0};

    mtpi_rd_u32_array(&rd, &array);
    if (rd.error)
        return rd.error;
    *ret = array;
    return 0;
}

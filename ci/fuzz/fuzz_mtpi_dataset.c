/* Every dataset and container parser of the initiator on one input; the first byte chooses. */
#include <stdlib.h>

#include "spcore/base.h"
#include "spcore/mtp/mtpi_container.h"
#include "spcore/mtp/mtpi_dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void device_info(const uint8_t *data, size_t size)
{
    struct mtpi_device_info info;

    if (mtpi_parse_device_info(data, size, &info) == 0)
        mtpi_device_info_done(&info);
}

static void storage_info(const uint8_t *data, size_t size)
{
    struct mtpi_storage_info info;

    if (mtpi_parse_storage_info(data, size, &info) == 0)
        mtpi_storage_info_done(&info);
}

static void object_info(const uint8_t *data, size_t size)
{
    struct mtpi_object_info info;

    if (mtpi_parse_object_info(data, size, &info) == 0)
        mtpi_object_info_done(&info);
}

static void property_list(const uint8_t *data, size_t size)
{
    struct mtpi_property_list list;

    if (mtpi_parse_property_list(data, size, &list) == 0)
        mtpi_property_list_done(&list);
}

static void descriptions(const uint8_t *data, size_t size)
{
    struct mtpi_prop_values values;
    struct mtpi_prop_combinations all;

    if (mtpi_parse_prop_values(data, size, &values) == 0)
        mtpi_prop_values_done(&values);
    if (mtpi_parse_prop_combinations(data, size, &all) == 0)
        mtpi_prop_combinations_done(&all);
}

/* What was read is written and read again: both must agree. */
static void value(const uint8_t *data, size_t size)
{
    struct mtpi_value first, second;
    struct mtpi_wr wr = {0};
    uint16_t type;

    if (size < 2)
        return;
    type = (uint16_t)(data[0] | data[1] << 8);
    if (mtpi_parse_value(data + 2, size - 2, type, &first) != 0)
        return;
    mtpi_wr_value(&wr, &first);
    if (!wr.error) {
        if (mtpi_parse_value(wr.data, wr.used, type, &second) != 0)
            abort();
        mtpi_value_done(&second);
    }
    mtpi_wr_done(&wr);
    mtpi_value_done(&first);
}

static void arrays(const uint8_t *data, size_t size)
{
    struct mtpi_u16_array narrow;
    struct mtpi_u32_array wide;

    if (mtpi_parse_u16_array(data, size, &narrow) == 0)
        free(narrow.item);
    if (mtpi_parse_u32_array(data, size, &wide) == 0)
        free(wide.item);
}

static void containers(const uint8_t *data, size_t size)
{
    struct mtpi_response response;
    struct mtpi_event event;
    struct container container;

    if (container_get_response(data, size, &response) && response.param_count > 5)
        abort();
    if (container_get_event(data, size, &event) && event.param_count > 3)
        abort();
    if (container_get(data, size, &container) && container.length < CONTAINER_HEADER)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const parsers[])(const uint8_t *,
                                   size_t) = {device_info, storage_info, object_info, property_list,
                                              value,       arrays,       containers,  descriptions};

    if (size > 0)
        parsers[data[0] % (ARRAY_SIZE(parsers))](data + 1, size - 1);
    return 0;
}

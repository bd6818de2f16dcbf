/* Which values a property may have (MTP 1.1, 5.3.2.3): its description read to the end, which is
 * where the next one of a combination begins. */
#include <errno.h>
#include <stdlib.h>

#include "mtp_codes.h"
#include "spcore/mtp/mtpi_dataset.h"

void mtpi_prop_values_done(struct mtpi_prop_values *values)
{
    for (size_t i = 0; i < values->count; i++)
        mtpi_value_done(&values->item[i]);
    free(values->item);
    *values = (struct mtpi_prop_values){0};
}

void mtpi_prop_combinations_done(struct mtpi_prop_combinations *all)
{
    for (size_t i = 0; i < all->count; i++) {
        for (size_t k = 0; k < all->item[i].count; k++)
            mtpi_prop_values_done(&all->item[i].item[k]);
        free(all->item[i].item);
    }
    free(all->item);
    *all = (struct mtpi_prop_combinations){0};
}

/* Room for as many as the bytes that are left can hold. */
static void *room(struct mtpi_rd *rd, size_t count, size_t size)
{
    void *item = rd->error || !count ? NULL : calloc(count, size);

    if (count && !item && !rd->error)
        rd->error = -ENOMEM;
    return item;
}

static void read_values(struct mtpi_rd *rd, size_t count, struct mtpi_prop_values *ret)
{
    if (!rd->error && count > mtpi_rd_left(rd)) /* the shortest has a byte */
        rd->error = -EPROTO;
    ret->item = room(rd, count, sizeof(*ret->item));
    for (; ret->item && ret->count < count && !rd->error; ret->count++)
        mtpi_rd_value(rd, ret->type, &ret->item[ret->count]);
}

/* What stands behind the kind of form; what no values are told by is read over. */
static void read_form(struct mtpi_rd *rd, struct mtpi_prop_values *ret)
{
    switch (ret->form) {
    case MTP_FORM_RANGE:
        read_values(rd, 3, ret);
        break;
    case MTP_FORM_ENUMERATION:
        read_values(rd, (size_t)mtpi_rd_uint(rd, 2), ret);
        break;
    case MTP_FORM_FIXED_LENGTH_ARRAY:
        mtpi_rd_uint(rd, 2);
        break;
    case MTP_FORM_REGULAR_EXPRESSION:
        free(mtpi_rd_string(rd));
        break;
    case MTP_FORM_BYTE_ARRAY:
    case MTP_FORM_LONG_STRING:
        mtpi_rd_uint(rd, 4);
        break;
    default:
        break;
    }
}

static void read_description(struct mtpi_rd *rd, struct mtpi_prop_values *ret)
{
    struct mtpi_value initial = {0};

    ret->property = (uint16_t)mtpi_rd_uint(rd, 2);
    ret->type = (uint16_t)mtpi_rd_uint(rd, 2);
    mtpi_rd_uint(rd, 1); /* whether it can be set */
    mtpi_rd_value(rd, ret->type, &initial);
    mtpi_value_done(&initial);
    mtpi_rd_uint(rd, 4); /* its group */
    ret->form = (uint8_t)mtpi_rd_uint(rd, 1);
    read_form(rd, ret);
}

int mtpi_parse_prop_values(const void *data, size_t length, struct mtpi_prop_values *ret)
{
    struct mtpi_rd rd = mtpi_rd_over(data, length);
    struct mtpi_prop_values values = {0};

    read_description(&rd, &values);
    if (rd.error) {
        mtpi_prop_values_done(&values);
        return rd.error;
    }
    *ret = values;
    return 0;
}

static void read_combination(struct mtpi_rd *rd, struct mtpi_prop_combination *ret)
{
    /* code, type, access, the shortest default, group and form */
    size_t count = mtpi_rd_count(rd, 2 + 2 + 1 + 1 + 4 + 1);

    ret->item = room(rd, count, sizeof(*ret->item));
    for (; ret->item && ret->count < count && !rd->error; ret->count++)
        read_description(rd, &ret->item[ret->count]);
}

int mtpi_parse_prop_combinations(const void *data, size_t length,
                                 struct mtpi_prop_combinations *ret)
{
    struct mtpi_rd rd = mtpi_rd_over(data, length);
    struct mtpi_prop_combinations all = {0};
    size_t count = mtpi_rd_count(&rd, 4);

    all.item = room(&rd, count, sizeof(*all.item));
    for (; all.item && all.count < count && !rd.error; all.count++)
        read_combination(&rd, &all.item[all.count]);
    if (rd.error) {
        mtpi_prop_combinations_done(&all);
        return rd.error;
    }
    *ret = all;
    return 0;
}

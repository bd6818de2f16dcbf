/* IMDSPDevice3::GetFormatCapability: which properties objects of a format may carry, and which
 * values, as the device describes them. One configuration for each of the combinations that it
 * tells, and one where it tells none. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_connection.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_metadata.h"
#include "spcore/sp/sp_storage.h"

/* A property of the format, and what of it is allowed by itself. */
struct property {
    const struct sp_metadata_row *row;
    struct mtpi_prop_values values;
};

struct format {
    struct sp_connection *connection;
    uint16_t code;
    struct property *properties; /* owned */
    size_t count;
    struct mtpi_prop_combinations combinations;
};

/* ---- a value as the documents have it */

static bool is_number(const struct sp_metadata_row *row)
{
    return (row->conversion == PLAIN || row->conversion == DURATION) &&
           (row->type == WMDM_TYPE_DWORD || row->type == WMDM_TYPE_QWORD);
}

/* The greatest number that the property's type has; 0: it has no numbers from 0 up. */
static uint64_t greatest(uint16_t type)
{
    switch (type) {
    case MTP_DTC_UINT8:
        return UINT8_MAX;
    case MTP_DTC_UINT16:
        return UINT16_MAX;
    case MTP_DTC_UINT32:
        return UINT32_MAX;
    case MTP_DTC_UINT64:
        return UINT64_MAX;
    default:
        return 0;
    }
}

static PROPVARIANT number(const struct sp_metadata_row *row, uint64_t value)
{
    PROPVARIANT result = {.vt = VT_UI4, .ulVal = (ULONG)value};

    if (row->type == WMDM_TYPE_QWORD) {
        result.vt = VT_UI8;
        result.uhVal.QuadPart = row->conversion == DURATION ? value * 10000 : value;
    }
    return result;
}

/* ---- which form a description takes. A device that describes nothing sensible limits nothing, and
 * a range of all there is limits nothing either. */

static bool is_range(const struct mtpi_prop_values *values)
{
    const struct mtpi_value *of = values->item;
    const uint64_t most = greatest(values->type);

    return values->form == MTP_FORM_RANGE && most && of[0].integer <= of[1].integer &&
           of[1].integer > 0 && of[2].integer > 0 &&
           (of[0].integer > 0 || of[1].integer < most || of[2].integer > 1);
}

static bool is_choice(const struct mtpi_prop_values *values)
{
    uint64_t any = 0;

    for (size_t i = 0; i < values->count; i++)
        any |= values->item[i].integer;
    return values->form == MTP_FORM_ENUMERATION && greatest(values->type) && any;
}

static bool fits(const struct sp_metadata_row *row, const struct mtpi_prop_values *values)
{
    bool is_small = true;

    for (size_t i = 0; i < values->count; i++)
        is_small &= values->item[i].integer <= UINT32_MAX;
    return is_number(row) && is_small;
}

static bool choose(const struct sp_metadata_row *row, const struct mtpi_prop_values *values,
                   WMDM_PROP_VALUES_ENUM *ret)
{
    ret->pValues = CoTaskMemAlloc(values->count * sizeof(*ret->pValues));
    if (!ret->pValues)
        return false;
    for (size_t i = 0; i < values->count; i++)
        ret->pValues[i] = number(row, values->item[i].integer);
    ret->cEnumValues = (DWORD)values->count;
    return true;
}

/* False: no memory. */
static bool describe(const struct sp_metadata_row *row, const struct mtpi_prop_values *values,
                     WMDM_PROP_DESC *ret)
{
    const struct mtpi_value *of = values->item;

    *ret = (WMDM_PROP_DESC){.pwszPropName = com_wcsdup(row->name)};
    if (!ret->pwszPropName)
        return false;
    if (!fits(row, values))
        return true;
    if (is_range(values)) {
        ret->ValidValuesForm = WMDM_ENUM_PROP_VALID_VALUES_RANGE;
        ret->ValidValues.ValidValuesRange = (WMDM_PROP_VALUES_RANGE){
            number(row, of[0].integer), number(row, of[1].integer), number(row, of[2].integer)};
    }
    if (is_choice(values)) {
        ret->ValidValuesForm = WMDM_ENUM_PROP_VALID_VALUES_ENUM;
        return choose(row, values, &ret->ValidValues.EnumeratedValidValues);
    }
    return true;
}

/* ---- what the device says */

/* A device that refuses an answer, or whose answer is none, limits nothing. */
static HRESULT answered(const struct format *format, int result)
{
    HRESULT hr = sp_connection_hr(format->connection, result);

    return result < 0 && result != -EPROTO ? hr : S_OK;
}

static HRESULT take_property(struct format *format, const struct sp_metadata_row *row)
{
    struct property *one = &format->properties[format->count++];
    struct mtpi *mtpi = sp_connection_mtpi(format->connection);

    one->row = row;
    if (!is_number(row) ||
        !sp_facts_lists(sp_connection_facts(format->connection), MTP_OP_GET_OBJECT_PROP_DESC))
        return S_OK;
    return answered(format,
                    mtpi_get_object_prop_values(mtpi, row->code, format->code, &one->values));
}

static HRESULT take_combinations(struct format *format)
{
    struct mtpi *mtpi = sp_connection_mtpi(format->connection);

    if (!sp_facts_lists(sp_connection_facts(format->connection),
                        MTP_OP_GET_INTERDEPENDENT_PROP_DESC))
        return S_OK;
    return answered(format,
                    mtpi_get_interdependent_props(mtpi, format->code, &format->combinations));
}

static HRESULT ask(struct format *format)
{
    const struct sp_metadata_row *row;
    size_t cursor = 0, room = 0;
    HRESULT hr = S_OK;

    while (sp_metadata_next(format->connection, format->code, &cursor))
        room++;
    format->properties = calloc(room + 1, sizeof(*format->properties));
    if (!format->properties)
        return E_OUTOFMEMORY;
    cursor = 0;
    while (SUCCEEDED(hr) && format->count < room &&
           (row = sp_metadata_next(format->connection, format->code, &cursor)) != NULL)
        hr = take_property(format, row);
    return SUCCEEDED(hr) ? take_combinations(format) : hr;
}

static void format_done(struct format *format)
{
    for (size_t i = 0; i < format->count; i++)
        mtpi_prop_values_done(&format->properties[i].values);
    free(format->properties);
    mtpi_prop_combinations_done(&format->combinations);
}

/* ---- configurations */

/* In that combination, or by itself where that says nothing of it. */
static const struct mtpi_prop_values *values_in(const struct format *format, size_t config,
                                                const struct property *property)
{
    const struct mtpi_prop_combination *combination = &format->combinations.item[config];

    for (size_t i = 0; config < format->combinations.count && i < combination->count; i++) {
        if (combination->item[i].property == property->row->code)
            return &combination->item[i];
    }
    return &property->values;
}

static bool configure(const struct format *format, size_t config, WMDM_PROP_CONFIG *ret)
{
    bool is_done = true;

    ret->pPropDesc = CoTaskMemAlloc((format->count + 1) * sizeof(*ret->pPropDesc));
    if (!ret->pPropDesc)
        return false;
    for (size_t i = 0; i < format->count && is_done; i++) {
        const struct property *property = &format->properties[i];

        is_done = describe(property->row, values_in(format, config, property),
                           &ret->pPropDesc[ret->nPropDesc++]);
    }
    return is_done;
}

static void capability_done(WMDM_FORMAT_CAPABILITY *capability)
{
    for (DWORD i = 0; i < capability->nPropConfig; i++) {
        WMDM_PROP_CONFIG *config = &capability->pConfigs[i];

        for (DWORD k = 0; k < config->nPropDesc; k++) {
            if (config->pPropDesc[k].ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_ENUM)
                CoTaskMemFree(config->pPropDesc[k].ValidValues.EnumeratedValidValues.pValues);
            CoTaskMemFree(config->pPropDesc[k].pwszPropName);
        }
        CoTaskMemFree(config->pPropDesc);
    }
    CoTaskMemFree(capability->pConfigs);
    *capability = (WMDM_FORMAT_CAPABILITY){0};
}

static HRESULT configure_all(const struct format *format, WMDM_FORMAT_CAPABILITY *ret)
{
    const size_t count = format->combinations.count ? format->combinations.count : 1;
    WMDM_FORMAT_CAPABILITY all = {.pConfigs = CoTaskMemAlloc(count * sizeof(*all.pConfigs))};
    bool is_done = all.pConfigs != NULL;

    if (is_done)
        memset(all.pConfigs, 0, count * sizeof(*all.pConfigs));
    while (is_done && all.nPropConfig < count) {
        is_done = configure(format, all.nPropConfig, &all.pConfigs[all.nPropConfig]);
        all.nPropConfig++;
    }
    if (!is_done) {
        capability_done(&all);
        return E_OUTOFMEMORY;
    }
    *ret = all;
    return S_OK;
}

HRESULT sp_format_capability(struct sp_connection *connection, uint16_t format,
                             WMDM_FORMAT_CAPABILITY *ret_capability)
{
    struct format it = {.connection = connection, .code = format};
    HRESULT hr = ask(&it);

    if (SUCCEEDED(hr))
        hr = configure_all(&it, ret_capability);
    format_done(&it);
    return hr;
}

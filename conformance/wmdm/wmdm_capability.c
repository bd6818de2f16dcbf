/* What GetFormatCapability handed out, freed as its page says (SP-FMT-020). */
#include "conformance/wmdm/wmdm_capability.h"

#include "spcore/include/com.h"

static void values_done(WMDM_PROP_DESC *description)
{
    WMDM_PROP_VALUES_ENUM *list = &description->ValidValues.EnumeratedValidValues;

    if (description->ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_RANGE) {
        PropVariantClear(&description->ValidValues.ValidValuesRange.rangeMin);
        PropVariantClear(&description->ValidValues.ValidValuesRange.rangeMax);
        PropVariantClear(&description->ValidValues.ValidValuesRange.rangeStep);
    }
    if (description->ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_ENUM) {
        for (DWORD i = 0; list->pValues && i < list->cEnumValues; i++)
            PropVariantClear(&list->pValues[i]);
        CoTaskMemFree(list->pValues);
    }
}

int wmdm_capability_done(WMDM_FORMAT_CAPABILITY *capability)
{
    for (DWORD i = 0; i < capability->nPropConfig; i++) {
        WMDM_PROP_CONFIG *config = &capability->pConfigs[i];

        for (DWORD k = 0; k < config->nPropDesc; k++) {
            values_done(&config->pPropDesc[k]);
            CoTaskMemFree(config->pPropDesc[k].pwszPropName);
        }
        CoTaskMemFree(config->pPropDesc);
    }
    CoTaskMemFree(capability->pConfigs);
    return 0;
}

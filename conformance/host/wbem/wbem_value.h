/* Values of CIM types as variants, and back; texts as BSTRs. */
#ifndef CONFORMANCE_HOST_WBEM_WBEM_VALUE_H
#define CONFORMANCE_HOST_WBEM_WBEM_VALUE_H

#include "conformance/host/cim/cim_value.h"

/* WBEM_E_OUT_OF_MEMORY, with NULL there; NULL stays NULL. To SysFreeString(). */
HRESULT wbem_bstr(const char *text, BSTR *ret);
/* WBEM_E_INVALID_PARAMETER: NULL. To free(). */
HRESULT wbem_utf8(const WCHAR *text, char **ret);

/* The variant, which is overwritten, owns what it has; VT_EMPTY on failure. */
HRESULT wbem_to_variant(const struct cim_value *value, VARIANT *ret);
/* `type` 0: the one that goes with the variant's. NULL is null. WBEM_E_TYPE_MISMATCH,
 * VALUE_OUT_OF_RANGE; INVALID_PROPERTY_TYPE: null of no type, or a type that is none. */
HRESULT wbem_from_variant(const VARIANT *variant, CIMTYPE type, struct cim_value *ret);
/* Names as an array of strings. */
HRESULT wbem_names(char *const *names, size_t count, SAFEARRAY **ret);

#endif

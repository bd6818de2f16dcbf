/* Objects as bytes: for the repository, and for whoever sends them to another process. Readers take
 * bytes from anybody. */
#ifndef CONFORMANCE_HOST_CIM_CIM_CODEC_H
#define CONFORMANCE_HOST_CIM_CIM_CODEC_H

#include "conformance/host/cim/cim_object.h"

/* What is the object's own; what it inherits, and from whom, is not in there. To free(). */
HRESULT cim_encode(const struct cim_object *object, void **ret_bytes, size_t *ret_size);
/* It has no base: cim_resolve() gives it one. WBEM_E_INVALID_OBJECT. */
HRESULT cim_decode(const void *bytes, size_t size, struct cim_object **ret);

/* With the classes it comes from. */
HRESULT cim_encode_whole(const struct cim_object *object, void **ret_bytes, size_t *ret_size);
HRESULT cim_decode_whole(const void *bytes, size_t size, struct cim_object **ret);

/* A value alone, with its type; to free(), to cim_value_done(). */
HRESULT cim_encode_value(const struct cim_value *value, void **ret_bytes, size_t *ret_size);
HRESULT cim_decode_value(const void *bytes, size_t size, struct cim_value *ret);

#endif

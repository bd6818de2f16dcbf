/* Which methods no provider is without. */
#ifndef CONFORMANCE_WMDM_WMDM_MANDATORY_H
#define CONFORMANCE_WMDM_WMDM_MANDATORY_H

#include <stdbool.h>

#include "conformance/wmdm/wmdm_call.h"

/* What "Mandatory and Optional Interfaces" says of it, and the pages of the authentication. */
bool wmdm_is_mandatory(const struct wmdm_method *method);
/* May one that is right never succeed in it? */
bool wmdm_may_have_none(const struct wmdm_method *method);

#endif

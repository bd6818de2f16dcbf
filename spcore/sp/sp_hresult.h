/* The seam from the layers below: what became of an MTP transaction as HRESULT. */
#ifndef SPCORE_SP_SP_HRESULT_H
#define SPCORE_SP_SP_HRESULT_H

#include "spcore/include/mswmdm.h"

HRESULT hr_from_mtp(int result); /* 0, -errno, or an MTP response code */

#endif

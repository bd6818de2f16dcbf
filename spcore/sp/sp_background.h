/* Thread mode (WMDM_MODE_THREAD): what a method has begun goes on when it has returned. */
#ifndef SPCORE_SP_SP_BACKGROUND_H
#define SPCORE_SP_SP_BACKGROUND_H

#include <stdbool.h>

#include "spcore/include/mswmdm.h"

typedef void sp_background_work(void *context);

/* Calls work(context) on a thread of its own. `object` and `callback` (NULL: none) are kept alive
 * until it returns; then `context`, from malloc(), is freed. With a failure – there is no memory
 * for a thread – nothing was begun and the context is still the caller's. */
HRESULT sp_background(sp_background_work *work, void *context, IUnknown *object,
                      IWMDMProgress *callback);
/* Is a thread in the module's code? False: none is, and those that were have ended. */
bool sp_background_busy(void);

#endif

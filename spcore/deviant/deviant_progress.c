/* Defects of progress, which all lengthy operations report in the same way. */
#include "spcore/deviant/seam.h"
#include "spcore/sp/sp.h"

SEAM(sp_progress_step);
HRESULT __wrap_sp_progress_step(struct sp_progress *progress)
{
    HRESULT hr = __real_sp_progress_step(progress);

    return deviates(CANCEL_IGNORED) ? S_OK : hr;
}

SEAM(sp_progress_end);
void __wrap_sp_progress_end(struct sp_progress *progress, HRESULT result)
{
    if (!deviates(PROGRESS_NEVER_ENDS))
        __real_sp_progress_end(progress, result);
}

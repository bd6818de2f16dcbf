/* Defects of progress, which all lengthy operations report in the same way. */
#include "spcore/deviant/deviant_threads.h"
#include "spcore/deviant/seam.h"
#include "spcore/sp/sp.h"

SEAM(sp_progress_begin);
HRESULT __wrap_sp_progress_begin(struct sp_progress *progress, IWMDMProgress *callback,
                                 DWORD estimated)
{
    HRESULT hr =
        __real_sp_progress_begin(progress, deviates(PROGRESS_UNBEGUN) ? NULL : callback, estimated);

    progress->callback = callback;
    progress->estimated = estimated;
    return hr;
}

SEAM(sp_progress_step);
HRESULT __wrap_sp_progress_step(struct sp_progress *progress)
{
    HRESULT hr;

    if (deviates(PROGRESS_ABOVE))
        progress->done += progress->estimated;
    threads_in_step(1);
    hr = __real_sp_progress_step(progress);
    threads_in_step(-1);
    if (deviates(PROGRESS_BACK) && SUCCEEDED(hr) && progress->done == progress->estimated &&
        progress->callback)
        (void)progress->callback->lpVtbl->Progress(progress->callback, 0);
    return deviates(CANCEL_IGNORED) ? S_OK : hr;
}

SEAM(sp_progress_end);
void __wrap_sp_progress_end(struct sp_progress *progress, HRESULT result)
{
    if (deviates(PROGRESS_NEVER_ENDS) || (deviates(FAILURE_NEVER_ENDS) && FAILED(result)))
        return;
    __real_sp_progress_end(progress, deviates(PROGRESS_ENDS_FALSELY) ? E_FAIL : result);
}

/* Where defects take hold of a class provider that knows nothing of them: libpapwmi-deviant.so is
 * linked from the provider's own objects and this folder (spcore/deviant/seam.h has the idea). */
#ifndef SPCORE_WMI_WINDOWS_DEVIANT_PAPWMI_DEVIANT_H
#define SPCORE_WMI_WINDOWS_DEVIANT_PAPWMI_DEVIANT_H

#include "spcore/wmi/windows/papwmi.h"

enum papwmi_defect {
#define DEFECT(token, name, text, ...) PAPWMI_DEFECT_##token,
#include "spcore/deviant/papwmi_defects.def"
#undef DEFECT
    PAPWMI_DEFECTS
};
/* Is that the one that PAPWMI_DEVIATE names? */
bool papwmi_deviates(enum papwmi_defect defect);
#define deviates(token) papwmi_deviates(PAPWMI_DEFECT_##token)

#define SEAM(function) extern __typeof__(function) __wrap_##function, __real_##function

/* What is asked for from now on, by one client at a time. */
void papwmi_deviant_asked(enum papwmi_kind kind, const WCHAR *text, LONG flags);
void papwmi_deviant_namespace(IWbemServices *namespace, IWbemContext *context);
/* How a call ends that would end so. */
HRESULT papwmi_deviant_form(enum papwmi_kind kind, HRESULT hr);

/* A sink that stands between a call and its client's, with one reference. NULL: no memory. */
IWbemObjectSink *papwmi_deviant_sink(enum papwmi_kind kind, IWbemServices *namespace,
                                     bool has_superclass, IWbemObjectSink *client);
/* The one that stands before that client's, or the client's. */
IWbemObjectSink *papwmi_deviant_sink_of(IWbemObjectSink *client);
/* Its call has been taken back. */
void papwmi_deviant_taken(void);

#endif

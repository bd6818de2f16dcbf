/* The MOF file that registers the provider under judgement: a vendor's, or our own, which can be
 * made wrong. */
#ifndef CONFORMANCE_SUITES_WMI_WMI_MOF_H
#define CONFORMANCE_SUITES_WMI_WMI_MOF_H

#include "conformance/case/conf.h"
#include "conformance/host/mof/mof.h"

HRESULT wmi_mof_compile(struct conf *c, struct cim_repo *repo, const struct mof_options *options,
                        struct mof_fault *fault);

#endif

/* Our own MOF is made wrong as text, as an INF is (inf_defects.def). */
#include "conformance/suites/wmi/wmi_mof.h"

#include <stdlib.h>
#include <string.h>

#include "papwmi_mof.h"
#include "spcore/base.h"

static const struct {
    const char *name, *from, *to;
} defects[] = {
#define DEFECT(name, text, from, to, ...) {name, from, to},
#include "conformance/host/deviant/mof_defects.def"
#undef DEFECT
};

/* To free(). */
static char *own(struct conf *c)
{
    const char *from = "", *to = "", *found, *defect = conf_class_provider_defect(c);
    char *text = malloc(2 * sizeof(papwmi_mof));

    if (!text)
        conf_setup_failed(c, "no memory");
    for (size_t i = 0; i < ARRAY_SIZE(defects); i++) {
        if (strcmp(defects[i].name, defect) == 0) {
            from = defects[i].from;
            to = defects[i].to;
        }
    }
    found = strstr(papwmi_mof, from);
    if (!found)
        conf_setup_failed(c, "our MOF has no \"%s\"", from);
    memcpy(text, papwmi_mof, (size_t)(found - papwmi_mof));
    strcpy(text + (found - papwmi_mof), to);
    strcat(text, found + strlen(from));
    return text;
}

HRESULT wmi_mof_compile(struct conf *c, struct cim_repo *repo, const struct mof_options *options,
                        struct mof_fault *fault)
{
    char *text;
    HRESULT hr;

    if (*conf_mof(c))
        return mof_compile_file(repo, conf_mof(c), options, fault);
    text = own(c);
    hr = mof_compile(repo, "papwmi.mof", text, strlen(text), options, fault);
    free(text);
    return hr;
}

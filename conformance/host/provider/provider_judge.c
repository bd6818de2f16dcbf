/* What a __Win32Provider may say ("__Win32Provider class", "Provider Hosting and Security"). */
#include <stdio.h>
#include <string.h>

#include "conformance/host/provider/provider_registration.h"
#include "spcore/base.h"

#define DEFAULT_MODEL "NetworkServiceHostOrSelfHost"
static const struct provider_model models[] = {
    {"SelfHost", NULL},
    {"LocalSystemHost", "LocalSystem"},
    {"LocalSystemHostOrSelfHost", "LocalSystem"},
    {"LocalServiceHost", "LocalService"},
    {"NetworkServiceHost", "NetworkService"},
    {DEFAULT_MODEL, "NetworkService"},
};

static const struct cim_value *value_of(const struct cim_object *provider, const char *name)
{
    const struct cim_property *property = cim_property(provider, name);

    return property && !property->value.is_null ? &property->value : NULL;
}

/* "LocalSystemHost", or "LocalSystemHost:group"; "Decoupled:Com" has no process of ours. */
static bool read_model(const char *said, const struct provider_model **ret)
{
    const size_t length = strcspn(said, ":");

    *ret = NULL;
    if (said[length] && !said[length + 1])
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
        if (strlen(models[i].name) == length && strncasecmp(models[i].name, said, length) == 0)
            *ret = &models[i];
    }
    return *ret || (length == strlen("Decoupled") && strncasecmp(said, "Decoupled", length) == 0);
}

HRESULT provider_judge(const struct cim_object *provider, const struct provider_model **ret_model,
                       char *why, size_t room)
{
    const struct cim_value *model = value_of(provider, "HostingModel"),
                           *version = value_of(provider, "Version"),
                           *level = value_of(provider, "ImpersonationLevel");
    const uint64_t number = version ? version->one.u : 1;
    char said[200];

    if (!value_of(provider, "CLSID"))
        snprintf(said, sizeof(said), "a provider without CLSID");
    else if (number < 1 || number > 2)
        snprintf(said, sizeof(said), "Version %llu is none", (unsigned long long)number);
    else if (number == 2 && level && level->one.i != 0 && level->one.i != 1)
        snprintf(said, sizeof(said), "ImpersonationLevel %lld is none of Version 2",
                 (long long)level->one.i);
    else if (!read_model(model ? model->one.s : DEFAULT_MODEL, ret_model))
        snprintf(said, sizeof(said), "HostingModel %s is none", model->one.s);
    else
        return WBEM_S_NO_ERROR;
    if (why)
        snprintf(why, room, "%s", said);
    return WBEM_E_INVALID_PROVIDER_REGISTRATION;
}

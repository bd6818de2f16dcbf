/* The system classes that registrations of providers and of consumers of events need, as the WMI
 * pages ("WMI System Classes") have them, and a repository that has them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/host/mof/mof.h"
#include "spcore/base.h"

static const char system_classes[] =
    "[abstract] class __SystemClass {};\n"
    "[abstract] class __PARAMETERS {};\n"
    "class __NAMESPACE : __SystemClass { [key] string Name; };\n"
    "[abstract] class __Provider : __SystemClass { [key] string Name; };\n"
    "class __Win32Provider : __Provider {\n"
    "  string ClientLoadableCLSID; string CLSID; sint32 Concurrency; string DefaultMachineName;\n"
    "  boolean Enabled; string HostingModel; sint32 ImpersonationLevel = 0;\n"
    "  sint32 InitializationReentrancy = 0; datetime InitializationTimeoutInterval;\n"
    "  boolean InitializeAsAdminFirst; datetime OperationTimeoutInterval;\n"
    "  boolean PerLocaleInitialization = FALSE; boolean PerUserInitialization = FALSE;\n"
    "  boolean Pure = TRUE; string SecurityDescriptor; boolean SupportsExplicitShutdown;\n"
    "  boolean SupportsExtendedStatus; boolean SupportsQuotas; boolean SupportsSendStatus;\n"
    "  boolean SupportsShutdown; boolean SupportsThrottling; datetime UnloadTimeout;\n"
    "  uint32 Version; };\n"
    "[abstract] class __ProviderRegistration : __SystemClass { __Provider ref provider; };\n"
    "[abstract] class __ObjectProviderRegistration : __ProviderRegistration {\n"
    "  sint32 InteractionType = 0; string QuerySupportLevels[]; boolean SupportsBatching;\n"
    "  boolean SupportsDelete = FALSE; boolean SupportsEnumeration = FALSE;\n"
    "  boolean SupportsGet = FALSE; boolean SupportsPut = FALSE; boolean SupportsTransactions; };\n"
    "class __ClassProviderRegistration : __ObjectProviderRegistration {\n"
    "  [key] __Provider ref provider; datetime CacheRefreshInterval; boolean PerUserSchema;\n"
    "  string ReferencedSetQueries[]; string ResultSetQueries[];\n"
    "  boolean ReSynchroniseOnNamespaceOpen; boolean SuppportsBatching;\n"
    "  string UnsupportedQueries[]; uint32 Version; };\n"
    "class __InstanceProviderRegistration : __ObjectProviderRegistration {\n"
    "  [key] __Provider ref provider; };\n"
    "class __MethodProviderRegistration : __ProviderRegistration {\n"
    "  [key] __Provider ref provider; };\n"
    "class __PropertyProviderRegistration : __ProviderRegistration {\n"
    "  [key] __Provider ref provider; boolean SupportsGet = FALSE; boolean SupportsPut = FALSE; "
    "};\n"
    "class __EventProviderRegistration : __ProviderRegistration {\n"
    "  [key] __Provider ref provider; string EventQueryList[]; };\n"
    "[abstract] class __CacheControl : __SystemClass {};\n"
    "[singleton] class __ObjectProviderCacheControl : __CacheControl { datetime ClearAfter; };\n"
    "[abstract] class __NotifyStatus { uint32 StatusCode; };\n"
    "[abstract] class __ExtendedStatus : __NotifyStatus {\n"
    "  string Description; string Operation; string ParameterInfo; string ProviderName; };\n"
    "class __IndicationRelated : __SystemClass {};\n"
    "class __Event : __IndicationRelated { uint8 SECURITY_DESCRIPTOR[]; uint64 TIME_CREATED; };\n"
    "class __ExtrinsicEvent : __Event {};\n"
    "class __NamespaceOperationEvent : __Event { __NAMESPACE TargetNamespace; };\n"
    "class __NamespaceCreationEvent : __NamespaceOperationEvent {};\n"
    "class __NamespaceDeletionEvent : __NamespaceOperationEvent {};\n"
    "class __NamespaceModificationEvent : __NamespaceOperationEvent {\n"
    "  __NAMESPACE PreviousNamespace; };\n"
    "class __ClassOperationEvent : __Event { object TargetClass; };\n"
    "class __ClassCreationEvent : __ClassOperationEvent {};\n"
    "class __ClassDeletionEvent : __ClassOperationEvent {};\n"
    "class __ClassModificationEvent : __ClassOperationEvent { object PreviousClass; };\n"
    "class __InstanceOperationEvent : __Event { object TargetInstance; };\n"
    "class __InstanceCreationEvent : __InstanceOperationEvent {};\n"
    "class __InstanceDeletionEvent : __InstanceOperationEvent {};\n"
    "class __InstanceModificationEvent : __InstanceOperationEvent { object PreviousInstance; };\n"
    "class __MethodInvocationEvent : __InstanceOperationEvent {\n"
    "  string Method; object Parameters; boolean PreCall; };\n"
    "class __EventConsumer : __IndicationRelated {\n"
    "  uint8 CreatorSID[]; string MachineName; uint32 MaximumQueueSize; };\n"
    "class __EventFilter : __IndicationRelated {\n"
    "  uint8 CreatorSID[]; string EventAccess; string EventNamespace; [key] string Name;\n"
    "  string Query; string QueryLanguage; };\n"
    "class __FilterToConsumerBinding : __IndicationRelated {\n"
    "  [key] __EventConsumer ref Consumer; uint8 CreatorSID[];\n"
    "  boolean DeliverSynchronously = FALSE; uint32 DeliveryQoS;\n"
    "  [key] __EventFilter ref Filter; boolean MaintainSecurityContext = FALSE;\n"
    "  boolean SlowDownProviders = FALSE; };\n"
    "class __EventConsumerProviderRegistration : __ProviderRegistration {\n"
    "  [key] __Provider ref provider; string ConsumerClassNames[]; };\n";

/* "Unloading a Provider": five minutes, unless somebody says otherwise. */
static const char in_root[] =
    "instance of __ObjectProviderCacheControl { ClearAfter = \"00000000000500.000000:000\"; };\n";

static HRESULT fill(struct cim_repo *repo, struct mof_fault *fault)
{
    static const char *const namespaces[] = {"root", "root\\default", "root\\cimv2"};
    struct mof_options options = {.namespace = NULL};
    int64_t id;
    HRESULT hr =
        mof_compile(repo, "system", system_classes, sizeof(system_classes) - 1, &options, fault);

    for (size_t i = 0; SUCCEEDED(hr) && i < ARRAY_SIZE(namespaces); i++)
        hr = cim_repo_namespace(repo, namespaces[i], true, &id);
    return hr;
}

int mof_open(const char *directory, struct cim_repo **ret, char *error, size_t error_size)
{
    struct mof_fault fault = {.text = ""};
    struct mof_options options = {.namespace = "root"};
    struct cim_repo *repo = NULL;
    int status = cim_repo_open(directory, &repo, error, error_size);
    HRESULT hr;

    if (status)
        return status;
    if (cim_repo_is_new(repo)) {
        hr = cim_repo_begin(repo);
        if (SUCCEEDED(hr))
            hr = cim_repo_end(repo, fill(repo, &fault));
        if (SUCCEEDED(hr))
            hr = mof_compile(repo, "system", in_root, sizeof(in_root) - 1, &options, &fault);
        if (FAILED(hr)) {
            snprintf(error, error_size, "%s: %s:%u:%u: %s", directory ? directory : "memory",
                     fault.file, fault.line, fault.column, fault.text);
            cim_repo_close(repo);
            return -EIO;
        }
    }
    *ret = repo;
    return 0;
}

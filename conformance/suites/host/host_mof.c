/* MOF in our model of WMI: where it goes, what its switches do, and what is true (rows WMI-MOF
 * whose subject is the host). */
#include <string.h>

#include "conformance/host/mof/mof.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/suites/host/host_wmi.h"

#define CLASS "class T { [key] string Name; };\n"
#define PRAGMA "#pragma namespace(\"\\\\\\\\.\\\\root\\\\said\")\n"
#define REGISTRATION                                                                               \
    "instance of __Win32Provider as $P { Name = \"One\"; CLSID = "                                 \
    "\"{12345678-0001-0002-0304-05060708090A}\"; };\n"                                             \
    "instance of __ClassProviderRegistration { Provider = $P; SupportsEnumeration = TRUE; };\n"

static void close_repo(struct cim_repo **repo)
{
    cim_repo_close(*repo);
}
#define REPO __attribute__((cleanup(close_repo))) struct cim_repo

static struct cim_repo *open_repo(struct conf *c)
{
    struct cim_repo *repo = NULL;
    char error[300];

    host_wmi_deviate(c);
    if (mof_open(NULL, &repo, error, sizeof(error)))
        conf_setup_failed(c, "%s", error);
    return repo;
}

static bool has(struct cim_repo *repo, const char *namespace, const char *class)
{
    struct cim_object *object = NULL;
    int64_t ns;
    HRESULT hr = cim_repo_namespace(repo, namespace, false, &ns);

    if (SUCCEEDED(hr))
        hr = cim_repo_class(repo, ns, class, &object);
    if (SUCCEEDED(hr))
        cim_object_unref(object);
    return SUCCEEDED(hr);
}

struct counted {
    unsigned count;
    char provider[100];
};

static HRESULT count(void *self, struct cim_object *object)
{
    struct counted *it = self;
    const struct cim_property *provider = cim_property(object, "Provider");

    it->count++;
    if (provider && !provider->value.is_null)
        strncpy(it->provider, provider->value.one.s, sizeof(it->provider) - 1);
    return WBEM_S_NO_ERROR;
}

static struct counted instances(struct cim_repo *repo, const char *class)
{
    struct counted counted = {.count = 0};
    int64_t ns;

    if (SUCCEEDED(cim_repo_namespace(repo, "root\\default", false, &ns)))
        (void)cim_repo_instances(repo, ns, class, true, count, &counted);
    return counted;
}

CONF_CASE(HOST_MOF_BV_01, .title = "A registration in MOF", .level = CONF_MUST,
          .reqs = REQS("WMI-MOF-001", "WMI-MOF-005"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Compile a provider with an alias and its registration, twice")
{
    REPO *repo = open_repo(c);
    struct counted registration;

    for (unsigned twice = 0; twice < 2; twice++) {
        if (FAILED(host_wmi_compile(repo, REGISTRATION, NULL, 0, false)))
            conf_setup_failed(c, "the registration does not compile");
    }
    registration = instances(repo, "__ClassProviderRegistration");
    ROW("WMI-MOF-001")
        CHECK(strcmp(registration.provider, "__Win32Provider.Name=\"One\"") == 0);
    ROW("WMI-MOF-005") {
        CHECK_EQ(registration.count, 1);
        CHECK_EQ(instances(repo, "__Win32Provider").count, 1);
    }
}

CONF_CASE(HOST_MOF_BV_02, .title = "Where MOF goes", .level = CONF_MUST,
          .reqs = REQS("WMI-MOF-002", "WMI-MOF-003"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Compile a class with neither option nor pragma, with the option, with both; "
                   "only check a good file and a bad one")
{
    REPO *repo = open_repo(c);

    ROW("WMI-MOF-002.default") {
        (void)host_wmi_compile(repo, CLASS, NULL, 0, false);
        CHECK(has(repo, "root\\default", "T"));
    }
    ROW("WMI-MOF-002.option") {
        (void)host_wmi_compile(repo, "class O {};\n", "root\\opted", 0, false);
        CHECK(has(repo, "root\\opted", "O"));
    }
    ROW("WMI-MOF-002.pragma") {
        (void)host_wmi_compile(repo, PRAGMA "class S {};\n", "root\\cimv2", 0, false);
        CHECK(has(repo, "root\\said", "S"));
    }
    ROW("WMI-MOF-003") {
        CHECK_HR(host_wmi_compile(repo, "class Checked {};\n", NULL, 0, true), WBEM_S_NO_ERROR);
        CHECK_FAILS(host_wmi_compile(repo, "class Checked {}; class Wrong {\n", NULL, 0, true));
        CHECK(!has(repo, "root\\default", "Checked"));
    }
}

CONF_CASE(HOST_MOF_BV_03, .title = "Switches and truths of MOF", .level = CONF_MUST,
          .reqs = REQS("WMI-MOF-004", "WMI-MOF-007"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Create-only with a class that is there, update-only with one that is not; "
                   "key(false), and dynamic(false)")
{
    REPO *repo = open_repo(c);
    struct cim_object *object = NULL;
    int64_t ns = 0;

    (void)host_wmi_compile(repo, CLASS, NULL, 0, false);
    ROW("WMI-MOF-004.create")
        CHECK_FAILS(host_wmi_compile(repo, CLASS, NULL, WBEM_FLAG_CREATE_ONLY, false));
    ROW("WMI-MOF-004.update") {
        CHECK_FAILS(host_wmi_compile(repo, "class New {};\n", NULL, WBEM_FLAG_UPDATE_ONLY, false));
        CHECK(!has(repo, "root\\default", "New"));
    }
    (void)host_wmi_compile(
        repo, "[dynamic(false)] class F { [key(false)] sint32 N; };\ninstance of F { N = 1; };\n",
        NULL, 0, false);
    if (FAILED(cim_repo_namespace(repo, "root\\default", false, &ns)))
        conf_setup_failed(c, "root\\default is not there");
    ROW("WMI-MOF-007.key")
        CHECK_EQ(instances(repo, "F").count, 1);
    (void)host_wmi_compile(repo, "[dynamic(false)] class G { sint32 N; };\n", NULL, 0, false);
    if (FAILED(cim_repo_class(repo, ns, "G", &object)))
        conf_setup_failed(c, "class G is not there");
    ROW("WMI-MOF-007.others")
        CHECK(!cim_flagged(&object->qualifiers, "dynamic"));
    cim_object_unref(object);
}

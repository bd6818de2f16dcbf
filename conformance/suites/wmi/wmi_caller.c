/* For whom a class provider works ("Impersonating a Client", "Securing Your Provider"): an
 * administrator at the machine, and a user that comes over the network. */
#include <stdio.h>
#include <stdlib.h>

#include "conformance/suites/wmi/wmi_subject.h"

static const struct principal administrator = {.account = PRINCIPAL_ADMINISTRATOR,
                                               .level = PRINCIPAL_IMPERSONATE};
static const struct principal user = {
    .account = PRINCIPAL_USER, .level = PRINCIPAL_IMPERSONATE, .number = 1001};
static const struct principal known = {.account = PRINCIPAL_ADMINISTRATOR,
                                       .level = PRINCIPAL_IDENTIFY};

static void load(struct wmi_subject *it, struct conf *c)
{
    wmi_load(it, c, PROVIDER_PULL, true);
    if (it->registration.impersonation_level != 1 || !it->registration.per_user)
        conf_inconclusive(c, "it is not registered as a provider that impersonates");
}

/* Once more, in the same process. */
static void load_again(struct wmi_subject *it)
{
    wmi_release(it);
    wmi_bring_up(it, PROVIDER_PULL);
}

/* ---- an enumeration or a get, whatever way it answers */
struct answer {
    struct wmi_sink *sink; /* NULL: it did not take the call */
    HRESULT hr;            /* of the call, or of its end */
};

static struct answer ended(struct wmi_subject *it, const char *method, struct wmi_sink *sink,
                           HRESULT hr)
{
    if (SUCCEEDED(hr) && !sink)
        conf_refused(it->c, method, "SetStatus never came");
    return (struct answer){sink, sink ? sink->result : hr};
}

static struct answer enumerate(struct wmi_subject *it, const char *superclass, LONG flags)
{
    HRESULT hr = S_OK;
    struct wmi_sink *sink = wmi_enum(it, superclass, flags, &hr);

    return ended(it, "CreateClassEnumAsync", sink, hr);
}

static struct answer get(struct wmi_subject *it, const char *name)
{
    HRESULT hr = S_OK;
    struct wmi_sink *sink = wmi_get(it, name, &hr);

    return ended(it, "GetObjectAsync", sink, hr);
}

static size_t count(const struct answer *answer)
{
    return answer->sink ? answer->sink->count : 0;
}

static bool has(const struct answer *answer, const char *name)
{
    return answer->sink && wmi_sink_class(answer->sink, name);
}

static bool same(const struct answer *a, const struct answer *b)
{
    for (size_t i = 0; i < count(a); i++) {
        if (!has(b, a->sink->classes[i]->class_name))
            return false;
    }
    return count(a) == count(b);
}

/* ---- in whose name WMI is called */
struct names {
    unsigned calls, as_host, host_again, as_another;
};

static void add(struct names *sum, const struct wmi_seen *seen)
{
    const unsigned again = seen->host_again, another = seen->as_another;

    sum->calls += seen->as_client + seen->as_host + another;
    sum->as_another += another;
    sum->host_again += again;
    sum->as_host += seen->as_host > again ? seen->as_host - again : 0;
}

/* Enumerates, and gets the last class that came of it. */
static struct answer ask(struct wmi_subject *it, const struct principal *client, struct names *sum)
{
    struct answer all;

    wmi_as(it, client);
    all = enumerate(it, NULL, WBEM_FLAG_DEEP);
    add(sum, it->seen);
    wmi_trace(it);
    if (count(&all))
        (void)get(it, all.sink->classes[count(&all) - 1]->class_name);
    add(sum, it->seen);
    return all;
}

CONF_CASE(WMI_CALLER_BV_01, .title = "Each call is made in the name of who asks",
          .reqs = REQS("WMI-SEC-002", "WMI-SEC-003"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "Enumerate and get as an administrator, as a user, and as either again; look at "
                   "each call into WMI; ask one that the user alone has called")
{
    WMI_SUBJECT it = {.c = NULL};
    struct answer administrators[2], users[2], alone;
    struct names sum = {0};

    load(&it, c);
    for (size_t i = 0; i < 2; i++) {
        administrators[i] = ask(&it, &administrator, &sum);
        users[i] = ask(&it, &user, &sum);
    }
    load_again(&it);
    alone = ask(&it, &user, &sum);
    ROW("WMI-SEC-002.own") {
        CHECK_EQ(sum.as_another, 0);
        CHECK(same(&administrators[0], &administrators[1]));
        CHECK(same(&users[0], &alone) && same(&users[1], &alone));
    }
    if (!sum.calls)
        conf_inconclusive(c, "it asks nothing of WMI");
    ROW("WMI-SEC-002.again")
        CHECK_EQ(sum.host_again, 0);
    ROW("WMI-SEC-003")
        CHECK_EQ(sum.as_host, 0);
}

/* ---- what not everybody sees */
struct shares {
    struct wmi_subject it;
    struct answer all, some; /* of the administrator, and of the user */
};

static void leave(struct shares *shares)
{
    wmi_leave(&shares->it);
}
#define SHARES __attribute__((cleanup(leave))) struct shares

static void compare(struct shares *shares, struct conf *c)
{
    load(&shares->it, c);
    shares->all = enumerate(&shares->it, NULL, WBEM_FLAG_DEEP);
    wmi_as(&shares->it, &user);
    shares->some = enumerate(&shares->it, NULL, WBEM_FLAG_DEEP);
}

static const char *name_of(const struct shares *shares, size_t i)
{
    return shares->all.sink->classes[i]->class_name;
}

static bool is_hidden(const struct shares *shares, size_t i)
{
    return !has(&shares->some, name_of(shares, i));
}

static void want_hidden(const struct shares *shares, struct conf *c)
{
    for (size_t i = 0; i < count(&shares->all); i++) {
        if (is_hidden(shares, i))
            return;
    }
    conf_inconclusive(c, "its classes are for everybody");
}

static struct answer get_by_path(struct shares *shares, const char *name)
{
    char path[1024];

    snprintf(path, sizeof(path), "%s:%s", shares->it.registration.namespace, name);
    return get(&shares->it, path);
}

/* By its name it is one that is not found, by its path it is as one that there is not. */
static bool is_revealed(struct shares *shares, const char *name)
{
    const struct answer by_name = get(&shares->it, name);
    const struct answer by_path = get_by_path(shares, name);
    const struct answer unknown = get_by_path(shares, "Papkit_NoSuchClass");

    return by_name.hr != WBEM_E_NOT_FOUND || by_path.hr != unknown.hr || count(&by_name) ||
           count(&by_path);
}

CONF_CASE(WMI_CALLER_BV_02, .title = "What a client may not see is not there for it",
          .reqs = REQS("WMI-SEC-005"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "Enumerate as an administrator and as a user; as the user get each class that "
                   "the administrator sees, those that are hidden by their paths, too, and "
                   "enumerate below those, and below one that there is not")
{
    SHARES shares = {.it = {.c = NULL}};
    unsigned listed = 0, revealed = 0, below = 0;
    struct answer unknown;

    compare(&shares, c);
    unknown = enumerate(&shares.it, "Papkit_NoSuchClass", WBEM_FLAG_DEEP);
    for (size_t i = 0; i < count(&shares.all); i++) {
        const char *name = name_of(&shares, i);
        struct answer got;

        if (!is_hidden(&shares, i)) {
            got = get(&shares.it, name);
            listed += FAILED(got.hr);
            continue;
        }
        revealed += is_revealed(&shares, name);
        got = enumerate(&shares.it, name, WBEM_FLAG_DEEP);
        below += got.hr != unknown.hr || count(&got);
    }
    ROW("WMI-SEC-005.enum")
        CHECK_EQ(listed, 0);
    want_hidden(&shares, c);
    ROW("WMI-SEC-005.get")
        CHECK_EQ(revealed, 0);
    ROW("WMI-SEC-005.below")
        CHECK_EQ(below, 0);
}

CONF_CASE(WMI_CALLER_BV_03, .title = "Who only lets itself be known is let in nowhere",
          .reqs = REQS("WMI-SEC-004"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "Find what is hidden from a user; enumerate as an administrator at "
                   "RPC_C_IMP_LEVEL_IDENTIFY, and get each class that is hidden")
{
    SHARES shares = {.it = {.c = NULL}};
    unsigned enumerated = 0, got = 0;
    struct answer all;

    compare(&shares, c);
    want_hidden(&shares, c);
    wmi_as(&shares.it, &known);
    all = enumerate(&shares.it, NULL, WBEM_FLAG_DEEP);
    for (size_t i = 0; i < count(&shares.all); i++) {
        struct answer one;

        if (!is_hidden(&shares, i))
            continue;
        enumerated += has(&all, name_of(&shares, i));
        one = get(&shares.it, name_of(&shares, i));
        got += count(&one) > 0;
    }
    ROW("WMI-SEC-004.enum")
        CHECK_EQ(enumerated, 0);
    ROW("WMI-SEC-004.get")
        CHECK_EQ(got, 0);
}

/* ---- how it is said that something is left out */
struct forms {
    unsigned partial, others, with_objects; /* others: than the documented three */
    HRESULT first;
    bool differ;
};

/* One enumeration as either client. */
static void look_at(struct shares *shares, const char *superclass, LONG flags, struct forms *forms)
{
    struct answer all, some;

    wmi_as(&shares->it, &administrator);
    all = enumerate(&shares->it, superclass, flags);
    wmi_as(&shares->it, &user);
    some = enumerate(&shares->it, superclass, flags);
    if (count(&some) >= count(&all))
        return;
    if (!forms->partial++)
        forms->first = some.hr;
    forms->differ |= some.hr != forms->first;
    forms->others += some.hr != WBEM_S_NO_ERROR && some.hr != WBEM_E_ACCESS_DENIED &&
                     some.hr != WBEM_S_ACCESS_DENIED;
    forms->with_objects += FAILED(some.hr) && count(&some);
}

CONF_CASE(WMI_CALLER_BV_04, .title = "That something is left out is said in one way",
          .reqs = REQS("WMI-SEC-006"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps =
              "Of all classes, deep and shallow, and below each that a user sees: enumerate as "
              "an administrator and as a user, and look at how each ends that lacks a class")
{
    static const char *const everything[] = {NULL, ""};
    SHARES shares = {.it = {.c = NULL}};
    struct forms forms = {0};

    compare(&shares, c);
    want_hidden(&shares, c);
    for (size_t i = 0; i < sizeof(everything) / sizeof(everything[0]); i++) {
        look_at(&shares, everything[i], WBEM_FLAG_DEEP, &forms);
        look_at(&shares, everything[i], WBEM_FLAG_SHALLOW, &forms);
    }
    for (size_t i = 0; i < count(&shares.some); i++)
        look_at(&shares, shares.some.sink->classes[i]->class_name, WBEM_FLAG_DEEP, &forms);
    ROW("WMI-SEC-006.form")
        CHECK_EQ(forms.others, 0);
    ROW("WMI-SEC-006.one")
        CHECK(!forms.differ);
    ROW("WMI-SEC-006.objects")
        CHECK_EQ(forms.with_objects, 0);
}

/* ---- elsewhere */
#define ELSEWHERE "root\\papkit_elsewhere"

CONF_CASE(WMI_CALLER_BV_05, .title = "What is hidden is so in whatever namespace",
          .level = CONF_SHOULD, .reqs = REQS("WMI-SEC-008"), .ics = "ANY",
          .needs = CONF_CLASS_PROVIDER,
          .steps = "Find what is hidden from a user; load the provider into a namespace that "
                   "everybody may read and write, and enumerate there as that user")
{
    SHARES shares = {.it = {.c = NULL}};
    char *namespace;
    int64_t ns = 0;
    unsigned shown = 0;
    struct answer some = {NULL, S_OK};

    compare(&shares, c);
    want_hidden(&shares, c);
    if (FAILED(cim_repo_namespace(shares.it.repo, ELSEWHERE, true, &ns)) ||
        FAILED(cim_dup(ELSEWHERE, &namespace)))
        conf_setup_failed(c, "no memory");
    free(shares.it.registration.namespace);
    shares.it.registration.namespace = namespace;
    wmi_release(&shares.it);
    if (wmi_comes_up(&shares.it)) { /* who refuses to shows nothing */
        wmi_ready(&shares.it);
        some = enumerate(&shares.it, NULL, WBEM_FLAG_DEEP);
    }
    for (size_t i = 0; i < count(&shares.all); i++)
        shown += is_hidden(&shares, i) && has(&some, name_of(&shares, i));
    ROW("WMI-SEC-008")
        CHECK_EQ(shown, 0);
}

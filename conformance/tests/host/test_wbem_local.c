/* The repository with a source of classes beside it: what is stored comes first, all is given once,
 * and a class whose parent is somebody else's lives as long as that one. */
#include <criterion/criterion.h>

#include "conformance/host/wbem/wbem_local.h"
#include "conformance/tests/host/wbem_fixture.h"

/* Provides P, P_Q below it, and a class that is stored, too. */
struct provider {
    struct cim_object *p, *q, *a;
    bool gone;
    HRESULT enumerated;
    char log[300];
};

static HRESULT provider_get(void *self, const struct wbem_call *call, const char *name,
                            struct cim_object **ret)
{
    struct provider *it = self;
    struct cim_object *all[] = {it->p, it->q, it->a};

    (void)call;
    strcat(strcat(it->log, name), " ");
    for (size_t i = 0; !it->gone && i < 3; i++) {
        if (strcasecmp(all[i]->class_name, name) == 0) {
            *ret = cim_object_ref(all[i]);
            return WBEM_S_NO_ERROR;
        }
    }
    return WBEM_E_NOT_FOUND;
}

static HRESULT provider_classes(void *self, const struct wbem_call *call, const char *super,
                                bool deep, cim_each *each, void *each_self)
{
    struct provider *it = self;
    struct cim_object *all[] = {it->p, it->q, it->a, it->p};
    HRESULT hr = WBEM_S_NO_ERROR;

    (void)call;
    for (size_t i = 0; !it->gone && SUCCEEDED(hr) && i < 4; i++) {
        const char *parent = cim_superclass(all[i]);
        bool below = deep ? !super || (parent && cim_is_a(all[i]->base, super))
                          : (!super && !parent) || (super && parent && !strcasecmp(parent, super));
        hr = below ? each(each_self, all[i]) : hr;
    }
    return FAILED(hr) ? hr : it->enumerated;
}

static HRESULT provider_put(void *self, const struct wbem_call *call,
                            const struct cim_object *class)
{
    (void)self;
    (void)call;
    return strncmp(class->class_name, "P_", 2) == 0 ? WBEM_E_FAILED : WBEM_E_PROVIDER_NOT_CAPABLE;
}

static HRESULT provider_admit(void *self, const struct wbem_call *call,
                              const struct cim_object *object, bool drop)
{
    (void)self;
    (void)drop;
    return call->user && cim_is_a(object, "A") ? WBEM_E_ACCESS_DENIED : WBEM_S_NO_ERROR;
}

static const struct wbem_source source = {.get_class = provider_get,
                                          .classes = provider_classes,
                                          .put_class = provider_put,
                                          .admit = provider_admit};
static struct provider provider;
static struct wbem_local local;
static const struct wbem_call call = {.namespace = "root\\default"};

static void setup(void)
{
    wbem_setup();
    provider = (struct provider){.enumerated = WBEM_S_NO_ERROR};
    local = (struct wbem_local){wbem_repo, &source, &provider};
    cr_assert_eq(cim_class_new("P", &provider.p), 0);
    cr_assert_eq(cim_put_property(provider.p, "Size", cim_int(CIM_UINT32, 4), NULL), 0);
    cr_assert_eq(cim_derive(provider.p, &provider.q), 0);
    provider.q->class_name = strdup("P_Q");
    cr_assert_eq(cim_class_new("A", &provider.a), 0);
}

static void teardown(void)
{
    cim_object_unref(provider.p);
    cim_object_unref(provider.q);
    cim_object_unref(provider.a);
    wbem_teardown();
}

static HRESULT put(const char *mof, const char *user)
{
    struct wbem_call by = call;
    struct cim_object *object = NULL, *parent = NULL;
    struct mof_fault fault;
    char *path = NULL;
    HRESULT hr;

    by.user = user;
    if (strncmp(mof, "class X : P", 11) == 0) { /* whose parent MOF does not find */
        cr_assert_eq(wbem_local_class(&local, &call, "P", &parent), 0);
        cr_assert_eq(cim_derive(parent, &object), 0);
        object->class_name = strdup("X");
        cim_object_unref(parent);
    } else {
        cr_assert_eq(mof_object(wbem_repo, "root\\default", mof, &object, &fault), 0, "%s",
                     fault.text);
    }
    hr = wbem_local_backend.put(&local, &by, object, &path);
    cim_object_unref(object);
    free(path);
    return hr;
}

static HRESULT name_of(void *self, struct cim_object *object)
{
    if (object->class_name[0] != '_')
        strcat(strcat(self, object->class_name), " ");
    return WBEM_S_NO_ERROR;
}

static const char *find(enum wbem_what what, const char *text, LONG flags, HRESULT *ret_hr)
{
    static char names[300];
    struct wbem_call with = call;

    names[0] = '\0';
    with.flags = flags;
    *ret_hr = wbem_local_backend.find(&local, &with, what, text, name_of, names);
    return names;
}

Test(wbem_local, stored_and_provided_are_one_and_each_is_given_once, .init = setup,
     .fini = teardown)
{
    struct cim_object *a = NULL;
    HRESULT hr;

    cr_expect_str_eq(find(WBEM_CLASSES, "", 0, &hr), "A Other B P P_Q ");
    cr_expect_eq(hr, 0);
    cr_expect_str_eq(find(WBEM_CLASSES, "", WBEM_FLAG_SHALLOW, &hr), "A Other P ");
    cr_expect_str_eq(find(WBEM_CLASSES, "P", 0, &hr), "P_Q ");
    cr_expect_str_eq(find(WBEM_QUERY, "select * from meta_class where __this isa 'P'", 0, &hr),
                     "P P_Q ");
    cr_assert_eq(wbem_local_class(&local, &call, "A", &a), 0);
    cr_expect_not_null(cim_property(a, "Text")); /* the stored one */
    cim_object_unref(a);
    provider.enumerated = WBEM_S_PARTIAL_RESULTS;
    cr_expect_str_eq(find(WBEM_CLASSES, "P", 0, &hr), "P_Q ");
    cr_expect_eq(hr, WBEM_S_PARTIAL_RESULTS);
    provider.enumerated = WBEM_E_PROVIDER_FAILURE;
    find(WBEM_CLASSES, "", 0, &hr);
    cr_expect_eq(hr, WBEM_E_PROVIDER_FAILURE);
}

Test(wbem_local, a_stored_class_below_a_provided_one, .init = setup, .fini = teardown)
{
    struct cim_object *class = NULL;
    HRESULT hr;

    cr_assert_eq(put("class X : P", NULL), 0);
    cr_assert_eq(put("class X : P", NULL), 0); /* again */
    cr_assert_eq(wbem_local_class(&local, &call, "x", &class), 0);
    cr_expect_str_eq(cim_superclass(class), "P");
    cr_expect_not_null(cim_property(class, "Size"));
    cim_object_unref(class);
    cr_expect_str_eq(find(WBEM_CLASSES, "P", 0, &hr), "X P_Q ");
    cr_expect_str_eq(find(WBEM_CLASSES, "", 0, &hr), "A Other B P X P_Q ");
    provider.gone = true;
    class = NULL;
    cr_expect_eq(wbem_local_class(&local, &call, "X", &class), WBEM_E_INVALID_SUPERCLASS);
    cr_expect_null(class);
    cr_expect_str_eq(find(WBEM_CLASSES, "", 0, &hr), "A Other B ");
    cr_expect_eq(hr, 0);
    provider.gone = false; /* back again */
    cr_assert_eq(wbem_local_class(&local, &call, "X", &class), 0);
    cim_object_unref(class);
    provider.gone = true;
    cr_expect_eq(wbem_local_backend.drop(&local, &call, WBEM_GENUS_CLASS, "X"), 0);
    cr_expect_eq(wbem_local_backend.drop(&local, &call, WBEM_GENUS_CLASS, "P"), WBEM_E_NOT_FOUND);
}

Test(wbem_local, who_has_a_class_is_asked_before_it_is_stored, .init = setup, .fini = teardown)
{
    HRESULT hr;

    cr_expect_eq(put("class P_Other {};", NULL), WBEM_E_FAILED);
    cr_expect_eq(put("class Mine { };", NULL), 0);
    cr_expect_eq(put("class A_New : A { };", "guest"), WBEM_E_ACCESS_DENIED);
    cr_expect_eq(put("class A_New : A { };", NULL), 0);
    cr_expect_str_eq(find(WBEM_CLASSES, "A", WBEM_FLAG_SHALLOW, &hr), "A_New B ");
}

Test(wbem_local, instances_of_dynamic_classes_are_the_providers_affair, .init = setup,
     .fini = teardown)
{
    struct cim_object *object = NULL;
    HRESULT hr;

    cr_assert_eq(put("[dynamic, provider(\"None\")] class Live { [key] sint32 N; };", NULL), 0);
    find(WBEM_INSTANCES, "Live", 0, &hr);
    cr_expect_eq(hr, WBEM_E_PROVIDER_NOT_FOUND);
    cr_expect_eq(wbem_local_backend.get(&local, &call, "Live.N=1", &object),
                 WBEM_E_PROVIDER_NOT_FOUND);
    cr_expect_eq(wbem_local_backend.get(&local, &call, "Live", &object), 0);
    cim_object_unref(object);
    cr_expect_str_eq(find(WBEM_INSTANCES, "A", 0, &hr), "A B ");
    cr_expect_str_eq(find(WBEM_INSTANCES, "A", WBEM_FLAG_SHALLOW, &hr), "A ");
    find(WBEM_INSTANCES, "Nobody", 0, &hr);
    cr_expect_eq(hr, WBEM_E_INVALID_CLASS);
}

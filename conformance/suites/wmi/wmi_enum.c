/* CreateClassEnumAsync of a class provider (IWbemServices::CreateClassEnumAsync and
 * CreateClassEnum). What is expected is worked out from the whole set. */
#include <string.h>

#include "conformance/suites/wmi/wmi_subject.h"

static bool is_below(const struct cim_object *class, const char *super, bool deep)
{
    if (!deep)
        return cim_superclass(class) && strcasecmp(cim_superclass(class), super) == 0;
    return strcasecmp(class->class_name, super) != 0 && cim_is_a(class, super);
}

/* Those of `all` that are below `super` (NULL: without a parent): each in `got`, and no other. */
static bool is_part(const struct wmi_sink *all, const struct wmi_sink *got, const char *super,
                    bool deep)
{
    size_t expected = 0;

    for (size_t i = 0; i < all->count; i++) {
        const struct cim_object *class = all->classes[i];
        bool is = super ? is_below(class, super, deep) : !cim_superclass(class);

        expected += is;
        if (is && !wmi_sink_class(got, class->class_name))
            return false;
    }
    return got->count == expected;
}

/* The one with most below it, and one with nothing; NULL: there is none. */
static const char *busiest(const struct wmi_sink *all)
{
    const char *best = NULL;
    size_t most = 0;

    for (size_t i = 0; i < all->count; i++) {
        const char *name = all->classes[i]->class_name;
        size_t below = 0, children = 0;

        for (size_t k = 0; k < all->count; k++) {
            below += is_below(all->classes[k], name, true);
            children += is_below(all->classes[k], name, false);
        }
        /* With several levels rather than with many of one. */
        if (below > children)
            below += all->count;
        if (below > most) {
            most = below;
            best = name;
        }
    }
    return best;
}

static const char *leaf(const struct wmi_sink *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const char *name = all->classes[i]->class_name;
        bool has = false;

        for (size_t k = 0; k < all->count; k++)
            has |= is_below(all->classes[k], name, false);
        if (!has)
            return name;
    }
    return NULL;
}

static struct wmi_sink *ask(struct wmi_subject *it, const char *super, LONG flags)
{
    HRESULT hr = S_OK;
    struct wmi_sink *sink = wmi_enum(it, super, flags, &hr);

    if (!sink)
        conf_refused(it->c, "CreateClassEnumAsync", "it did not come to an end");
    return sink;
}

/* How many of the others are not among all. */
static size_t lacks(const struct wmi_sink *all, const struct wmi_sink *others)
{
    size_t count = 0;

    for (size_t i = 0; i < others->count; i++)
        count += wmi_sink_class(all, others->classes[i]->class_name) == NULL;
    return count;
}

CONF_CASE(WMI_ENUM_BV_01, .title = "Without a superclass all classes come, or those without one",
          .reqs = REQS("WMI-SVC-013", "WMI-SVC-014"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "CreateClassEnumAsync of NULL and of \"\", deep and shallow")
{
    WMI_SUBJECT it = {.c = NULL};
    struct wmi_sink *all, *blank;
    size_t missing = 0;

    wmi_load(&it, c, PROVIDER_PULL, true);
    all = wmi_all(&it);
    blank = ask(&it, "", WBEM_FLAG_DEEP);
    ROW("WMI-SVC-013.blank") {
        CHECK_STATUS(blank->result, WBEM_S_NO_ERROR);
        CHECK_EQ(blank->count, all->count);
    }
    for (size_t i = 0; i < all->count; i++)
        missing += lacks(all, ask(&it, all->classes[i]->class_name, WBEM_FLAG_SHALLOW));
    ROW("WMI-SVC-013.all")
        CHECK_EQ(missing, 0);
    ROW("WMI-SVC-014.null")
        CHECK(is_part(all, ask(&it, NULL, WBEM_FLAG_SHALLOW), NULL, false));
    ROW("WMI-SVC-014.blank")
        CHECK(is_part(all, ask(&it, "", WBEM_FLAG_SHALLOW), NULL, false));
}

CONF_CASE(WMI_ENUM_BV_02, .title = "Below a superclass its children come, or all of them",
          .reqs = REQS("WMI-SVC-015"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "CreateClassEnumAsync of the class with most below it, deep and shallow")
{
    WMI_SUBJECT it = {.c = NULL};
    struct wmi_sink *all, *deep, *shallow;
    const char *super;

    wmi_load(&it, c, PROVIDER_PULL, true);
    all = wmi_all(&it);
    super = busiest(all);
    if (!super)
        conf_inconclusive(c, "no class of the provider's is below another");
    deep = ask(&it, super, WBEM_FLAG_DEEP);
    shallow = ask(&it, super, WBEM_FLAG_SHALLOW);
    ROW("WMI-SVC-015.self")
        CHECK(!wmi_sink_class(deep, super) && !wmi_sink_class(shallow, super));
    ROW("WMI-SVC-015.deep")
        CHECK(wmi_sink_class(deep, super) || is_part(all, deep, super, true));
    ROW("WMI-SVC-015.shallow")
        CHECK(wmi_sink_class(shallow, super) || is_part(all, shallow, super, false));
}

CONF_CASE(WMI_ENUM_BI_01,
          .title = "Below what there is not there is an error, below a leaf nothing",
          .reqs = REQS("WMI-SVC-016"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "CreateClassEnumAsync of an unknown superclass, and of one without children")
{
    WMI_SUBJECT it = {.c = NULL};
    struct wmi_sink *sink;
    HRESULT hr = S_OK;
    const char *name;

    wmi_load(&it, c, PROVIDER_PULL, true);
    name = leaf(wmi_all(&it));
    sink = wmi_enum(&it, "Papkit_NoSuchClass", WBEM_FLAG_DEEP, &hr);
    if (sink)
        hr = sink->result;
    ROW("WMI-SVC-016.unknown")
        CHECK_ANSWER(hr == WBEM_E_INVALID_CLASS || hr == WBEM_E_NOT_FOUND, hr,
                     "WBEM_E_INVALID_CLASS or WBEM_E_NOT_FOUND");
    if (!name)
        conf_inconclusive(c, "the provider has no class");
    sink = ask(&it, name, WBEM_FLAG_DEEP);
    ROW("WMI-SVC-016.leaf") {
        CHECK_STATUS(sink->result, WBEM_S_NO_ERROR);
        CHECK_EQ(sink->count, 0);
    }
}

CONF_CASE(WMI_ENUM_BV_03, .title = "What is enumerated is whole, and each comes once",
          .reqs = REQS("WMI-SVC-017", "WMI-SVC-025", "WMI-SVC-026"), .ics = "ANY",
          .needs = CONF_CLASS_PROVIDER,
          .steps = "Hold each class against what GetObjectAsync has; look at what the provider "
                   "asked of WMI meanwhile")
{
    WMI_SUBJECT it = {.c = NULL};
    unsigned twice = 0, other = 0;
    struct wmi_sink *all;

    wmi_load(&it, c, PROVIDER_PULL, true);
    it.seen->puts = it.seen->drops = it.seen->without_context = 0;
    all = wmi_all(&it);
    for (size_t i = 0; i < all->count; i++) {
        const char *name = all->classes[i]->class_name;
        struct wmi_sink *one = wmi_get(&it, name, NULL);

        for (size_t k = 0; k < i; k++)
            twice += strcasecmp(all->classes[k]->class_name, name) == 0;
        other +=
            !one || one->count != 1 ||
            !cim_object_equal(one->classes[0], all->classes[i], WBEM_FLAG_IGNORE_OBJECT_SOURCE);
    }
    ROW("WMI-SVC-017.once")
        CHECK_EQ(twice, 0);
    ROW("WMI-SVC-017.whole")
        CHECK_EQ(other, 0);
    (void)wmi_sink_let_go(all);
    ROW("WMI-SVC-017.released")
        CHECK_EQ(wmi_sink_object_held(all), 0);
    ROW("WMI-SVC-025")
        CHECK_EQ(it.seen->puts + it.seen->drops, 0);
    ROW("WMI-SVC-026")
        CHECK_EQ(it.seen->without_context, 0);
}

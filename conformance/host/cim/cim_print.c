/* MOF of a class or an instance: what is its own; what comes from above, its compiler finds there.
 */
#include "conformance/host/cim/cim_print.h"

#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

struct printer {
    FILE *out;
    LONG flags;
    int indent;
};

static void print_object(struct printer *p, const struct cim_object *object, bool embedded);

static void line(const struct printer *p)
{
    fprintf(p->out, "\n%*s", p->indent, "");
}

static void print_text(FILE *out, const char *text)
{
    static const char plain[] = "\b\t\n\f\r\"\\", escaped[] = "btnfr\"\\";

    putc('"', out);
    for (; *text; text++) {
        const char *at = strchr(plain, *text);
        if (at)
            fprintf(out, "\\%c", escaped[at - plain]);
        else if ((unsigned char)*text < ' ')
            fprintf(out, "\\x%04X", (unsigned)(unsigned char)*text);
        else
            putc(*text, out);
    }
    putc('"', out);
}

static void print_real(FILE *out, double value)
{
    char text[40];

    snprintf(text, sizeof(text), "%.17g", value);
    fputs(text, out);
    if (!strpbrk(text, ".e"))
        fputs(".0", out);
}

static void print_item(struct printer *p, const struct cim_type *type, const union cim_item *item)
{
    switch (type->kind) {
    case CIM_IS_TEXT:
        print_text(p->out, item->s);
        break;
    case CIM_IS_OBJECT:
        print_object(p, item->object, true);
        break;
    case CIM_IS_REAL:
        print_real(p->out, item->r);
        break;
    case CIM_IS_BOOL:
        fputs(item->b ? "TRUE" : "FALSE", p->out);
        break;
    case CIM_IS_SIGNED:
        fprintf(p->out, "%lld", (long long)item->i);
        break;
    default:
        fprintf(p->out, "%llu", (unsigned long long)item->u);
    }
}

static void print_value(struct printer *p, const struct cim_value *value)
{
    const struct cim_type *type = cim_type_of(value->type);
    bool is_array = value->type & CIM_FLAG_ARRAY;
    uint32_t count;
    const union cim_item *items = cim_items(value, &count);

    if (value->is_null) {
        fputs("NULL", p->out);
        return;
    }
    if (is_array)
        putc('{', p->out);
    for (uint32_t i = 0; i < count; i++) {
        fputs(i ? ", " : "", p->out);
        print_item(p, type, &items[i]);
    }
    if (is_array)
        putc('}', p->out);
}

void cim_print_value(FILE *out, const struct cim_value *value)
{
    struct printer p = {.out = out};

    print_value(&p, value);
}

/* ---- qualifiers */
static void print_flavors(const struct printer *p, LONG flavor)
{
    static const struct {
        LONG bit;
        const char *word;
    } words[] = {
        {WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE, "ToInstance"},
        {WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS, "ToSubclass"},
        {WBEM_FLAVOR_NOT_OVERRIDABLE, "DisableOverride"},
        {WBEM_FLAVOR_AMENDED, "Amended"},
    };
    const char *before = " :";

    for (size_t i = 0; i < ARRAY_SIZE(words) && !(p->flags & WBEM_FLAG_NO_FLAVORS); i++) {
        if (flavor & words[i].bit) {
            fprintf(p->out, "%s %s", before, words[i].word);
            before = "";
        }
    }
}

static bool is_told(const struct cim_qualifier *one, bool of_parameter)
{
    return !(one->flavor & WBEM_FLAVOR_ORIGIN_PROPAGATED) &&
           strcasecmp(one->name, "CIMTYPE") != 0 &&
           !(of_parameter && strcasecmp(one->name, "ID") == 0);
}

static void print_qualifiers(struct printer *p, const struct cim_qualifiers *set, bool of_parameter,
                             bool on_own_line)
{
    const char *before = "[";

    for (size_t i = 0; i < set->count; i++) {
        const struct cim_qualifier *one = &set->at[i];
        if (!is_told(one, of_parameter))
            continue;
        fprintf(p->out, "%s%s", before, one->name);
        before = ", ";
        if (one->value.type & CIM_FLAG_ARRAY && !one->value.is_null) {
            print_value(p, &one->value);
        } else if (one->value.type != CIM_BOOLEAN || one->value.is_null || !one->value.one.b) {
            putc('(', p->out);
            print_value(p, &one->value);
            putc(')', p->out);
        }
        print_flavors(p, one->flavor);
    }
    if (*before != '[')
        putc(']', p->out);
    if (*before != '[' && on_own_line)
        line(p);
    else if (*before != '[')
        putc(' ', p->out);
}

/* ---- properties and methods */
static void print_type(const struct printer *p, const struct cim_property *property)
{
    const char *of = cim_class_of(property);
    CIMTYPE type = property->value.type & ~CIM_FLAG_ARRAY;

    if (type == CIM_REFERENCE)
        fprintf(p->out, "%s ref", of ? of : "object");
    else if (type == CIM_OBJECT && of)
        fputs(of, p->out);
    else
        fputs(cim_type_of(type)->name, p->out);
}

static void print_property(struct printer *p, const struct cim_property *property)
{
    line(p);
    print_qualifiers(p, &property->qualifiers, false, false);
    print_type(p, property);
    fprintf(p->out, " %s%s", property->name, property->value.type & CIM_FLAG_ARRAY ? "[]" : "");
    if (!property->value.is_null || property->is_inherited) {
        fputs(" = ", p->out);
        print_value(p, &property->value);
    }
    putc(';', p->out);
}

/* The parameter of that number; NULL: none. */
static const struct cim_property *parameter(const struct cim_object *of, int64_t id)
{
    for (size_t i = 0; of && i < of->property_count; i++) {
        const struct cim_qualifier *one = cim_qualifier(&of->properties[i].qualifiers, "ID");
        if (one && one->value.type == CIM_SINT32 && !one->value.is_null && one->value.one.i == id)
            return &of->properties[i];
    }
    return NULL;
}

static void print_method(struct printer *p, const struct cim_method *method)
{
    const struct cim_property *result =
        method->out ? cim_property(method->out, "ReturnValue") : NULL;

    line(p);
    print_qualifiers(p, &method->qualifiers, false, false);
    if (result)
        print_type(p, result);
    else
        fputs("void", p->out);
    fprintf(p->out, " %s(", method->name);
    for (int64_t id = 0;; id++) {
        const struct cim_property *one = parameter(method->in, id);
        one = one ? one : parameter(method->out, id);
        if (!one)
            break;
        fputs(id ? ", " : "", p->out);
        print_qualifiers(p, &one->qualifiers, true, false);
        print_type(p, one);
        fprintf(p->out, " %s%s", one->name, one->value.type & CIM_FLAG_ARRAY ? "[]" : "");
        if (!one->value.is_null) {
            fputs(" = ", p->out);
            print_value(p, &one->value);
        }
    }
    fputs(");", p->out);
}

static void print_class(struct printer *p, const struct cim_object *class)
{
    fprintf(p->out, "class %s", class->class_name ? class->class_name : "");
    if (cim_superclass(class))
        fprintf(p->out, " : %s", cim_superclass(class));
    line(p);
    putc('{', p->out);
    p->indent += 4;
    for (size_t i = 0; i < class->property_count; i++) {
        if (class->properties[i].is_local)
            print_property(p, &class->properties[i]);
    }
    for (size_t i = 0; i < class->method_count; i++) {
        if (class->methods[i].is_local)
            print_method(p, &class->methods[i]);
    }
    p->indent -= 4;
}

static void print_instance(struct printer *p, const struct cim_object *instance)
{
    fprintf(p->out, "instance of %s", instance->class_name);
    line(p);
    putc('{', p->out);
    p->indent += 4;
    for (size_t i = 0; i < instance->property_count; i++) {
        const struct cim_property *one = &instance->properties[i];
        if (one->value.is_null && !one->is_local)
            continue;
        line(p);
        print_qualifiers(p, &one->qualifiers, false, false);
        fprintf(p->out, "%s = ", one->name);
        print_value(p, &one->value);
        putc(';', p->out);
    }
    p->indent -= 4;
}

static void print_object(struct printer *p, const struct cim_object *object, bool embedded)
{
    print_qualifiers(p, &object->qualifiers, false, !embedded);
    if (object->genus == WBEM_GENUS_CLASS)
        print_class(p, object);
    else
        print_instance(p, object);
    line(p);
    fputs(embedded ? "}" : "};\n", p->out);
}

char *cim_mof(const struct cim_object *object, LONG flags)
{
    char *text = NULL;
    size_t size;
    struct printer p = {open_memstream(&text, &size), flags, 0};

    if (!p.out)
        return NULL;
    print_object(&p, object, false);
    if (fclose(p.out)) {
        free(text);
        return NULL;
    }
    return text;
}

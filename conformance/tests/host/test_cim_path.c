/* Object paths, read and written again. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_path.h"

static const struct {
    const char *text, *again; /* NULL: no path */
} paths[] = {
    {"A", "A"},
    {"A.K=\"v\"", "A.K=\"v\""},
    {"A='v'", "A=\"v\""},
    {"A=@", "A=@"},
    {"A.B=1,C=-2,D=TRUE", "A.B=1,C=-2,D=TRUE"},
    {"A.B=\"a\\\"b\\\\c\"", "A.B=\"a\\\"b\\\\c\""},
    {"A.B=\"x:y,z=@\"", "A.B=\"x:y,z=@\""},
    {"root:A", "root:A"},
    {"root/cimv2:A", "root\\cimv2:A"},
    {"\\\\.\\root\\cimv2:A.K=18446744073709551615", "\\\\.\\root\\cimv2:A.K=18446744073709551615"},
    {"//server/root:A", "\\\\server\\root:A"},
    {"\\\\.\\root", "\\\\.\\root"},
    {"", NULL},
    {"A.", NULL},
    {"A=", NULL},
    {"A.K=", NULL},
    {"A.K=\"v", NULL},
    {"A.K=\"v\"x", NULL},
    {"A.K=\"v\",", NULL},
    {"A.=1", NULL},
    {"A.K=99999999999999999999", NULL},
    {"\\\\:A", NULL},
    {"\\\\server", NULL},
    {"root\\:A", NULL},
    {"1A", NULL},
    {"A B", NULL},
};

Test(cim_path, each_is_read_and_written_again)
{
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct cim_path path;
        HRESULT hr = cim_path_parse(paths[i].text, &path);
        char *text;

        if (!paths[i].again) {
            cr_assert_eq(hr, WBEM_E_INVALID_OBJECT_PATH, "%s", paths[i].text);
            continue;
        }
        cr_assert_eq(hr, 0, "%s", paths[i].text);
        text = cim_path_text(&path);
        cr_assert_str_eq(text, paths[i].again);
        free(text);
        cim_path_done(&path);
    }
}

Test(cim_path, a_namespace_is_one_of_this_machine)
{
    char *name = NULL;

    cr_assert_eq(cim_namespace_of("//./ROOT/cimv2", "PAPKIT", &name), 0);
    cr_assert_str_eq(name, "ROOT\\cimv2");
    free(name);
    cr_assert_eq(cim_namespace_of("root", "PAPKIT", &name), 0);
    free(name);
    cr_assert_eq(cim_namespace_of("\\\\papkit\\root", "PAPKIT", &name), 0);
    free(name);
    cr_assert_eq(cim_namespace_of("\\\\other\\root", "PAPKIT", &name), WBEM_E_TRANSPORT_FAILURE);
    cr_assert_eq(cim_namespace_of("root:A", "PAPKIT", &name), WBEM_E_INVALID_NAMESPACE);
    cr_assert_eq(cim_namespace_of("root\\", "PAPKIT", &name), WBEM_E_INVALID_NAMESPACE);
}

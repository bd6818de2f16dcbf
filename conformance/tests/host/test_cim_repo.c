/* The repository: updates held against what lies below, keys, deletion, and what another opening
 * finds. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/host/mof/mof.h"

static struct cim_repo *open_at(const char *directory)
{
    struct cim_repo *repo = NULL;
    char error[300];

    cr_assert_eq(mof_open(directory, &repo, error, sizeof(error)), 0, "%s", error);
    return repo;
}

static HRESULT compile(struct cim_repo *repo, const char *text, LONG flags)
{
    struct mof_options options = {.namespace = NULL, .class_flags = flags, .instance_flags = flags};
    struct mof_fault fault;

    return mof_compile(repo, "x.mof", text, strlen(text), &options, &fault);
}

static int64_t default_ns(struct cim_repo *repo)
{
    int64_t ns = 0;

    cr_assert_eq(cim_repo_namespace(repo, "root\\default", false, &ns), 0);
    return ns;
}

static bool has(struct cim_repo *repo, const char *text)
{
    struct cim_object *object = NULL;
    struct cim_path path;
    HRESULT hr;

    cr_assert_eq(cim_path_parse(text, &path), 0, "%s", text);
    hr = cim_path_is_class(&path) ? cim_repo_class(repo, default_ns(repo), text, &object)
                                  : cim_repo_instance(repo, default_ns(repo), &path, &object);
    cim_object_unref(object);
    cim_path_done(&path);
    return SUCCEEDED(hr);
}

static const char tree[] = "class Top { [key] string K; };"
                           "[Color(\"red\")] class Child : Top { sint32 Mine; };";

Test(cim_repo, an_update_of_a_parent_is_as_compatible_as_is_asked)
{
    struct cim_repo *repo = open_at(NULL);

    cr_assert_eq(compile(repo, tree, 0), 0);
    cr_assert_eq(compile(repo, tree, WBEM_FLAG_CREATE_ONLY), WBEM_E_ALREADY_EXISTS);
    cr_assert_eq(compile(repo, "class Other {};", WBEM_FLAG_UPDATE_ONLY), WBEM_E_NOT_FOUND);
    cr_assert_eq(compile(repo, "[Description(\"d\")] class Top { [key] string K; };", 0), 0);
    cr_assert_eq(compile(repo, "class Top { [key] string K; sint32 New; };", 0),
                 WBEM_E_CLASS_HAS_CHILDREN);
    cr_assert_eq(
        compile(repo, "class Top { [key] string K; sint32 New; };", WBEM_FLAG_UPDATE_SAFE_MODE), 0);
    cr_assert_eq(
        compile(repo, "class Top { [key] string K; string Mine; };", WBEM_FLAG_UPDATE_SAFE_MODE),
        WBEM_E_UPDATE_TYPE_MISMATCH);
    cr_assert_eq(compile(repo, "[Color(\"blue\") : ToSubclass] class Top { [key] string K; };",
                         WBEM_FLAG_UPDATE_SAFE_MODE),
                 WBEM_E_UPDATE_OVERRIDE_NOT_ALLOWED);
    cr_assert_eq(compile(repo, "[Color(\"blue\") : ToSubclass] class Top { [key] string K; };",
                         WBEM_FLAG_UPDATE_FORCE_MODE),
                 0);
    struct cim_object *child = NULL;
    cr_assert_eq(cim_repo_class(repo, default_ns(repo), "Child", &child), 0);
    cr_assert_str_eq(cim_qualifier(&child->qualifiers, "Color")->value.one.s, "blue");
    cr_assert_not_null(cim_property(child, "Mine"));
    cim_object_unref(child);
    cr_assert_eq(compile(repo, "instance of Child { K = \"1\"; };", 0), 0);
    cr_assert_eq(
        compile(repo, "class Top { [key] string K; sint32 Newer; };", WBEM_FLAG_UPDATE_SAFE_MODE),
        WBEM_E_CLASS_HAS_INSTANCES);
    cim_repo_close(repo);
}

Test(cim_repo, an_instance_is_one_by_its_keys_below_the_class_that_has_them)
{
    struct cim_repo *repo = open_at(NULL);

    cr_assert_eq(compile(repo, tree, 0), 0);
    cr_assert_eq(compile(repo, "instance of Child { K = \"One\"; Mine = 1; };", 0), 0);
    cr_assert(has(repo, "Top.K=\"ONE\""));
    cr_assert(has(repo, "Child=\"one\""));
    cr_assert(!has(repo, "Child=\"two\""));
    cr_assert_eq(compile(repo, "instance of Top { K = \"one\"; };", WBEM_FLAG_CREATE_ONLY),
                 WBEM_E_ALREADY_EXISTS);
    cr_assert_eq(compile(repo, "#pragma deleteinstance(\"Top.K='one'\", FAIL)\n", 0), 0);
    cr_assert(!has(repo, "Top.K=\"one\""));
    cr_assert_eq(compile(repo, "#pragma deleteinstance(\"Top.K='one'\", FAIL)\n", 0),
                 WBEM_E_NOT_FOUND);
    cr_assert_eq(compile(repo, "#pragma deleteinstance(\"Top.K='one'\", NOFAIL)\n", 0), 0);
    cim_repo_close(repo);
}

Test(cim_repo, a_class_goes_with_all_below_it_and_their_instances)
{
    struct cim_repo *repo = open_at(NULL);

    cr_assert_eq(compile(repo, tree, 0), 0);
    cr_assert_eq(compile(repo, "instance of Child { K = \"One\"; };", 0), 0);
    cr_assert_eq(cim_repo_delete_class(repo, default_ns(repo), "__Win32Provider"),
                 WBEM_E_ACCESS_DENIED);
    cr_assert_eq(cim_repo_delete_class(repo, default_ns(repo), "Top"), 0);
    cr_assert(!has(repo, "Child"));
    cr_assert_eq(compile(repo, tree, 0), 0);
    cr_assert(!has(repo, "Child=\"one\""));
    cim_repo_close(repo);
}

/* Killed while it writes, again and again: what is there is whole, and what was told of is there.
 */
Test(cim_repo, where_no_folder_can_be_nothing_is_opened)
{
    struct cim_repo *repo = NULL;
    char error[100];

    cr_expect_eq(cim_repo_open("/dev/null/here", &repo, error, sizeof(error)), -ENOTDIR);
    cr_expect_str_eq(error, "/dev/null/here: Not a directory");
    cr_expect_null(repo);
}

Test(cim_repo, a_killed_writer_leaves_a_whole_repository)
{
    char directory[] = "/tmp/cim_repo_XXXXXX", text[100];
    int told[2], last = -1, one;

    cr_assert_not_null(mkdtemp(directory));
    for (int round = 0; round < 4; round++) {
        pid_t child;
        cr_assert_eq(pipe(told), 0);
        child = fork();
        if (child == 0) {
            struct cim_repo *repo = open_at(directory);
            for (int i = last + 1;; i++) {
                snprintf(text, sizeof(text),
                         "class A%d { [key] string K; };"
                         "instance of A%d { K = \"x\"; };",
                         i, i);
                if (FAILED(compile(repo, text, 0)) || write(told[1], &i, sizeof(i)) < 0)
                    _exit(1);
            }
        }
        close(told[1]);
        for (int k = 0; k < 20 && read(told[0], &one, sizeof(one)) == sizeof(one); k++)
            last = one;
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(told[0], &one, sizeof(one)) == sizeof(one))
            last = one;
        close(told[0]);
        cr_assert_geq(last, 20 * (round + 1) - 1);

        struct cim_repo *repo = open_at(directory);
        for (int i = 0; i <= last + 1; i++) {
            bool class_there, instance_there = false;
            snprintf(text, sizeof(text), "A%d", i);
            class_there = has(repo, text);
            snprintf(text, sizeof(text), "A%d=\"x\"", i);
            if (class_there)
                instance_there = has(repo, text);
            cr_assert_eq(class_there, instance_there, "A%d is there by halves", i);
            cr_assert(class_there || i > last, "A%d is lost", i);
            if (class_there && i > last)
                last = i;
        }
        cim_repo_close(repo);
    }
    snprintf(text, sizeof(text), "rm -r %s", directory);
    cr_assert_eq(system(text), 0);
}

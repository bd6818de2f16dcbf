/* As much of Criterion as the tests for threads need, one after another in one process: where its
 * own keep what they share, ThreadSanitizer has its shadow memory (VARIANT=tsan). */
#ifndef SPCORE_TESTS_BARE_CRITERION_H
#define SPCORE_TESTS_BARE_CRITERION_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bare_test {
    const char *suite, *name;
    unsigned timeout; /* not looked at: whoever runs it has one */
    int exit_code;    /* that it ends with, where it takes the process along: it is not run */
    void (*init)(void), (*fini)(void), (*body)(void);
};

static unsigned bare_failures;

static inline bool bare_holds(bool ok, const char *text, int line)
{
    if (!ok) {
        printf("line %d: not true: %s\n", line, text);
        bare_failures++;
    }
    return ok;
}

#define BARE(what, text, ...) (bare_holds((what), text, __LINE__) || printf(" " __VA_ARGS__) < 0)
#define cr_expect(what, ...) ((void)BARE((what), #what, __VA_ARGS__))
#define cr_expect_not(what, ...) cr_expect(!(what), __VA_ARGS__)
#define cr_expect_eq(a, b, ...) ((void)BARE((a) == (b), #a " == " #b, __VA_ARGS__))
#define cr_expect_null(a, ...) cr_expect((a) == NULL, __VA_ARGS__)
#define cr_expect_not_null(a, ...) cr_expect((a) != NULL, __VA_ARGS__)
#define cr_expect_str_eq(a, b, ...) cr_expect(strcmp((a), (b)) == 0, __VA_ARGS__)
#define cr_expect_leq(a, b, ...) cr_expect((a) <= (b), __VA_ARGS__)
#define cr_expect_arr_eq(a, b, size, ...) cr_expect(memcmp((a), (b), (size)) == 0, __VA_ARGS__)
#define cr_assert(what, ...) (BARE((what), #what, __VA_ARGS__) ? (void)0 : exit(1))
#define cr_assert_eq(a, b, ...) cr_assert((a) == (b), __VA_ARGS__)
#define cr_assert_not(what, ...) cr_assert(!(what), __VA_ARGS__)
#define cr_assert_neq(a, b, ...) cr_assert((a) != (b), __VA_ARGS__)
#define cr_assert_lt(a, b, ...) cr_assert((a) < (b), __VA_ARGS__)
#define cr_assert_leq(a, b, ...) cr_assert((a) <= (b), __VA_ARGS__)
#define cr_assert_null(a, ...) cr_assert((a) == NULL, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) cr_assert(strcmp((a), (b)) == 0, __VA_ARGS__)
#define cr_assert_str_empty(a, ...) cr_assert(*(a) == '\0', __VA_ARGS__)
#define cr_assert_arr_eq(a, b, size, ...) cr_assert(memcmp((a), (b), (size)) == 0, __VA_ARGS__)
#define cr_assert_geq(a, b, ...) cr_assert((a) >= (b), __VA_ARGS__)
#define cr_assert_gt(a, b, ...) cr_assert((a) > (b), __VA_ARGS__)
#define cr_assert_not_null(a, ...) cr_assert((a) != NULL, __VA_ARGS__)

#define Test(suite_, name_, ...)                                                                   \
    static void suite_##name_(void);                                                               \
    static const struct bare_test suite_##name_##_test = {                                         \
        .suite = #suite_, .name = #name_, .body = suite_##name_, __VA_ARGS__};                     \
    static const struct bare_test *const suite_##name_##_entry                                     \
        __attribute__((used, section("bare_tests"))) = &suite_##name_##_test;                      \
    static void suite_##name_(void)

/* What is done before each test of a suite, and after it. */
#define TestSuite(suite_, ...)                                                                     \
    static const struct bare_test suite_##_suite = {.suite = #suite_, __VA_ARGS__};                \
    static const struct bare_test *const suite_##_suite_entry                                      \
        __attribute__((used, section("bare_tests"))) = &suite_##_suite

extern const struct bare_test *const __start_bare_tests[], *const __stop_bare_tests[];

/* Its own, or else what its suite has. */
static inline void bare_around(const struct bare_test *test, bool before)
{
    void (*call)(void) = before ? test->init : test->fini;

    for (const struct bare_test *const *at = __start_bare_tests; at < __stop_bare_tests; at++) {
        if (!call && !(*at)->body && strcmp((*at)->suite, test->suite) == 0)
            call = before ? (*at)->init : (*at)->fini;
    }
    if (call)
        call();
}

int main(void)
{
    unsigned tested = 0, failing = 0;

    for (const struct bare_test *const *at = __start_bare_tests; at < __stop_bare_tests; at++) {
        unsigned before = bare_failures;

        if (!(*at)->body || (*at)->exit_code)
            continue;
        bare_around(*at, true);
        (*at)->body();
        bare_around(*at, false);
        tested++;
        if (bare_failures != before) {
            printf("FAIL %s::%s\n", (*at)->suite, (*at)->name);
            failing++;
        }
    }
    printf("Synthesis: Tested: %u | Passing: %u | Failing: %u | Crashing: 0\n", tested,
           tested - failing, failing);
    return failing != 0;
}

#endif

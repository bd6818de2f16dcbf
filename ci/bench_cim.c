/* Figures of the CIM repository: how fast MOF compiles, and that ten times as much takes at most
 * twelve times as long; classes enumerated a second, and that one of 100,000 costs at most 1.3
 * times what one of 1,000 does. In interleaved rounds, medians count. usage: bench_cim; exit 1 if a
 * figure is beyond its limit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ci/bench.h"
#include "conformance/host/mof/mof.h"

enum { MIB = 1 << 20, MOF_ROUNDS = 3, ROUNDS = 5, FEW = 1000, MANY = 100000, A_FAMILY = 100 };
#define MOF_LIMIT 12.0
#define CLASS_LIMIT 1.3

/* Classes as vendors write them, `size` bytes at least. */
static char *make(size_t size, size_t *ret_size)
{
    char *text = NULL;
    FILE *file = open_memstream(&text, ret_size);

    if (!file)
        bench_die("memory");
    fputs("[abstract] class Base { [key, Description(\"its name\")] string Id; };\n", file);
    for (unsigned i = 0; (size_t)ftell(file) < size; i++)
        fprintf(file,
                "[Dynamic, Provider(\"P%u\") : ToInstance, // of the player\n"
                " Description(\"what it is \\\"for\\\" ä\") : ToSubclass Amended]\n"
                "class Class%u : Base\n{\n  [read, ValueMap{\"0\", \"1\"}] uint32 State = %u;\n"
                "  string Names[] = {\"a\", \"b\"};\n  /* when */ datetime Since;\n"
                "  uint32 Stop([in] string why, [out] uint32 code);\n};\n",
                i, i, i);
    fclose(file);
    return text;
}

/* Seconds of the CPU, which other load of the machine does not add to. */
static double spent(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct cim_repo *fresh(void)
{
    struct cim_repo *repo = NULL;
    char error[300];

    if (mof_open(NULL, &repo, error, sizeof(error)))
        bench_die(error);
    return repo;
}

static void compile(struct cim_repo *repo, const char *text, size_t size)
{
    struct mof_options options = {.namespace = "root\\cimv2"};
    struct mof_fault fault;

    if (FAILED(mof_compile(repo, "bench", text, size, &options, &fault)))
        bench_die(fault.text);
}

static double compiled(const char *text, size_t size)
{
    struct cim_repo *repo = fresh();
    double begin = spent();

    compile(repo, text, size);
    begin = spent() - begin;
    cim_repo_close(repo);
    return begin;
}

static bool mof_figure(void)
{
    double small[MOF_ROUNDS], large[MOF_ROUNDS], few, many;
    size_t sizes[2];
    char *texts[2] = {make(MIB, &sizes[0]), make((size_t)10 * MIB, &sizes[1])};

    for (int round = 0; round < MOF_ROUNDS; round++) {
        small[round] = compiled(texts[0], sizes[0]);
        large[round] = compiled(texts[1], sizes[1]);
    }
    free(texts[0]);
    free(texts[1]);
    few = bench_median(small, MOF_ROUNDS);
    many = bench_median(large, MOF_ROUNDS);
    printf("%-12s %8.1f MB/s at 1 MiB, %8.1f MB/s at 10 MiB: %5.2f times as long, limit %.0f  %s\n",
           "MOF", MIB / few * 1e-6, 10.0 * MIB / many * 1e-6, many / few, MOF_LIMIT,
           many <= few * MOF_LIMIT ? "ok" : "BEYOND");
    return many <= few * MOF_LIMIT;
}

/* ---- classes, families of them below each other */
static struct cim_repo *filled(unsigned classes)
{
    struct cim_repo *repo = fresh();
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    for (unsigned i = 0; i < classes; i++) {
        fprintf(file, "class C%u", i);
        if (i % A_FAMILY)
            fprintf(file, " : C%u", i - i % A_FAMILY);
        fprintf(file, " { %sstring P%u = \"p\"; uint32 Q%u; };\n", i % A_FAMILY ? "" : "[key] ",
                i % A_FAMILY, i % A_FAMILY);
    }
    fclose(file);
    compile(repo, text, size);
    free(text);
    return repo;
}

static HRESULT count(void *self, struct cim_object *object)
{
    (void)object;
    ++*(unsigned *)self;
    return WBEM_S_NO_ERROR;
}

/* Seconds a class. */
static double enumerated(struct cim_repo *repo, unsigned classes)
{
    unsigned seen = 0, times = MANY / classes > 20 ? 20 : MANY / classes;
    double begin = spent();
    int64_t ns;

    for (unsigned i = 0; i < times; i++) {
        if (cim_repo_namespace(repo, "root\\cimv2", false, &ns) ||
            cim_repo_classes(repo, ns, NULL, true, count, &seen))
            bench_die("classes");
    }
    return (spent() - begin) / seen;
}

static bool class_figure(void)
{
    struct cim_repo *repos[2] = {filled(FEW), filled(MANY)};
    double few[ROUNDS], many[ROUNDS], one, other;

    for (int round = 0; round < ROUNDS; round++) {
        few[round] = enumerated(repos[0], FEW);
        many[round] = enumerated(repos[1], MANY);
    }
    cim_repo_close(repos[0]);
    cim_repo_close(repos[1]);
    one = bench_median(few, ROUNDS);
    other = bench_median(many, ROUNDS);
    printf("%-12s %8.0f a second of %d, %8.0f a second of %d: %5.2f times as long each, limit "
           "%.1f  %s\n",
           "classes", 1 / one, FEW, 1 / other, MANY, other / one, CLASS_LIMIT,
           other <= one * CLASS_LIMIT ? "ok" : "BEYOND");
    return other <= one * CLASS_LIMIT;
}

int main(void)
{
    bool well = mof_figure();

    return class_figure() && well ? 0 : 1;
}

/* SACAuth while the n-th allocation of ours or of libcrypto's fails: it says so, hands out nothing,
 * and the next handshake is made. */
#include <openssl/crypto.h>

#include "spcore/tests/failing.h"
#include "spcore/tests/provided.h"

#define EACH 64u /* of the first so many failures each is tried; of later ones some */

/* ---- libcrypto's memory */
static struct fault crypto;

static void *crypto_malloc(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return fails(&crypto) ? NULL : __real_malloc(size);
}

static void *crypto_realloc(void *block, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return fails(&crypto) ? NULL : __real_realloc(block, size);
}

static void crypto_free(void *block, const char *file, int line)
{
    (void)file, (void)line;
    free(block);
}

/* Before the library has any memory. */
__attribute__((constructor)) static void crypto_begin(void)
{
    if (!CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free))
        abort();
}

struct handshake {
    IComponentAuthenticate *component;
    struct sac_channel *client;
};

static struct handshake handshake_new(void)
{
    struct handshake it = {.client = sac_client_new()};
    IClassFactory *factory = NULL;

    cr_assert_eq(DllGetClassObject(&sp_clsid, &IID_IClassFactory, (void **)&factory), S_OK);
    cr_assert_eq(IClassFactory_CreateInstance(factory, NULL, &IID_IComponentAuthenticate,
                                              (void **)&it.component),
                 S_OK);
    IClassFactory_Release(factory);
    cr_assert_eq(sac_set_certificate(it.client, SAC_CERT_V1, application_high_certificate,
                                     sizeof(application_high_certificate), application_high_key,
                                     sizeof(application_high_key)),
                 S_OK);
    cr_assert_eq(sac_set_interface(it.client, it.component), S_OK);
    return it;
}

/* `in` is taken. */
static HRESULT pass(const struct handshake *it, struct fault *fault, unsigned n, DWORD number,
                    BYTE *in, DWORD in_length, BYTE **ret_out, DWORD *ret_length)
{
    HRESULT hr;

    *ret_out = in;
    *ret_length = 77;
    atomic_store(&fault->at, n);
    hr = IComponentAuthenticate_SACAuth(it->component, SAC_PROTOCOL_V1, number, in, in_length,
                                        ret_out, ret_length);
    atomic_store(&fault->at, 0);
    CoTaskMemFree(in);
    if (FAILED(hr))
        cr_expect(!*ret_out && !*ret_length, "pass %u leaves %u bytes with %08x, failure %u",
                  (unsigned)number, (unsigned)*ret_length, (unsigned)hr, n);
    return hr;
}

/* While the n-th of both passes' calls fails. */
static HRESULT shake(const struct handshake *it, struct fault *fault, unsigned n)
{
    BYTE *message = NULL, *answer = NULL;
    DWORD length = 0, answer_length = 0;
    HRESULT hr;

    atomic_store(&fault->calls, 0);
    cr_assert_eq(sac_client_hello(it->client, &message, &length), S_OK);
    hr = pass(it, fault, n, 0, message, length, &answer, &answer_length);
    if (FAILED(hr))
        return hr;
    cr_assert_eq(sac_client_answer(it->client, answer, answer_length, &message, &length), S_OK);
    CoTaskMemFree(answer);
    hr = pass(it, fault, n, 1, message, length, &answer, &answer_length);
    if (FAILED(hr))
        return hr;
    cr_expect_eq(sac_client_finish(it->client, answer, answer_length), S_OK);
    CoTaskMemFree(answer);
    return S_OK;
}

static bool says_memory(HRESULT hr)
{
    return hr == E_OUTOFMEMORY;
}

/* What there is no memory to verify is not verified. */
static bool says_shut(HRESULT hr)
{
    return hr == E_OUTOFMEMORY || hr == WMDM_E_NOTCERTIFIED;
}

static void sweep_handshake(struct fault *fault, bool (*is_said)(HRESULT hr), unsigned least)
{
    unsigned failures = 0, came = 1;

    for (unsigned n = 1; came; n += n < EACH ? 1 : n / 16) {
        struct handshake it = handshake_new();
        HRESULT hr = shake(&it, fault, n);

        came = atomic_load(&fault->calls) >= n;
        failures += FAILED(hr);
        cr_expect(hr == S_OK || (came && is_said(hr)), "failure %u: %08x", n, (unsigned)hr);
        cr_expect_eq(sac_authenticate(it.client, SAC_PROTOCOL_V1), S_OK, "after failure %u", n);
        sac_free(it.client);
        IComponentAuthenticate_Release(it.component);
    }
    cr_expect_geq(failures, least);
}

Test(faults, without_memory_a_handshake_says_so_and_the_next_one_is_made, .timeout = 120)
{
    sweep_handshake(&memory, says_memory, 2);
    sweep_handshake(&crypto, says_shut, 50);
}

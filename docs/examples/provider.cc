// The beginning of a service provider in C++, as docs/guide-provider.md has it: its exports, its
// class, and the secure channel. Devices are left to you.
#include <atomic>
#include <new>

#include "sac.h"

namespace {

// The class that the simulated players name; papcheck's --clsid names one of your own.
const CLSID clsid = {0x7a8b6e2c, 0x5c52, 0x4b7e, {0x9c, 0x2e, 0x6b, 0x1c, 0x2a, 0x7d, 0x9e, 0x10}};

std::atomic<long> alive; // objects, and locks of the module

// An interface is a pointer to a table of functions, as COM has it in C: an object has one of these
// for each.
struct Provider {
    IMDServiceProvider provider;
    IComponentAuthenticate component;
    std::atomic<ULONG> references;
    sac_channel *channel;
};

Provider *self(IMDServiceProvider *This)
{
    return reinterpret_cast<Provider *>(This);
}

Provider *self(IComponentAuthenticate *This)
{
    return reinterpret_cast<Provider *>(reinterpret_cast<char *>(This) -
                                        offsetof(Provider, component));
}

template <class Interface> HRESULT query(Interface *This, REFIID iid, void **out)
{
    Provider *provider = self(This);

    if (!out)
        return E_POINTER;
    *out = nullptr;
    if (!iid)
        return E_INVALIDARG;
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IMDServiceProvider))
        *out = &provider->provider;
    else if (IsEqualIID(iid, &IID_IComponentAuthenticate))
        *out = &provider->component;
    else
        return E_NOINTERFACE;
    provider->references++;
    return S_OK;
}

template <class Interface> ULONG add_ref(Interface *This)
{
    return ++self(This)->references;
}

template <class Interface> ULONG release(Interface *This)
{
    Provider *provider = self(This);
    ULONG left = --provider->references;

    if (!left) {
        sac_free(provider->channel);
        delete provider;
        alive--;
    }
    return left;
}

// Nothing is said of any device before the channel is open.
HRESULT ready(IMDServiceProvider *This)
{
    return sac_is_authenticated(self(This)->channel) ? S_OK : WMDM_E_NOTCERTIFIED;
}

const IMDServiceProviderVtbl provider_table = {
    query, add_ref, release,
    [](IMDServiceProvider *This, DWORD *count) {
        HRESULT answer = ready(This);

        if (SUCCEEDED(answer) && !count)
            answer = E_INVALIDARG;
        if (SUCCEEDED(answer))
            *count = 0;
        return answer;
    },
    [](IMDServiceProvider *This, IMDSPEnumDevice **) {
        HRESULT answer = ready(This);

        return SUCCEEDED(answer) ? E_NOTIMPL : answer;
    },
};

const IComponentAuthenticateVtbl component_table = {
    query, add_ref, release,
    [](IComponentAuthenticate *This, DWORD protocol, DWORD pass, BYTE *in, DWORD in_length,
       BYTE **out, DWORD *out_length) {
        return sac_auth(self(This)->channel, protocol, pass, in, in_length, out, out_length);
    },
    [](IComponentAuthenticate *This, DWORD **protocols, DWORD *count) {
        return sac_get_protocols(self(This)->channel, protocols, count);
    },
};

HRESULT create(IClassFactory *, IUnknown *outer, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = nullptr;
    if (outer)
        return CLASS_E_NOAGGREGATION;
    Provider *made = new (std::nothrow) Provider;
    if (!made)
        return E_OUTOFMEMORY;
    alive++;
    made->provider.lpVtbl = &provider_table;
    made->component.lpVtbl = &component_table;
    made->references = 1;
    made->channel = sac_server_new();
    // No certificate of ours: the built-in pair, which the judge trusts.
    HRESULT answer = made->channel
                         ? sac_set_certificate(made->channel, SAC_CERT_V1, nullptr, 0, nullptr, 0)
                         : E_OUTOFMEMORY;
    if (SUCCEEDED(answer))
        answer = query(&made->provider, iid, out);
    release(&made->provider);
    return answer;
}

const IClassFactoryVtbl factory_table = {
    [](IClassFactory *This, REFIID iid, void **out) {
        if (!out)
            return E_POINTER;
        *out = nullptr;
        if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IClassFactory))
            return E_NOINTERFACE;
        *out = This;
        alive++;
        return S_OK;
    },
    [](IClassFactory *) { return ULONG(++alive); },
    [](IClassFactory *) { return ULONG(--alive); },
    create,
    [](IClassFactory *, BOOL lock) {
        alive += lock ? 1 : -1;
        return S_OK;
    },
};

IClassFactory factory = {&factory_table};

} // namespace

HRESULT DllGetClassObject(REFCLSID asked, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = nullptr;
    return IsEqualCLSID(asked, &clsid) ? factory.lpVtbl->QueryInterface(&factory, iid, out)
                                       : CLASS_E_CLASSNOTAVAILABLE;
}

HRESULT DllCanUnloadNow(void)
{
    return alive ? S_FALSE : S_OK;
}

// The beginning of a service provider in C++, as docs/guide-provider.md has it: its exports, its
// class, and the secure channel. Devices are left to you.
#include <atomic>
#include <new>

#include "mswmdm.h"
#include "scserver.h"

namespace {

// The class that the simulated players name; papcheck's --clsid names one of your own.
const CLSID clsid = {0x7a8b6e2c, 0x5c52, 0x4b7e, {0x9c, 0x2e, 0x6b, 0x1c, 0x2a, 0x7d, 0x9e, 0x10}};

std::atomic<long> alive; // objects, and locks of the module

class Provider final : public IMDServiceProvider, public IComponentAuthenticate
{
public:
    Provider()
    {
        alive++;
        // No certificate of ours: the built-in pair, which the judge trusts.
        certified = channel.SetCertificate(SAC_CERT_V1, nullptr, 0, nullptr, 0);
    }

    HRESULT certified;

    STDMETHODIMP QueryInterface(REFIID iid, void **out) override
    {
        if (!out)
            return E_POINTER;
        *out = nullptr;
        if (iid == IID_IUnknown || iid == IID_IMDServiceProvider)
            *out = static_cast<IMDServiceProvider *>(this);
        else if (iid == IID_IComponentAuthenticate)
            *out = static_cast<IComponentAuthenticate *>(this);
        else
            return E_NOINTERFACE;
        AddRef();
        return S_OK;
    }
    STDMETHODIMP_(ULONG) AddRef() override
    {
        return ++references;
    }
    STDMETHODIMP_(ULONG) Release() override
    {
        ULONG left = --references;

        if (!left)
            delete this;
        return left;
    }

    STDMETHODIMP SACAuth(DWORD protocol, DWORD pass, BYTE *in, DWORD in_length, BYTE **out,
                         DWORD *out_length) override
    {
        return channel.SACAuth(protocol, pass, in, in_length, out, out_length);
    }
    STDMETHODIMP SACGetProtocols(DWORD **protocols, DWORD *count) override
    {
        return channel.SACGetProtocols(protocols, count);
    }

    // Nothing is said of any device before the channel is open.
    STDMETHODIMP GetDeviceCount(DWORD *count) override
    {
        if (!channel.fIsAuthenticated())
            return WMDM_E_NOTCERTIFIED;
        if (!count)
            return E_INVALIDARG;
        *count = 0;
        return S_OK;
    }
    STDMETHODIMP EnumDevices(IMDSPEnumDevice **) override
    {
        return channel.fIsAuthenticated() ? E_NOTIMPL : WMDM_E_NOTCERTIFIED;
    }

private:
    ~Provider()
    {
        alive--;
    }

    std::atomic<ULONG> references{1};
    CSecureChannelServer channel;
};

class Factory final : public IClassFactory
{
public:
    STDMETHODIMP QueryInterface(REFIID iid, void **out) override
    {
        if (!out)
            return E_POINTER;
        *out = iid == IID_IUnknown || iid == IID_IClassFactory ? this : nullptr;
        if (!*out)
            return E_NOINTERFACE;
        AddRef();
        return S_OK;
    }
    // It is there as long as the module is.
    STDMETHODIMP_(ULONG) AddRef() override
    {
        return ULONG(++alive);
    }
    STDMETHODIMP_(ULONG) Release() override
    {
        return ULONG(--alive);
    }

    STDMETHODIMP CreateInstance(IUnknown *outer, REFIID iid, void **out) override
    {
        if (!out)
            return E_POINTER;
        *out = nullptr;
        if (outer)
            return CLASS_E_NOAGGREGATION;
        Provider *made = new (std::nothrow) Provider;
        if (!made)
            return E_OUTOFMEMORY;
        HRESULT answer = made->certified;
        if (SUCCEEDED(answer))
            answer = made->QueryInterface(iid, out);
        made->Release();
        return answer;
    }
    STDMETHODIMP LockServer(BOOL lock) override
    {
        alive += lock ? 1 : -1;
        return S_OK;
    }
};

Factory factory;

} // namespace

STDAPI DllGetClassObject(REFCLSID asked, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = nullptr;
    return asked == clsid ? factory.QueryInterface(iid, out) : CLASS_E_CLASSNOTAVAILABLE;
}

STDAPI DllCanUnloadNow(void)
{
    return alive ? S_FALSE : S_OK;
}

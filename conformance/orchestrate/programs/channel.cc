// Both documented classes of the secure channel, an IComponentAuthenticate between them. Reads
// application-high and provider, .pem and .key, as DER in the working folder.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "scclient.h"
#include "scserver.h"

namespace {

void need(bool is_so, const char *what)
{
    if (is_so)
        return;
    std::printf("channel: not so: %s\n", what);
    std::exit(1);
}

std::vector<BYTE> content(const char *path)
{
    std::vector<BYTE> bytes(65536);
    std::FILE *file = std::fopen(path, "rb");

    need(file != nullptr, path);
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    std::fclose(file);
    return bytes;
}

template <class Channel> HRESULT give(Channel &channel, const char *certificate, const char *key)
{
    std::vector<BYTE> one = content(certificate), other = content(key);

    return channel.SetCertificate(SAC_CERT_V1, one.data(), DWORD(one.size()), other.data(),
                                  DWORD(other.size()));
}

class Component final : public IComponentAuthenticate
{
public:
    CSecureChannelServer channel;
    ULONG references = 1;

    STDMETHODIMP QueryInterface(REFIID iid, void **out) override
    {
        *out = iid == IID_IUnknown || iid == IID_IComponentAuthenticate ? this : nullptr;
        references += *out != nullptr;
        return *out ? S_OK : E_NOINTERFACE;
    }
    STDMETHODIMP_(ULONG) AddRef() override
    {
        return ++references;
    }
    STDMETHODIMP_(ULONG) Release() override
    {
        return --references;
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
};

template <class Channel> void mac(Channel &channel, BYTE sum[WMDM_MAC_LENGTH])
{
    BYTE data[] = {1, 2, 3};
    HMAC handle;

    need(channel.MACInit(&handle) == S_OK, "MACInit");
    need(channel.MACUpdate(handle, data, sizeof(data)) == S_OK, "MACUpdate");
    need(channel.MACFinal(handle, sum) == S_OK, "MACFinal");
    need(channel.MACFinal(handle, sum) == E_INVALIDARG, "a MAC that is over");
}

} // namespace

int main()
{
    Component component;
    DWORD local = 0, remote = 0, there = 0, here = 0;
    BYTE key[SAC_SESSION_KEYLEN], other_key[SAC_SESSION_KEYLEN] = {0};
    BYTE sum[WMDM_MAC_LENGTH], other_sum[WMDM_MAC_LENGTH], data[5] = {'p', 'a', 'p', 'k', 'i'};

    {
        CSecureChannelClient client;

        need(client.Authenticate(SAC_PROTOCOL_V1) != S_OK, "no certificate, no interface");
        need(give(client, "application-high.pem", "application-high.key") == S_OK, "the client's");
        need(give(component.channel, "provider.pem", "provider.key") == S_OK, "the server's");
        need(client.SetInterface(&component) == S_OK, "SetInterface");
        need(!client.fIsAuthenticated() && !component.channel.fIsAuthenticated(), "not yet");
        need(client.Authenticate(SAC_PROTOCOL_WMDM) == E_INVALIDARG, "another protocol");
        need(client.Authenticate(SAC_PROTOCOL_V1) == S_OK, "Authenticate");
        need(client.fIsAuthenticated() && component.channel.fIsAuthenticated(), "both ends");
        need(client.GetAppSec(&local, &remote) == S_OK && local == 3, "the client's level");
        need(component.channel.GetAppSec(&there, &here) == S_OK, "GetAppSec");
        need(there == remote && here == local, "levels of the other end");
        need(client.EncryptParam(data, sizeof(data)) == S_OK, "EncryptParam");
        need(std::memcmp(data, "papki", 5) != 0, "what is encrypted is another");
        need(component.channel.DecryptParam(data, sizeof(data)) == S_OK, "DecryptParam");
        need(std::memcmp(data, "papki", 5) == 0, "what was encrypted");
        need(client.GetSessionKey(key) == S_OK, "GetSessionKey");
        need(component.channel.GetSessionKey(other_key) == S_OK, "GetSessionKey");
        need(std::memcmp(key, other_key, sizeof(key)) == 0, "one session key");
        mac(client, sum);
        mac(component.channel, other_sum);
        need(std::memcmp(sum, other_sum, sizeof(sum)) == 0, "one MAC");
        key[0] ^= 1;
        need(client.SetSessionKey(key) == S_OK, "SetSessionKey");
        mac(client, sum);
        need(std::memcmp(sum, other_sum, sizeof(sum)) != 0, "another key, another MAC");
        need(component.references > 1, "SetInterface keeps a reference");
    }
    need(component.references == 1, "the client has let go");
    std::printf("channel: whole\n");
    return 0;
}

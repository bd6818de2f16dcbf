/* What both documented channel classes have in common, over the functions of sac.h. */
#ifndef SPCORE_SCBASE_H
#define SPCORE_SCBASE_H

#ifndef __cplusplus
#error "the channel's classes are C++; C has the functions of sac.h"
#endif

#include "sac.h"

typedef SAC_HMAC HMAC;

/* Not to be used by itself. The names and arguments are the documented ones; lengths are bytes. */
class CSecureChannel
{
  public:
    CSecureChannel(const CSecureChannel &) = delete;
    CSecureChannel &operator=(const CSecureChannel &) = delete;

    HRESULT SetCertificate(DWORD dwFlags, BYTE *pbAppCert, DWORD dwCertLen, BYTE *pbAppPVK,
                           DWORD dwPVKLen)
    {
        return sac_set_certificate(channel, dwFlags, pbAppCert, dwCertLen, pbAppPVK, dwPVKLen);
    }
    /* TRUE once the handshake is complete; no result code, whatever its page types it. */
    BOOL fIsAuthenticated() const
    {
        return sac_is_authenticated(channel);
    }
    HRESULT GetAppSec(DWORD *pdwLocalAppSec, DWORD *pdwRemoteAppSec) const
    {
        return sac_get_app_sec(channel, pdwLocalAppSec, pdwRemoteAppSec);
    }
    HRESULT MACInit(HMAC *phMAC)
    {
        return sac_mac_init(channel, phMAC);
    }
    HRESULT MACUpdate(HMAC hMAC, BYTE *pbData, DWORD dwDataLen)
    {
        return sac_mac_update(channel, hMAC, pbData, dwDataLen);
    }
    HRESULT MACFinal(HMAC hMAC, BYTE abData[WMDM_MAC_LENGTH])
    {
        return sac_mac_final(channel, hMAC, abData);
    }
    HRESULT EncryptParam(BYTE *pbData, DWORD dwDataLen)
    {
        return sac_encrypt_param(channel, pbData, dwDataLen);
    }
    HRESULT DecryptParam(BYTE *pbData, DWORD dwDataLen)
    {
        return sac_decrypt_param(channel, pbData, dwDataLen);
    }
    HRESULT GetSessionKey(BYTE *pSessionKey)
    {
        return sac_get_session_key(channel, pSessionKey);
    }
    HRESULT SetSessionKey(BYTE *pSessionKey)
    {
        return sac_set_session_key(channel, pSessionKey);
    }

  protected:
    /* NULL, where there was no memory: every method then fails. */
    explicit CSecureChannel(sac_channel *made) : channel(made)
    {
    }
    ~CSecureChannel()
    {
        sac_free(channel);
    }

    sac_channel *const channel;
};

#endif

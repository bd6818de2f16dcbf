/* CSecureChannelClient: an application's end of the secure channel. SetCertificate(), then
 * SetInterface(), then Authenticate(); link with libspcore. */
#ifndef SPCORE_SCCLIENT_H
#define SPCORE_SCCLIENT_H

#include "scbase.h"

class CSecureChannelClient : public CSecureChannel
{
  public:
    CSecureChannelClient() : CSecureChannel(sac_client_new())
    {
    }
    /* Keeps a reference of its own. */
    HRESULT SetInterface(IComponentAuthenticate *pComponentAuth)
    {
        return sac_set_interface(channel, pComponentAuth);
    }
    HRESULT Authenticate(DWORD dwProtocolID)
    {
        return sac_authenticate(channel, dwProtocolID);
    }
};

#endif

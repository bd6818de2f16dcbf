/* CSecureChannelServer: a provider's end of the secure channel. One for each instance of the
 * provider, with its certificate set right after it is made; link with libspcore. */
#ifndef SPCORE_SCSERVER_H
#define SPCORE_SCSERVER_H

#include "scbase.h"

class CSecureChannelServer : public CSecureChannel
{
  public:
    CSecureChannelServer() : CSecureChannel(sac_server_new())
    {
    }
    /* IComponentAuthenticate's methods hand their arguments on to these. */
    HRESULT SACAuth(DWORD dwProtocolID, DWORD dwPass, BYTE *pbDataIn, DWORD dwDataInLen,
                    BYTE **ppbDataOut, DWORD *pdwDataOutLen)
    {
        return sac_auth(channel, dwProtocolID, dwPass, pbDataIn, dwDataInLen, ppbDataOut,
                        pdwDataOutLen);
    }
    HRESULT SACGetProtocols(DWORD **ppdwProtocols, DWORD *pdwProtocolCount)
    {
        return sac_get_protocols(channel, ppdwProtocols, pdwProtocolCount);
    }
};

#endif

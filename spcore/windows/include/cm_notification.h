/* The configuration manager's notifications: MinGW has their types and their library alone. */
#ifndef SPCORE_WINDOWS_INCLUDE_CM_NOTIFICATION_H
#define SPCORE_WINDOWS_INCLUDE_CM_NOTIFICATION_H

#include <windows.h>

#include <cfgmgr32.h>

CONFIGRET WINAPI CM_Register_Notification(PCM_NOTIFY_FILTER filter, PVOID context,
                                          PCM_NOTIFY_CALLBACK callback,
                                          PHCMNOTIFICATION ret_notification);
CONFIGRET WINAPI CM_Unregister_Notification(HCMNOTIFICATION notification);
DWORD WINAPI CM_MapCrToWin32Err(CONFIGRET answer, DWORD otherwise);

#endif

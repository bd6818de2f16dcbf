/* What the INFs of inf_trials_*.def are made of: names that only their table sees. */
#ifndef CONFORMANCE_HOST_DEVIANT_INF_TRIAL_TEXTS_H
#define CONFORMANCE_HOST_DEVIANT_INF_TRIAL_TEXTS_H

#define ID "USB\\VID_1209&PID_5041"
#define SIGNATURE "[Version]\nSignature=\"$Windows NT$\"\n"
#define CLASS "Class=WPD\n"
#define GUID "ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}\n"
#define PROVIDER "Provider=P\n"
#define DRIVERVER "DriverVer=11/30/2026,1.0.0.0\n"
#define VERSION_OF(signature)                                                                      \
    "[Version]\nSignature=" signature "\nCatalogFile=p.cat\n" CLASS GUID PROVIDER DRIVERVER
#define VERSION VERSION_OF("\"$Windows NT$\"")
#define MODELS "[Manufacturer]\nM=Models,NTamd64\n[Models.NTamd64]\nD=I," ID "\n"
#define INSTALL                                                                                    \
    "[I.NT]\nAddReg=Soft\n[Soft]\n[I.NT.HW]\nAddReg=Hard\n[Hard]\n[I.NT.Services]\n"               \
    "AddService=drv,2,Drv\n[Drv]\nServiceType=1\nStartType=3\nErrorControl=1\n"                    \
    "ServiceBinary=%13%\\drv.sys\n"

/* A models section with one model, whose installation writes its own name. */
#define ONE(models, name)                                                                          \
    "[" models "]\nD=" name "," ID "\n[" name ".NT]\nAddReg=" name "R\n[" name "R]\nHKR,,V,," name \
    "\n[" name "]\nAddReg=" name "R\n"
#define LANGUAGES(n)                                                                               \
    "[Soft]\nHKR,,V,,%K%\n[Strings]\nK=plain" n "\n[Strings.0407]\nK=de" n "\n[Strings.0007]\n"    \
    "K=deutsch" n "\n[Strings.0c07]\nK=at" n "\n"
#define VERSIONS(n)                                                                                \
    "!" VERSION "[Manufacturer]\nM=F,NTamd64.6.1,NTamd64.10.0\n;" n "\n" ONE("F.NTamd64.6.1", "A") \
        ONE("F.NTamd64.10.0", "B")
#define SUITES(n)                                                                                  \
    "!" VERSION "[Manufacturer]\nM=F,NT,NT.5,NT.5.5,NT....0x80\n;" n "\n" ONE("F.NT", "A")         \
        ONE("F.NT.5", "B") ONE("F.NT.5.5", "C") ONE("F.NT....0x80", "E")
#define BUILDS(n)                                                                                  \
    "!" VERSION "[Manufacturer]\nM=F,NTamd64.10.0...22000\n;" n                                    \
    "\n" ONE("F.NTamd64.10.0...22000", "A")
#define SUFFIXES(n)                                                                                \
    "!" VERSION "[Manufacturer]\nM=F,NTamd64\n[F.NTamd64]\nD=X," ID "\n;" n                        \
    "\n[X.NTamd64]\nAddReg=R1\n[X.NT]\nAddReg=R2\n[X]\nAddReg=R3\n[R1]\nHKR,,V,,1\n[R2]\n"         \
    "HKR,,V,,2\n[R3]\nHKR,,V,,3\n"

/* A service of the user's, svc, and its parts. */
#define SERVICE_OF(flags, more)                                                                    \
    "[I.NT.Services]\nAddService=svc," flags ",Svc\n[Svc]\nServiceType=16\nStartType=3\n"          \
    "ErrorControl=1\nServiceBinary=%11%\\s.exe\n" more
#define SERVICE(more) SERVICE_OF("", more)
#define DESCRIBED(type, start, error, binary)                                                      \
    "[I.NT.Services]\nAddService=svc,,Svc\n[Svc]\n" type "ServiceType=16\n" start                  \
    "StartType=3\n" error "ErrorControl=1\n" binary "ServiceBinary=%11%\\s.exe\n"
#define WHOLE(type, start, error, binary)                                                          \
    "[I.NT.Services]\nAddService=svc,,Svc\n[Svc]\nServiceType=" type "\nStartType=" start          \
    "\nErrorControl=" error "\nServiceBinary=" binary "\n"
#define TYPED(type) WHOLE(type, "3", "1", "%11%\\s.exe")
#define STARTED(start) WHOLE("16", start, "2", "%11%\\s.exe")
#define FAILING(error) WHOLE("16", "3", error, "%11%\\s.exe")
#define BINARY(binary) WHOLE("16", "3", "1", binary)
#define NAMED(name)                                                                                \
    "[I.NT.Services]\nAddService=" name ",,Svc\n[Svc]\nServiceType=16\nStartType=3\n"              \
    "ErrorControl=1\nServiceBinary=%11%\\s.exe\n[Strings]\nN=svc\n[Strings.0407]\nN=dienst\n"
#define EVENT_LOG(more)                                                                            \
    "[I.NT.Services]\nAddService=svc,,Svc,Log" more "\n[Svc]\nServiceType=16\nStartType=3\n"       \
    "ErrorControl=1\nServiceBinary=%11%\\s.exe\n[Log]\nAddReg=R\n"
#define EVENT_LOGS "HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\"
#define ACTING(action)                                                                             \
    "AddTrigger=T\n[T]\nTriggerType=1\nAction=" action "\nSubType=" PNP_PAP_CLASS "\n"
#define TRIGGER_BODY "TriggerType=1\nAction=1\nSubType=" PNP_PAP_CLASS "\n"
#define TRIGGER(more) "AddTrigger=T\n[T]\n" TRIGGER_BODY more

/* Rows of one letter. */
#define A5 "aaaaa"
#define A10 A5 A5
#define A50 A10 A10 A10 A10 A10
#define A255 A50 A50 A50 A50 A50 A5
#define A510 A255 A255
#define A4000 A510 A510 A510 A510 A510 A510 A510 A50 A50 A50 A50 A50 A50 A50 A50 A10 A10 A10
#define A4094 A4000 A50 A10 A10 A10 A10 "aaaa"
#define ITEMS_9                                                                                    \
    "DataItem=2,x\nDataItem=2,x\nDataItem=2,x\nDataItem=2,x\nDataItem=2,x\nDataItem=2,x\n"         \
    "DataItem=2,x\nDataItem=2,x\nDataItem=2,x\n"
#define ITEMS_63 ITEMS_9 ITEMS_9 ITEMS_9 ITEMS_9 ITEMS_9 ITEMS_9 ITEMS_9

#endif

# papkit: one Makefile, no recursion. `make help` lists the targets; V=1 shows the commands.
# VARIANT keeps objects of different flags apart: plain, sanitize, tsan, clang …
VARIANT ?= plain
ifeq ($(VARIANT),plain)
BUILD := build
else
BUILD := build/$(VARIANT)
endif
OBJ := $(BUILD)/obj
GEN := build/gen

# No rule but those below: make would look for one that makes each header, and each .d of 1,300.
MAKEFLAGS += -r

# As many jobs as processors, unless the caller says otherwise.
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif

# One line a step, so that a warning is seen.
ifeq ($(V),)
Q := @
ifeq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
say = @printf '  %-5s %s\n' $(1) $@
endif
endif

CC ?= gcc
PYTHON := /usr/bin/python3
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla -Werror
OPT ?= -O2 -g
CFLAGS += -std=c11 -D_GNU_SOURCE $(OPT) $(WARNINGS) -fPIC -fvisibility=hidden -MMD -MP $(VARIANT_FLAGS)
LDFLAGS += $(VARIANT_FLAGS)
PKG := libusbredirparser-0.5 libsystemd libusb-1.0 yaml-0.1 libcrypto sqlite3 jansson criterion libavformat libavcodec libavutil
PKG_CFLAGS := $(shell pkg-config --cflags $(PKG))
# Installed headers name each other as in the one folder they go to.
CPPFLAGS += -I. -I$(GEN) -Ispcore/include $(PKG_CFLAGS)

# A report wants files, lines and functions (-g1); variables would make building a fifth longer.
ifeq ($(VARIANT),sanitize)
VARIANT_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT := -O1 -g1
endif
ifeq ($(VARIANT),tsan)
# gcc sees less well what is instrumented.
VARIANT_FLAGS := -fsanitize=thread -Wno-maybe-uninitialized
OPT := -O1 -g1
# Tests without Criterion, which does not go together with it.
CPPFLAGS := -Ispcore/tests/bare $(CPPFLAGS)
# Of the archives no more than what the same tests take in the sanitize variant, as the linker has said.
TAKEN := $(patsubst build/sanitize/%,$(BUILD)/%,$(shell sed -n 's/^[^ ]*: //p' /dev/null \
	$(wildcard $(patsubst $(BUILD)/%,build/sanitize/%.d,$(MAKECMDGOALS)))))
endif
ifeq ($(VARIANT),clang)
# For its warnings, which are the same however much it optimises.
CC := clang
OPT := -O0 -g
endif
ifeq ($(VARIANT),wine)
# The judge of a provider of Windows: it calls methods as Windows' compilers do.
VARIANT_FLAGS = -include $(MS_ABI)
endif
ifeq ($(VARIANT),fuzz)
CC := clang
VARIANT_FLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT := -O1 -g
endif

# ---- the sources: the layers of each part, in the order data flows
SIM_LAYERS := defect usb store mtp function function/still_image wire wire/usbip wire/usbredir spec player control import cli
SPC_LAYERS := com sac sp mtp transport usbip
LUSB_LAYERS := libusb usbip
# What both programs have: how they read their command lines, and audio files.
COMMAND_LAYERS := command
# Windows Management Instrumentation: the repository, its MOF and WQL.
CIM_LAYERS := host/cim host/mof host/wql host/oleaut host/principal host/wbem
# What hosts class providers.
PROVIDER_LAYERS := host/provider host/hosting host/router
CONF_LAYERS := program catalogue results case run raw wmdm host host/inf host/hive $(CIM_LAYERS) $(PROVIDER_LAYERS) host/pnp host/world host/notify host/scm host/win host/wmdm host/recorder host/deviant host/app report selftest cli \
	suites/usbip suites/usb suites/mtp suites/wmdm suites/inf suites/service suites/host suites/wmi
# The judge speaks to devices through the provider's transports and initiator, and to providers
# through its channel's client half; never through the simulator's code.
JUDGE_SPC_LAYERS := com sac mtp transport usbip
INITIATOR_LAYERS := com mtp transport usbip

ifeq ($(VARIANT),wine)
CONF_LAYERS += wine
endif

layers = $(sort $(foreach layer,$(2),$(wildcard $(1)/$(layer)/*.c)))
objects = $(patsubst %.c,$(OBJ)/%.o,$(1))
not_main = $(filter-out %_main.o,$(call objects,$(1)))

# What reads audio files is a plug-in: libavformat and its hundred libraries would slow every start.
MEDIA_SRC := spcore/media/media_libav.c spcore/media/media_facts.c
MEDIA_USER_SRC := $(addprefix spcore/media/,media.c media_shared.c media_facts.c)
COMMAND_SRC := $(call layers,spcore,$(COMMAND_LAYERS)) $(MEDIA_USER_SRC)
SIM_SRC := $(call layers,simulator,$(SIM_LAYERS)) $(COMMAND_SRC)
SPC_SRC := $(call layers,spcore,$(SPC_LAYERS))
SYNC_SRC := $(call layers,spcore,sync)
SERVICE_SRC := $(call layers,spcore,service)
# The device service on Windows, real or our model of it.
PAPSERVICE_SRC := $(call layers,spcore,service/windows) $(SERVICE_SRC)
PAPSERVICE_DEVIANT_SRC := $(call layers,spcore,service/windows/deviant)
# The one on Linux: an application of WMDM that reads INFs.
PAPD_OWN_SRC := $(SERVICE_SRC) $(call layers,spcore,papd) $(call layers,conformance,host/inf)
# The class provider, over what the service knows of devices.
PAPWMI_OWN_SRC := $(call layers,spcore,wmi wmi/windows)
PAPWMI_SRC := $(PAPWMI_OWN_SRC) $(SERVICE_SRC) \
	$(addprefix spcore/service/windows/,papservice_bus.c papservice_system.c) \
	$(addprefix spcore/mtp/,mtpi_container.c mtpi_dataset.c mtpi_parse.c) spcore/com/com_object.c
PAPWMI_DEVIANT_SRC := $(call layers,spcore,wmi/windows/deviant)
DEVIANT_SRC := $(call layers,spcore,deviant)
LUSB_SRC := $(call layers,spcore,$(LUSB_LAYERS))
CONF_SRC := $(call layers,conformance,$(CONF_LAYERS)) $(COMMAND_SRC) $(SYNC_SRC)
# What stands between an application and a provider, for any program.
WMDM_SRC := $(call layers,conformance,host host/wmdm) \
	$(addprefix conformance/raw/,raw_descriptors.c raw_msos.c) $(call layers,spcore,com sac transport usbip)
# Windows for a vendor's service, and what it runs on.
PAPHOST_SRC := $(call layers,conformance,host host/inf $(CIM_LAYERS) host/pnp host/world host/notify host/scm host/win) \
	$(addprefix conformance/raw/,raw_descriptors.c raw_msos.c) $(call layers,spcore,com transport usbip)
# The process that one is hosted in.
WMIHOST_OWN_SRC := $(call layers,conformance,wmihost)
WMIHOST_SRC := $(WMIHOST_OWN_SRC) $(call layers,conformance,host/hosting) conformance/case/module.c $(PAPHOST_SRC)
JUDGE_SPC_SRC := $(call layers,spcore,$(JUDGE_SPC_LAYERS))
INITIATOR_SRC := $(call layers,spcore,$(INITIATOR_LAYERS))
# Other names of Windows' headers, a file each.
SPELT := conformance/host/include/spellings.txt
SPELLINGS := $(patsubst %,$(BUILD)/spellings/%,$(shell sed -n 's/^\([^# ]*\) .*/\1/p' $(SPELT)))
# Nobody's but of the judge in Wine, and what MinGW compiles.
MS_ABI := conformance/wine/ms_abi.h
WINE_SRC := $(call layers,conformance,wine)
WINDOWS_OWN_SRC := $(call layers,spcore,windows) $(call layers,conformance,wine/windows)
# Windows has its own task allocator, and what is made with it.
OURS_ELSEWHERE := spcore/com/com_task.c spcore/com/propvariant.c
ifeq ($(VARIANT),wine)
CONF_SRC := $(filter-out conformance/case/module.c,$(CONF_SRC))
JUDGE_SPC_SRC := $(filter-out $(OURS_ELSEWHERE) spcore/sac/sac_class.c,$(JUDGE_SPC_SRC))
endif
TEST_SRC := $(sort $(wildcard simulator/tests/*/test_*.c spcore/tests/*/test_*.c conformance/tests/*/test_*.c))
TOOL_SRC := $(sort $(wildcard ci/*.c ci/vm-tools/*.c ci/fuzz/*.c))
# A provider of other structure, for the judge to be fair to; of ours it takes the initiator alone.
OTHER_SRC := $(sort $(wildcard fixtures/providers/other/*.c))
# A provider that is an application of libwmdm, which drives another provider.
THROUGH_SRC := $(sort $(wildcard fixtures/providers/through/*.c))
# A class provider in C++.
SHELF_SRC := $(sort $(wildcard fixtures/providers/shelf/*.cpp))
# One that takes its process down.
RUDE_SRC := $(sort $(wildcard fixtures/providers/rude/*.cpp))
OTHER_SPC_SRC := $(call layers,spcore,mtp transport usbip)
ALL_SRC := $(sort $(PAPD_OWN_SRC) $(WMIHOST_OWN_SRC) $(OTHER_SRC) $(THROUGH_SRC) $(SIM_SRC) $(MEDIA_SRC) $(SPC_SRC) $(DEVIANT_SRC) $(LUSB_SRC) $(CONF_SRC) $(TEST_SRC) $(TOOL_SRC))

# ---- the programs
PAPSIM := $(BUILD)/papsim
MEDIA := $(BUILD)/papkit-media.so
PAPCHECK := $(BUILD)/papcheck
PAPD := $(BUILD)/papd
WMIHOST := $(BUILD)/wmihost
PAPSERVICE := $(BUILD)/libpapservice.so
PAPSERVICE_DEVIANT := $(BUILD)/libpapservice-deviant.so
PAPWMI := $(BUILD)/libpapwmi.so
PAPWMI_DEVIANT := $(BUILD)/libpapwmi-deviant.so
ifeq ($(VARIANT),wine)
# Wine looks for its data at ../../share/wine of the program.
PAPCHECK := $(BUILD)/lib/wine/papcheck
endif
SPCORE := $(BUILD)/libspcore.so
WMDM := $(BUILD)/libwmdm.so
PAPHOST := $(BUILD)/libpaphost.so
SERVICE_LIFE := $(BUILD)/service_life
DEVIANT := $(BUILD)/libspcore-deviant.so
OTHER := $(BUILD)/other.so
THROUGH := $(BUILD)/through.so
SHELF := $(BUILD)/shelf.so
RUDE := $(BUILD)/rude.so
LUSB := $(BUILD)/libusb/libusb-1.0.so.0
# Programs that dlopen() it use the others of the real one's names.
LUSB_LINKS := libusb-1.0.so libusb-1.0.so.0.3.0

.PHONY: all help
## all: what is installed, the deviant provider and the other one, compile_commands.json (the default)
all: $(PAPSIM) $(MEDIA) $(PAPCHECK) $(PAPD) $(WMIHOST) $(PAPSERVICE) $(PAPSERVICE_DEVIANT) $(PAPWMI) $(PAPWMI_DEVIANT) $(SPCORE) $(WMDM) $(PAPHOST) $(DEVIANT) $(OTHER) $(THROUGH) $(SHELF) $(RUDE) $(LUSB) compile_commands.json texts $(SPELLINGS)

help:
	@sed -n 's/^## \([^:]*\): /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 34

SIM_LIBS := -lusbredirparser -lcyaml -lyaml -lsqlite3 -ljansson -lpthread -ldl
MEDIA_LIBS := -lavformat -lavcodec -lavutil
SPC_LIBS := -lusb-1.0 -lcrypto -lpthread
CONF_LIBS := -lhivex -ljansson -lsqlite3 $(SPC_LIBS) -ldl

# Links what stands before the bar, with LIBS and LINK of the target.
define link
$(call say,LINK)
@mkdir -p $(@D)
$(Q)$(CC) $(LDFLAGS) $(LINK) -o $@ $(filter %.o,$^) $(LIBS)
endef

# Bound when loaded: each process that both programs fork would bind the same symbols again, and copy
# pages for it.
BOUND := -Wl,-z,relro,-z,now

$(PAPSIM): LINK := $(BOUND)
$(PAPSIM): LIBS := $(SIM_LIBS)
$(PAPSIM): $(call objects,$(SIM_SRC))
	$(link)

$(MEDIA): LINK := -shared
$(MEDIA): LIBS := $(MEDIA_LIBS)
$(MEDIA): $(call objects,$(MEDIA_SRC))
	$(link)

# What it has for others it also uses itself, whoever loads it.
$(SPCORE): LINK := -shared -Wl,-soname,libspcore.so.0 -Wl,-Bsymbolic-functions
$(SPCORE): LIBS := $(SPC_LIBS)
$(SPCORE): $(call objects,$(SPC_SRC))
	$(link)
	$(Q)ln -sf $(@F) $@.0

$(WMDM): LINK := -shared -Wl,-soname,libwmdm.so.0 -Wl,-Bsymbolic-functions
$(WMDM): LIBS := $(SPC_LIBS) -ldl
$(WMDM): $(call objects,$(WMDM_SRC))
	$(link)
	$(Q)ln -sf $(@F) $@.0

# What a vendor's service is linked with; when papcheck has loaded that, papcheck's own are met first.
$(PAPHOST): LINK := -shared -Wl,-soname,libpaphost.so.0 -Wl,-z,defs
$(PAPHOST): LIBS := $(SPC_LIBS) -lsqlite3 -ldl
$(PAPHOST): $(call objects,$(PAPHOST_SRC))
	$(link)
	$(Q)ln -sf $(@F) $@.0

# The functions of Windows' that a program exports to what it loads.
$(BUILD)/paphost.list: $(PAPHOST) $(call objects,$(call layers,conformance,host/win) $(wildcard conformance/host/win_registry*.c))
	$(call say,LIST)
	@{ echo '{'; nm -D --defined-only $(PAPHOST) | sed 's/.* //' | sort > $@.all; \
		nm -g --defined-only $(filter %.o,$^) | sed -n 's/.* T //p' | sort | comm -12 - $@.all | sed 's/$$/;/'; echo '};'; } > $@.tmp
	@rm $@.all && mv $@.tmp $@

# The lives of one service, for what no case is about.
$(SERVICE_LIFE): LINK = -Wl,--export-dynamic-symbol-list=$(BUILD)/paphost.list
$(SERVICE_LIFE): LIBS := $(SPC_LIBS) -lsqlite3 -ldl
$(SERVICE_LIFE): $(OBJ)/ci/one_life.o $(call objects,$(PAPHOST_SRC)) | $(BUILD)/paphost.list
	$(link)

.PHONY: check-service-sample
## check-service-sample DIR=FOLDER: Microsoft's osrfx2_DCHU_usersvc is built unchanged, started, stopped and judged
check-service-sample: $(PAPHOST) $(SERVICE_LIFE) $(SPELLINGS) $(PAPCHECK) $(PAPSIM) $(MEDIA) $(SPCORE)
	@[ -d "$(DIR)" ] || { echo "check-service-sample: expected DIR=FOLDER of osrfx2_DCHU_usersvc" >&2; exit 2; }
	@sh ci/service_sample $(BUILD) "$(DIR)"

.PHONY: check-class-provider-sample
## check-class-provider-sample DIR=FOLDER: Microsoft's classprov is built unchanged and judged
check-class-provider-sample: $(PAPHOST) $(SPELLINGS) $(PAPCHECK) $(PAPSIM) $(MEDIA) $(WMIHOST) $(PAPWMI)
	@[ -d "$(DIR)" ] || { echo "check-class-provider-sample: expected DIR=FOLDER of classprov" >&2; exit 2; }
	@sh ci/class_provider_sample $(BUILD) "$(DIR)"

# The provider's defects take hold of its own objects from outside: each SEAM(function) of their
# sources has the linker bring calls of that function to them (spcore/deviant/seam.h).
SEAMS = $(shell sed -n 's/^SEAM(\(.*\));$$/-Wl,--wrap=\1/p' $(DEVIANT_SRC))
$(DEVIANT): LINK = -shared -Wl,-soname,libspcore-deviant.so $(SEAMS)
$(DEVIANT): LIBS := $(SPC_LIBS)
$(DEVIANT): $(call objects,$(SPC_SRC) $(DEVIANT_SRC))
	$(link)

# As a vendor's: channel and Windows' own functions are libspcore's, those of the registry whoever
# loads it has.
$(OTHER): LINK := -shared -Wl,-rpath,'$$ORIGIN'
$(OTHER): LIBS := -L$(BUILD) -lspcore $(SPC_LIBS)
$(OTHER): $(call objects,$(OTHER_SRC) $(OTHER_SPC_SRC)) | $(SPCORE)
	$(link)

$(THROUGH): LINK := -shared -Wl,-rpath,'$$ORIGIN'
$(THROUGH): LIBS := -L$(BUILD) -lwmdm -lpthread -ldl
$(THROUGH): $(call objects,$(THROUGH_SRC) spcore/com/com_object.c spcore/com/com_utf16.c) | $(WMDM)
	$(link)

# Against Windows' headers alone, as a vendor's. The objects it calls may be C's, which have no type information.
CXX ?= g++
CXXFLAGS := -std=c++17 -D_GNU_SOURCE $(OPT) -Wall -Wextra -Wshadow -Wconversion -Werror -fPIC -fshort-wchar \
	-fvisibility=hidden -MMD -MP $(VARIANT_FLAGS) -fno-sanitize=vptr -I. -Ispcore/include -Iconformance/host/include
$(OBJ)/%.o: %.cpp $(FLAGS)
	$(call say,CXX)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) -c -o $@ $<

cxx_objects = $(patsubst %.cpp,$(OBJ)/%.o,$(1))
$(SHELF): $(call cxx_objects,$(SHELF_SRC)) | $(PAPHOST)
$(RUDE): $(call cxx_objects,$(RUDE_SRC)) | $(PAPHOST)
$(SHELF) $(RUDE):
	$(call say,LINK)
	$(Q)$(CXX) $(LDFLAGS) -shared -Wl,-rpath,'$$ORIGIN' -o $@ $(filter %.o,$^) -L$(BUILD) -lpaphost -lpthread

# A drop-in libusb-1.0 over USB/IP: libusb's public header, nothing of its library.
$(LUSB): LINK := -shared -Wl,-soname,libusb-1.0.so.0
$(LUSB): LIBS := -lpthread
$(LUSB): $(call objects,$(LUSB_SRC))
	$(link)
	$(Q)for name in $(LUSB_LINKS); do ln -sf $(@F) $(@D)/$$name; done

# What a provider's DllRegisterServer calls is here (conformance/host/include/winreg.h).
# Its own model of WMDM can be made wrong for its cases, as the provider is (conformance/host/deviant);
# libwmdm.so is linked without that.
MODEL_SEAMS = $(shell sed -n 's/^SEAM(\(.*\));$$/-Wl,--wrap=\1/p' conformance/host/deviant/*.c)
$(PAPCHECK): LINK = $(BOUND) $(MODEL_SEAMS) -Wl,--export-dynamic-symbol-list=$(BUILD)/paphost.list $(WRAPPED)
ifeq ($(VARIANT),wine)
WRAPPED := -Wl,--wrap=pthread_create
endif
$(PAPCHECK): LIBS := $(CONF_LIBS)
$(PAPCHECK): $(call objects,$(CONF_SRC) $(JUDGE_SPC_SRC)) | $(BUILD)/paphost.list
	$(link)

# A provider's DllRegisterServer calls it, too.
$(PAPD): LINK = -Wl,--export-dynamic-symbol='Reg*W' -Wl,--export-dynamic-symbol=RegCloseKey
$(PAPD): LIBS := -lsqlite3 -lsystemd $(SPC_LIBS) -ldl
$(PAPD): $(call objects,$(PAPD_OWN_SRC) $(SYNC_SRC) $(COMMAND_SRC) $(WMDM_SRC))
	$(link)

# It has the Windows of what it loads.
$(WMIHOST): LINK = $(BOUND) -Wl,--export-dynamic-symbol-list=$(BUILD)/paphost.list
$(WMIHOST): LIBS := $(SPC_LIBS) -lsqlite3 -ldl
$(WMIHOST): $(call objects,$(WMIHOST_SRC)) | $(BUILD)/paphost.list
	$(link)

# As a vendor's program for our model of Windows, which whoever loads it has.
PAPSERVICE_FLAGS := -fshort-wchar -fvisibility=default -Iconformance/host/include
$(OBJ)/spcore/service/windows/%.o $(OBJ)/spcore/service/windows/deviant/%.o: CFLAGS += $(PAPSERVICE_FLAGS)
$(PAPSERVICE): LINK := -shared
$(PAPSERVICE): LIBS :=
$(PAPSERVICE): $(call objects,$(PAPSERVICE_SRC))
	$(link)

# With its defects (spcore/service/windows/deviant/service_defect.h).
SERVICE_SEAMS = $(shell sed -n 's/^SEAM(\(.*\));$$/-Wl,--wrap=\1/p' $(PAPSERVICE_DEVIANT_SRC))
$(PAPSERVICE_DEVIANT): LINK = -shared $(SERVICE_SEAMS)
$(PAPSERVICE_DEVIANT): LIBS :=
$(PAPSERVICE_DEVIANT): $(call objects,$(PAPSERVICE_SRC) $(PAPSERVICE_DEVIANT_SRC))
	$(link)

PAPWMI_FLAGS := -fshort-wchar -Iconformance/host/include
$(OBJ)/spcore/wmi/windows/%.o: CFLAGS += $(PAPWMI_FLAGS)
# Installed as in the checkout libpaphost.so.0 is beside it (LINKS), wherever LIBDIR is.
$(PAPWMI): LINK := -shared -Wl,-Bsymbolic-functions -Wl,-rpath,'$$ORIGIN'
$(PAPWMI): $(call objects,$(PAPWMI_SRC)) | $(PAPHOST)
	$(link)

PAPWMI_SEAMS = $(shell sed -n 's/^SEAM(\(.*\));$$/-Wl,--wrap=\1/p' $(PAPWMI_DEVIANT_SRC))
$(PAPWMI_DEVIANT): LINK = -shared -Wl,-Bsymbolic-functions -Wl,-rpath,'$$ORIGIN' $(PAPWMI_SEAMS)
$(PAPWMI_DEVIANT): $(call objects,$(PAPWMI_SRC) $(PAPWMI_DEVIANT_SRC)) | $(PAPHOST)
	$(link)
$(PAPWMI) $(PAPWMI_DEVIANT): LIBS := -L$(BUILD) -lpaphost

# ---- compiling
# Flags that change rebuild what they are for.
FLAGS := $(BUILD)/flags
COMPILE = $(CC) $(CPPFLAGS) $(CFLAGS)
.PHONY: always
$(FLAGS): always
	@mkdir -p $(@D)
	@printf '%s\n' '$(COMPILE)' | cmp -s - $@ || printf '%s\n' '$(COMPILE)' > $@

$(OBJ)/%.o: %.c $(FLAGS) | generated
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -c -o $@ $<

# How each source is compiled, for clangd and its like. Too long for a command line.
comma := ,
entry = {"directory":"$(CURDIR)"$(comma)"file":"$(1)"$(comma)"command":"$(2) -c $(1)"}
entries = $(foreach one,$(1),$(call entry,$(one),$(2)))
compile_commands.json: Makefile $(FLAGS) $(ALL_SRC) $(PAPSERVICE_SRC) $(PAPSERVICE_DEVIANT_SRC) $(PAPWMI_OWN_SRC) $(PAPWMI_DEVIANT_SRC) $(WINE_SRC) $(WINDOWS_OWN_SRC)
	$(call say,DB)
	$(file >$@,[$(subst "} {","}$(comma){",$(strip $(call entries,$(ALL_SRC),$(COMPILE)) \
		$(call entries,$(filter-out $(SERVICE_SRC),$(PAPSERVICE_SRC)) $(PAPSERVICE_DEVIANT_SRC),$(COMPILE) $(PAPSERVICE_FLAGS)) \
		$(call entries,$(PAPWMI_OWN_SRC) $(PAPWMI_DEVIANT_SRC),$(COMPILE) $(PAPWMI_FLAGS)) \
		$(call entries,$(WINE_SRC),$(COMPILE) -include $(MS_ABI)) \
		$(call entries,$(WINDOWS_OWN_SRC),$(WINDOWS_CC) $(WINDOWS_FLAGS))))])

$(BUILD)/spellings/%: $(SPELT)
	@mkdir -p $(@D)
	$(Q)sed -n 's/^$* \(.*\)/#include "\1"/p' $< > $@

# Constants both sides share; codecs they do not.
.PHONY: generated
generated: $(addprefix $(GEN)/,mtp_codes.h known_devices.h sac_builtin.h wmdm_certs.h player_inf.h papwmi_mof.h wmdm_calls.h sp_generated.h \
	git_id.h)

# Which sources these are; + after it: with changes. Without a history nobody knows.
$(GEN)/git_id.h: always
	@mkdir -p $(@D)
	@id="#define GIT_ID \"$$(GIT_OPTIONAL_LOCKS=0 git describe --always --exclude '*' --abbrev=12 --dirty=+ 2> /dev/null)\""; \
		printf '%s\n' "$$id" | cmp -s - $@ || printf '%s\n' "$$id" > $@

define generate
$(call say,GEN)
@mkdir -p $(@D)
$(Q)$(PYTHON) $(1) > $@.tmp && mv $@.tmp $@
endef

$(GEN)/mtp_codes.h: fixtures/mtp/codes.tsv ci/gen_mtp_codes.py
	$(call generate,ci/gen_mtp_codes.py $<)

# How the judge calls a provider: one function a method.
ABI := fixtures/abi
$(GEN)/wmdm_calls.h: $(wildcard $(ABI)/wmdm_*) conformance/wmdm/gen_calls.py
	$(call generate,conformance/wmdm/gen_calls.py $(ABI))

# What a generated defect of the provider takes hold of: every method.
PROVIDER_METHODS := fixtures/abi/wmdm_interfaces.tsv spcore/sp/methods.tsv
$(GEN)/sp_generated.h: $(PROVIDER_METHODS) spcore/deviant/gen_generated.py spcore/include/gen_wmdm.py
	$(call generate,spcore/deviant/gen_generated.py $(PROVIDER_METHODS))

$(GEN)/known_devices.h: fixtures/mtp/known-devices.tsv ci/gen_known_devices.py
	$(call generate,ci/gen_known_devices.py $<)

# Test certificates compiled in: root and default pair of the provider's channel; the judge's own.
CERTS := fixtures/certs
$(GEN)/sac_builtin.h: $(wildcard $(CERTS)/*) ci/gen_certs.py
	$(call generate,ci/gen_certs.py sac_root=$(CERTS)/ca.pem \
		sac_certificate=$(CERTS)/provider.pem sac_key=$(CERTS)/provider.key)

CERT_NAMES := application-high application-low application-stranger application-expired application-early application-namesake provider-high
cert_pair = $(subst -,_,$(1))_certificate=$(CERTS)/$(1).pem $(subst -,_,$(1))_key=$(CERTS)/$(1).key
# A text as a C string of the header's name.
define quoted
@mkdir -p $(@D)
@{ echo 'static const char $(basename $(@F))[] ='; sed 's/[\\"]/\\&/g; s/.*/    "&\\n"/' $<; echo '    ;'; } > $@
endef

# Our own INF, which is judged where no other is named.
$(GEN)/player_inf.h: fixtures/inf/player.inf
	$(quoted)
$(GEN)/papwmi_mof.h: fixtures/wmi/papwmi.mof
	$(quoted)

$(GEN)/wmdm_certs.h: $(wildcard $(CERTS)/*) ci/gen_certs.py
	$(call generate,ci/gen_certs.py $(foreach name,$(CERT_NAMES),$(call cert_pair,$(name))))

# ---- man pages and shell completion, made of what the programs say of their commands
PROGRAMS := papsim papcheck papd
MAN := $(PROGRAMS:%=$(BUILD)/man/%.1)
FOR_BASH := $(PROGRAMS:%=$(BUILD)/completion/bash/%)
FOR_ZSH := $(PROGRAMS:%=$(BUILD)/completion/zsh/_%)
.PHONY: texts manual
texts: $(MAN) $(FOR_BASH) $(FOR_ZSH)

$(BUILD)/%.commands: $(BUILD)/%
	@$< --commands > $@.tmp && mv $@.tmp $@

$(BUILD)/man/%.1: $(BUILD)/%.commands ci/gen_manual.py ci/command_table.py
	$(call generate,ci/gen_manual.py man < $<)
$(BUILD)/completion/bash/%: $(BUILD)/%.commands ci/gen_completion.py ci/command_table.py
	$(call generate,ci/gen_completion.py bash < $<)
$(BUILD)/completion/zsh/_%: $(BUILD)/%.commands ci/gen_completion.py ci/command_table.py
	$(call generate,ci/gen_completion.py zsh < $<)

## manual: docs/man and docs/player-file.md made anew, after a change of what a command or a player file takes
manual: $(PROGRAMS:%=docs/man/%.md) docs/player-file.md docs/paphost.md
docs/paphost.md: $(BUILD)/paphost.list ci/gen_paphost.py conformance/host/include/winbase.h
	@ci/gen_paphost.py $< $@ > $(BUILD)/paphost.md && cp $(BUILD)/paphost.md $@
docs/man/%.md: $(BUILD)/%.commands ci/gen_manual.py ci/command_table.py
	$(call generate,ci/gen_manual.py markdown < $<)
$(BUILD)/papsim.keys: $(PAPSIM)
	@$< keys > $@.tmp && mv $@.tmp $@
docs/player-file.md: $(BUILD)/papsim.keys ci/gen_player_file.py
	$(call generate,ci/gen_player_file.py < $<)

## coverage: docs/coverage.md's tables anew, of a selftest of everything
coverage: all
	$(BUILD)/papcheck selftest --out out/selftest > /dev/null || true
	$(BUILD)/papcheck list --rows --json --selftest out/selftest | \
	    ci/gen_coverage.py docs/coverage.md > out/coverage.md && cp out/coverage.md docs/coverage.md

## checks: the least that each case checks, anew, of clean runs
checks: all
	ci/gen_checks.py $(BUILD)/papcheck conformance/catalogue/checks.tsv

# ---- unit tests: <part>/tests/<layer>/test_<file>.c, one Criterion binary each. A test takes what
# it needs from its part's archive, and is linked again when one of those objects changes: the
# linker says which they are.
tests_of = $(patsubst %.c,$(BUILD)/tests/%,$(subst /tests/,/,$(filter $(1)/%,$(TEST_SRC))))
SIM_TESTS := $(call tests_of,simulator)
LUSB_TESTS := $(call tests_of,spcore/tests/libusb)
SPC_TESTS := $(filter-out $(LUSB_TESTS),$(call tests_of,spcore))
CONF_TESTS := $(call tests_of,conformance)
UNIT_TESTS := $(SIM_TESTS) $(SPC_TESTS) $(LUSB_TESTS) $(CONF_TESTS)

# What all tests take, or those that are asked for.
taken = $(if $(TAKEN),$(filter $(TAKEN),$(call not_main,$(1))) always,$(call not_main,$(1)))
$(BUILD)/tests/simulator.a: $(call taken,$(SIM_SRC))
$(BUILD)/tests/spcore.a: $(call taken,$(SPC_SRC) $(COMMAND_SRC) $(SYNC_SRC) $(PAPD_OWN_SRC) $(call layers,spcore,wmi))
$(BUILD)/tests/libusb.a: $(call taken,$(LUSB_SRC))
$(BUILD)/tests/conformance.a: $(filter-out $(OBJ)/conformance/suites/%,$(call taken,$(CONF_SRC) $(JUDGE_SPC_SRC)))
$(BUILD)/tests/%.a:
	$(call say,AR)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsT $@ $(filter %.o,$^)

define link_test
$(call say,LINK)
@mkdir -p $(@D)
$(Q)$(CC) $(LDFLAGS) -Wl,--trace -o $@ $< $(1) $(2) $(LIBS) -lcriterion > $@.trace
@sed -n 's/^\(.*tests\/\.\.\|$(subst /,\/,$(BUILD))\)\(\/obj\/.*\.o\)$$/$(subst /,\/,$(BUILD))\2/p' $@.trace | sort -u > $@.objects
@{ printf '%s: ' $@; tr '\n' ' ' < $@.objects; echo; sed 's/$$/:/' $@.objects; } > $@.d
@rm $@.trace $@.objects
endef

$(SIM_TESTS): LIBS := $(SIM_LIBS)
$(SIM_TESTS): $(BUILD)/tests/simulator/%: $(OBJ)/simulator/tests/%.o | $(BUILD)/tests/simulator.a $(MEDIA)
	$(call link_test,$(BUILD)/tests/simulator.a,$(call wraps_of,simulator/tests/$*.c))

# What a test, or a header of its own, puts itself in the place of, WRAP(function) each.
wraps_of = $(shell sed -n 's/^WRAP(\(.*\));$$/-Wl,--wrap=\1/p' $(1) \
	$$(sed -n 's/^#include "\(.*failing.h\)"$$/\1/p' $(1)))

# One thread serves all players, in a process of its own: nothing for TSan, which meets the sanitize variant's.
ifneq ($(VARIANT),tsan)
SERVED := $(PAPSIM) $(MEDIA)
endif
$(SPC_TESTS): LIBS := $(SPC_LIBS) -lsqlite3 -ldl
$(SPC_TESTS): $(BUILD)/tests/spcore/%: $(OBJ)/spcore/tests/%.o | $(BUILD)/tests/spcore.a $(SERVED)
	$(call link_test,$(BUILD)/tests/spcore.a,$(call wraps_of,spcore/tests/$*.c))

# Not the real libusb: its own objects, its library and a papsim to talk to.
$(LUSB_TESTS): LIBS := -lpthread -ldl
$(LUSB_TESTS): $(BUILD)/tests/spcore/%: $(OBJ)/spcore/tests/%.o | $(BUILD)/tests/libusb.a $(LUSB) $(PAPSIM)
	$(call link_test,$(BUILD)/tests/libusb.a)

$(CONF_TESTS): LIBS := $(CONF_LIBS)
$(BUILD)/tests/conformance/run/test_nursery: | $(PAPSIM)
$(BUILD)/tests/conformance/host/test_hosting $(BUILD)/tests/conformance/host/test_router_process: | $(WMIHOST) $(RUDE)
$(CONF_TESTS): $(BUILD)/tests/conformance/%: $(OBJ)/conformance/tests/%.o | $(BUILD)/tests/conformance.a
	$(call link_test,$(BUILD)/tests/conformance.a)

# ---- the inner loop
.PHONY: t case
## t T=NAME [F=GLOB]: one unit test file, e.g. make t T=queue F='*zero*'
CHOSEN := $(filter %/test_$(T),$(UNIT_TESTS))
t: $(CHOSEN)
	@[ -n "$(CHOSEN)" ] || { echo "t: no test_$(or $(T),NAME).c: expected T=NAME of one of" $(patsubst test_%,%,$(notdir $(UNIT_TESTS))) >&2; exit 2; }
	$(Q)set -e; for test in $(CHOSEN); do $$test $(if $(F),--filter '*/$(F)'); done

## case C=ID: one case of the judge, with its report in out/case
case: $(PAPSIM) $(MEDIA) $(PAPCHECK) $(SPCORE) $(PAPSERVICE)
	@[ -n "$(C)" ] || { echo "case: expected C=CASE, ROW or PATTERN (build/papcheck list)" >&2; exit 2; }
	$(Q)$(PAPCHECK) run '$(C)' --out out/case

# ---- the main job, and all that needs no virtual machine. pytest's exit 5 (nothing ran) is a
# failure by itself.
PYTEST := $(PYTHON) -m pytest -q -p no:cacheprovider --durations=25
# What a file's tests share is made once: a file at a time goes to a worker. Most of them wait for
# what clients take their time for, so there are four; a virtual machine wants a processor and 1 GiB.
SIDE_BY_SIDE := -n 4 --dist loadfile
MACHINES := -n auto --maxprocesses 4 --dist loadfile
.PHONY: certify check unit unit-build selftest end-to-end
## certify: the main job: every suite on the simulated players, report in out/certify
certify: all
	$(PAPCHECK) run --out out/certify

## check: unit, selftest and end-to-end
check: all
	$(MAKE) unit
	$(MAKE) selftest
	$(MAKE) end-to-end

## unit: the unit tests, side by side
unit: unit-build
	$(Q)sh ci/unit $(UNIT_TESTS)

unit-build: $(UNIT_TESTS)

## selftest: every declared defect must turn its case red
selftest: all
	$(PAPCHECK) selftest --out out/selftest

## end-to-end: pytest over the programs, without a virtual machine
end-to-end: all
	$(PYTEST) $(SIDE_BY_SIDE) -m "not vm and not windows" conformance/orchestrate

# What the kernel lane runs inside the machine.
USBTEST := $(BUILD)/usbtest
$(USBTEST): $(OBJ)/ci/vm-tools/usbtest.o
	$(link)

.PHONY: check-vm check-corpus
# CORPUS=FOLDER of mtp-detect logs: a sample of the players is compared with those, too.
## check-vm: Debian's kernel in QEMU and the world's MTP clients use the players
check-vm: all $(USBTEST)
	$(PYTEST) $(MACHINES) -m vm conformance/orchestrate

## check-corpus DIR=FOLDER: real mtp-detect logs are imported, plugged and compared
check-corpus: $(PAPSIM) $(LUSB)
	@[ -n "$(DIR)" ] || { echo "check-corpus: expected DIR=FOLDER of mtp-detect logs" >&2; exit 2; }
	$(PYTHON) conformance/orchestrate/programs/check_corpus.py --papsim $(PAPSIM) $(DIR)

## check-imported: players made of real logs are judged: nothing is found but what docs/imported.md names
.PHONY: check-imported
check-imported: $(PAPSIM) $(MEDIA) $(PAPCHECK) $(SPCORE) $(PAPSERVICE)
	PAPKIT_JUDGED=all $(PYTEST) conformance/orchestrate/import/test_import_judged.py

# ---- Windows (docs/windows.md): the provider as a DLL of MinGW's, and the judge that runs it in Wine.
# What Windows' libraries have is theirs; libcrypto is built by ci/setup windows.
WINDOWS := build/windows
WINDOWS_CC := x86_64-w64-mingw32-gcc-win32
WINDOWS_CRYPTO := $(or $(PAPKIT_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/papkit)/openssl-windows
WINDOWS_FLAGS := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_WIN32_WINNT=0x0a00 \
	-DWIN32_LEAN_AND_MEAN -DNOMINMAX $(OPT) $(filter-out -Wconversion,$(WARNINGS)) -MMD -MP \
	-Ispcore/windows/include -I. -I$(GEN) -I$(WINDOWS_CRYPTO)/include
WINDOWS_SRC := $(filter-out $(OURS_ELSEWHERE) spcore/sp/sp_registration.c spcore/sp/sp_registry.c spcore/transport/usb_libusb.c,$(SPC_SRC)) \
	$(call layers,spcore,windows)
windows_objects = $(patsubst %.c,$(WINDOWS)/obj/%.o,$(1))
SPCORE_DLL := $(WINDOWS)/spcore.dll
WINE_HOST := build/wine/lib/wine/wine_host.exe
WINE_JUDGE := build/wine/lib/wine/papcheck

$(WINDOWS)/obj/%.o: %.c | generated
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(WINDOWS_CC) $(WINDOWS_FLAGS) -c -o $@ $<

$(SPCORE_DLL): $(call windows_objects,$(WINDOWS_SRC)) spcore/windows/spcore.def
	$(call say,LINK)
	$(Q)$(WINDOWS_CC) -shared -static -o $@ $^ $(WINDOWS_CRYPTO)/libcrypto.a -lwinpthread \
		-lole32 -loleaut32 -ladvapi32 -lws2_32 -lcrypt32

PAPSERVICE_EXE := $(WINDOWS)/papservice.exe
$(WINDOWS)/obj/spcore/service/windows/%.o: WINDOWS_FLAGS += -include spcore/windows/include/cm_notification.h
$(PAPSERVICE_EXE): $(call windows_objects,$(PAPSERVICE_SRC))
	$(call say,LINK)
	$(Q)$(WINDOWS_CC) -static -municode -o $@ $^ -lcfgmgr32 -ladvapi32

$(WINE_HOST): $(call windows_objects,conformance/wine/windows/wine_host.c)
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(WINDOWS_CC) -static -o $@ $^

# Wine is looked for from there, and so is what the judge needs beside it.
WINE_LINKS := share/wine:/usr/share/wine fixtures:$(CURDIR)/fixtures conformance:$(CURDIR)/conformance \
	lib/wine/papsim:$(CURDIR)/build/papsim lib/wine/libpapservice.so:$(CURDIR)/build/libpapservice.so \
	lib/wine/libpapwmi.so:$(CURDIR)/build/libpapwmi.so lib/wine/wmihost:$(CURDIR)/build/wmihost
.PHONY: windows check-windows
## windows: the provider as a DLL, the device service, and the judge that runs in Wine (after ci/setup windows)
windows: $(SPCORE_DLL) $(PAPSERVICE_EXE) $(WINE_HOST) $(PAPSIM) $(MEDIA) $(PAPSERVICE) $(PAPWMI) $(WMIHOST)
	$(MAKE) VARIANT=wine $(WINE_JUDGE)
	@mkdir -p build/wine/share
	@$(foreach link,$(WINE_LINKS),ln -sfn $(lastword $(subst :, ,$(link))) build/wine/$(firstword $(subst :, ,$(link)));)

## check-windows: the DLL under regsvr32 and CoCreateInstance in Wine: the same verdicts as on Linux
check-windows: all windows
	$(PYTEST) -m windows conformance/orchestrate

# ---- everything around: static checks, sanitizers, fuzzers
.PHONY: lint sanitize fuzzers fuzz-smoke
## lint: everything that judges the sources without running them
lint: generated
	@MAKE='$(MAKE)' FLAGS='-std=c11 -D_GNU_SOURCE $(WARNINGS)' INCLUDES='$(CPPFLAGS)' \
		SOURCES='$(ALL_SRC)' sh ci/lint

## sanitize: unit tests, a whole run and hostile input under ASan and UBSan, threads under TSan
sanitize:
	@MAKE='$(MAKE)' sh ci/sanitize

# Fuzz entry points over everybody's parsers: each runs FUZZ_SECONDS from what it found before, and
# from what stands in ci/fuzz/corpus.
FUZZ_SECONDS ?= 5
FUZZERS := $(patsubst ci/fuzz/%.c,$(BUILD)/%,$(wildcard ci/fuzz/fuzz_*.c))
FUZZ_SPC := $(BUILD)/fuzz_mtpi_dataset $(BUILD)/fuzz_usbip_client
FUZZ_INF := $(BUILD)/fuzz_inf
INF_SRC := $(call layers,conformance,host/inf) $(call layers,spcore,com)
$(FUZZERS): LINK := -fsanitize=fuzzer
$(FUZZ_SPC): LIBS := $(SPC_LIBS)
$(FUZZ_SPC): $(BUILD)/%: $(OBJ)/ci/fuzz/%.o $(call objects,$(INITIATOR_SRC))
	$(link)
FUZZ_SYNC := $(BUILD)/fuzz_sync_entries
$(FUZZ_SYNC): $(BUILD)/%: $(OBJ)/ci/fuzz/%.o $(OBJ)/spcore/sync/sync_entries.o $(OBJ)/spcore/sync/sync_library.o
	$(link)
$(FUZZ_INF): $(BUILD)/%: $(OBJ)/ci/fuzz/%.o $(call objects,$(INF_SRC))
	$(link)
# All of the machine but its way to a real player.
FUZZ_PNP := $(BUILD)/fuzz_inf_install
PNP_SRC := $(filter-out %/pnp_reach.c,$(call layers,conformance,host/pnp)) $(INF_SRC) \
	$(addprefix conformance/,host/pnp.c host/registry.c host/registry_names.c raw/raw_descriptors.c raw/raw_msos.c)
$(FUZZ_PNP): LIBS := -lpthread
$(FUZZ_PNP): $(BUILD)/%: $(OBJ)/ci/fuzz/%.o $(call objects,$(PNP_SRC))
	$(link)
FUZZ_CIM := $(addprefix $(BUILD)/,fuzz_mof fuzz_wql fuzz_object_path fuzz_hosting)
CIM_SRC := $(call layers,conformance,host/inf $(CIM_LAYERS) host/hosting) $(call layers,spcore,com)
$(FUZZ_CIM): LIBS := -lsqlite3 -lpthread
$(FUZZ_CIM): $(BUILD)/%: $(OBJ)/ci/fuzz/%.o $(call objects,$(CIM_SRC))
	$(link)
FUZZ_HIVE := $(BUILD)/fuzz_hive $(BUILD)/fuzz_reg_text
$(FUZZ_HIVE): LIBS := -lhivex
$(FUZZ_HIVE): $(BUILD)/%: $(OBJ)/ci/fuzz/%.o $(OBJ)/conformance/host/registry.o $(OBJ)/conformance/host/registry_names.o \
		$(OBJ)/spcore/command/whole.o \
		$(call objects,$(call layers,conformance,host/hive)) $(call objects,$(INF_SRC))
	$(link)
FUZZ_SIM := $(filter-out $(FUZZ_SPC) $(FUZZ_SYNC) $(FUZZ_HIVE) $(FUZZ_INF) $(FUZZ_PNP) $(FUZZ_CIM),$(FUZZERS))
$(FUZZ_SIM): LIBS := $(SIM_LIBS) $(MEDIA_LIBS)
$(FUZZ_SIM): $(BUILD)/%: $(OBJ)/ci/fuzz/%.o $(call not_main,$(SIM_SRC))
	$(link)
# Both have a client at the other end.
$(BUILD)/fuzz_usbip $(BUILD)/fuzz_usbredir: $(OBJ)/ci/fuzz/wired.o
# The plug-in itself, with the sanitizers in it.
$(BUILD)/fuzz_media: $(OBJ)/spcore/media/media_libav.o

fuzzers: $(FUZZERS)
## fuzz-smoke: every fuzz target for FUZZ_SECONDS
fuzz-smoke:
	$(MAKE) VARIANT=fuzz fuzzers
	@set -e; for one in $(notdir $(FUZZERS)); do mkdir -p build/fuzz/corpus/$$one; \
		echo "$$one: $(FUZZ_SECONDS) s"; \
		build/fuzz/$$one -max_total_time=$(FUZZ_SECONDS) -timeout=10 -verbosity=0 -print_final_stats=1 \
			-artifact_prefix=build/fuzz/$$one- build/fuzz/corpus/$$one $$(find ci/fuzz/corpus -name $$one); done

# ---- figures: ratios beside their limits in the same run
.PHONY: bench bench-vm
$(BUILD)/bench $(BUILD)/bench_scale: LIBS := $(SPC_LIBS)
$(BUILD)/bench: $(call objects,ci/bench.c ci/bench_common.c ci/bench_limit.c ci/bench_exec.c $(INITIATOR_SRC))
	$(link)
$(BUILD)/bench_provider: LIBS := $(SPC_LIBS)
$(BUILD)/bench_provider: $(call objects,ci/bench_provider.c ci/bench_common.c ci/bench_limit.c $(SPC_SRC))
	$(link)
$(BUILD)/bench_scale: $(call objects,ci/bench_scale.c ci/bench_common.c $(INITIATOR_SRC))
	$(link)
$(BUILD)/bench_inf: $(call objects,ci/bench_inf.c ci/bench_common.c $(INF_SRC))
	$(link)
# The services it runs meet the program's own functions of Windows.
$(BUILD)/bench_host: LINK = -Wl,--export-dynamic-symbol-list=$(BUILD)/paphost.list
$(BUILD)/bench_host: LIBS := $(SPC_LIBS) -lhivex -lsqlite3 -ldl
$(BUILD)/bench_host: $(call objects,ci/bench_host.c ci/bench_common.c spcore/command/whole.c $(call layers,conformance,host/hive) $(PAPHOST_SRC)) | $(BUILD)/paphost.list
	$(link)
$(BUILD)/bench_cim: LIBS := -lsqlite3 -lpthread
$(BUILD)/bench_cim: $(call objects,ci/bench_cim.c ci/bench_common.c $(CIM_SRC))
	$(link)
# The provider that it loads meets them, too.
$(BUILD)/bench_wmi: LINK = -Wl,--export-dynamic-symbol-list=$(BUILD)/paphost.list
$(BUILD)/bench_wmi: LIBS := $(SPC_LIBS) -lsqlite3 -ldl
$(BUILD)/bench_wmi: $(call objects,ci/bench_wmi.c ci/bench_common.c $(call layers,conformance,host/hosting) $(PAPHOST_SRC)) | $(BUILD)/paphost.list
	$(link)
$(BUILD)/bench_sync: LIBS := $(CONF_LIBS)
$(BUILD)/bench_sync: $(call objects,ci/bench_sync.c ci/bench_common.c $(SYNC_SRC) $(COMMAND_SRC) $(WMDM_SRC))
	$(link)
# A client like any other: libusb's own library, until `papsim exec` puts the drop-in in its place.
$(BUILD)/bench-program: LIBS := -lusb-1.0
$(BUILD)/bench-program: $(OBJ)/ci/bench_program.o
	$(link)
$(BUILD)/bench_tcp: $(OBJ)/ci/bench_tcp.o
	$(link)

## bench: what the data path, the judge and the drop-in libusb cost, and what it finds; then bench-vm
bench: $(BUILD)/bench $(BUILD)/bench-program $(BUILD)/bench_provider $(BUILD)/bench_scale $(BUILD)/bench_sync $(BUILD)/bench_inf $(BUILD)/bench_cim $(BUILD)/bench_host $(BUILD)/bench_wmi $(WMIHOST) $(SHELF) $(PAPSIM) $(LUSB) $(PAPCHECK) $(SPCORE) $(DEVIANT) $(PAPSERVICE) $(PAPSERVICE_DEVIANT)
	$(BUILD)/bench $(PAPSIM) $(BUILD)/bench-program $(PAPCHECK)
	$(BUILD)/bench_provider $(PAPSIM)
	$(BUILD)/bench_scale $(PAPSIM)
	$(BUILD)/bench_sync $(PAPSIM) $(abspath $(SPCORE))
	$(BUILD)/bench_inf
	$(BUILD)/bench_cim
	$(BUILD)/bench_host $(PAPSERVICE)
	$(BUILD)/bench_wmi $(WMIHOST) $(abspath $(SHELF))
	$(PAPCHECK) selftest --generated --seed 1 --sample 400 --least 95 --out out/bench-selftest
	$(MAKE) bench-vm

## bench-vm: the same in a virtual machine, beside QEMU's own player
bench-vm: $(BUILD)/bench_tcp $(PAPSIM) $(LUSB)
	ci/bench_vm $(PAPSIM) $(BUILD)/bench_tcp

# ---- installing
.PHONY: install uninstall deb clean
VERSION := $(shell sed -n 's/^.define PAPKIT_VERSION "\(.*\)"/\1/p' spcore/base.h)
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
# The programs look there, wherever LIBDIR is (beside.c, program.c).
OWN := $(PREFIX)/lib/papkit
SHARE := $(PREFIX)/share/papkit
DOC := $(PREFIX)/share/doc/papkit

# Each kind of file: its mode, its folder, the files.
KINDS := programs helpers plug_ins library headers players catalogue media certs mof examples man for_bash for_zsh
programs := 755 $(PREFIX)/bin $(PAPSIM) $(PAPCHECK) $(PAPD)
helpers := 755 $(OWN) $(WMIHOST)
plug_ins := 644 $(OWN) $(LUSB) $(MEDIA) $(PAPSERVICE) $(PAPWMI)
library := 644 $(LIBDIR) $(SPCORE).0 $(WMDM).0 $(PAPHOST).0
headers := 644 $(PREFIX)/include/papkit $(wildcard spcore/include/*.h conformance/host/include/*.h) $(SPELLINGS)
players := 644 $(SHARE)/players $(wildcard fixtures/players/*.yaml)
catalogue := 644 $(SHARE)/catalogue $(wildcard conformance/catalogue/*.tsv)
media := 644 $(SHARE)/media $(wildcard fixtures/media/tone.*)
# For a provider of one's own, whose channel the judge is to trust (docs/guide-provider.md).
certs := 644 $(SHARE)/certs $(addprefix $(CERTS)/,ca.pem provider.pem provider.key)
mof := 644 $(SHARE)/mof fixtures/wmi/papwmi.mof
examples := 644 $(DOC)/examples $(wildcard docs/examples/*)
man := 644 $(PREFIX)/share/man/man1 $(MAN)
for_bash := 644 $(PREFIX)/share/bash-completion/completions $(FOR_BASH)
for_zsh := 644 $(ZSHDIR) $(FOR_ZSH)
# LINK:TARGET, and what is made of ci/package/NAME.pc.in.
LINKS := $(LUSB_LINKS:%=$(OWN)/%:$(OWN)/$(notdir $(LUSB))) \
	$(LIBDIR)/libspcore.so:$(LIBDIR)/libspcore.so.0 $(LIBDIR)/libwmdm.so:$(LIBDIR)/libwmdm.so.0 $(LIBDIR)/libpaphost.so:$(LIBDIR)/libpaphost.so.0 \
	$(OWN)/libspcore.so:$(LIBDIR)/libspcore.so.0 $(OWN)/libpaphost.so.0:$(LIBDIR)/libpaphost.so.0
PC := $(addprefix $(LIBDIR)/pkgconfig/,libspcore.pc spcore.pc wmdm.pc paphost.pc) $(PREFIX)/share/pkgconfig/papkit.pc
# Nobody else's, the inner ones first.
FOLDERS := $(OWN) $(PREFIX)/include/papkit $(addprefix $(SHARE)/,players catalogue media certs mof) $(SHARE) \
	$(DOC)/examples $(DOC)

# $(call each,ACTION): ACTION of mode, folder and files of each kind, a line of a recipe each.
each = $(foreach kind,$(KINDS),$(call $(1),$(word 1,$($(kind))),$(DESTDIR)$(word 2,$($(kind))),$(wordlist 3,999,$($(kind)))))
define put
	install -d $(2)
	install -m $(1) $(3) $(2)

endef
define take
	rm -f $(addprefix $(2)/,$(notdir $(3)))

endef
define put_pc
	install -d $(DESTDIR)$(dir $(1))
	sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' \
		ci/package/$(notdir $(1)).in > $(DESTDIR)$(1)

endef
link_name = $(DESTDIR)$(firstword $(subst :, ,$(1)))
link_target = $(DESTDIR)$(lastword $(subst :, ,$(1)))

## install PREFIX=DIR: all but the deviant provider; LIBDIR= and DESTDIR= as usual
install: all
	$(call each,put)
	$(foreach link,$(LINKS),ln -sfr $(call link_target,$(link)) $(call link_name,$(link));)
	$(foreach file,$(PC),$(call put_pc,$(file)))

## uninstall PREFIX=DIR: takes away what install has put there
uninstall:
	$(call each,take)
	rm -f $(foreach link,$(LINKS),$(call link_name,$(link))) $(addprefix $(DESTDIR),$(PC))
	for folder in $(addprefix $(DESTDIR),$(FOLDERS)); do \
		[ ! -d $$folder ] || rmdir --ignore-fail-on-non-empty $$folder; done

## deb: build/papkit_VERSION_ARCH.deb, which has all that install puts below /usr
deb: all
	@MAKE='$(MAKE)' BUILD=$(BUILD) VERSION=$(VERSION) sh ci/package/deb

## clean: build/ and out/
clean:
	rm -rf build out compile_commands.json

# Of sources that are there: what has moved or gone is not asked for.
-include $(wildcard $(patsubst %.c,$(OBJ)/%.d,$(ALL_SRC) $(PAPSERVICE_SRC) $(PAPSERVICE_DEVIANT_SRC) $(PAPWMI_OWN_SRC) $(PAPWMI_DEVIANT_SRC)) $(UNIT_TESTS:=.d)) \
	$(wildcard $(patsubst %.o,%.d,$(call windows_objects,$(WINDOWS_SRC) $(PAPSERVICE_SRC))))
.SECONDARY:

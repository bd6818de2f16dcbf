/* Songs that are silence of a known length, and the device's player through papsim's control. */
#include "conformance/wmdm/wmdm_player.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/raw_wav.h"
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"

/* One byte a millisecond. */
enum { WAV_RATE = 1000 };

uint8_t *wmdm_song_bytes(struct conf *c, uint32_t milliseconds, size_t *ret_length)
{
    uint8_t *bytes = malloc(WAV_HEAD + milliseconds);

    if (!bytes)
        conf_setup_failed(c, "no memory");
    wav_fill(bytes, WAV_RATE, milliseconds);
    *ret_length = WAV_HEAD + milliseconds;
    return bytes;
}

IMDSPStorage *wmdm_song(struct wmdm *w, IMDSPStorage *folder, const char *name,
                        uint32_t milliseconds)
{
    size_t length;
    uint8_t *wav = wmdm_song_bytes(wmdm_conf(w), milliseconds, &length);
    IMDSPStorage *song = wmdm_put(w, folder, name, wav, length);

    free(wav);
    return song;
}

void wmdm_songs(struct wmdm *w)
{
    static const struct {
        const char *name;
        uint32_t milliseconds;
    } songs[] = {
        {"one.wav", WMDM_SONG_ONE}, {"two.wav", WMDM_SONG_TWO}, {"three.wav", WMDM_SONG_THREE}};
    struct conf *c = wmdm_conf(w);

    for (size_t i = 0; i < ARRAY_SIZE(songs); i++) {
        IMDSPStorage *song =
            wmdm_song(w, wmdm_work_folder(w), songs[i].name, songs[i].milliseconds);

        RELEASE(song);
    }
}

IMDSPDeviceControl *wmdm_control(struct wmdm *w)
{
    return AS(IMDSPDeviceControl, wmdm_device(w));
}

DWORD wmdm_control_caps(struct wmdm *w, IMDSPDeviceControl *control)
{
    struct conf *c = wmdm_conf(w);
    DWORD can = 0;

    SETUP_CALL(IMDSPDeviceControl, GetCapabilities, control, &can);
    return can;
}

/* ---- the other voice */
struct wmdm_heard wmdm_hear(struct conf *c)
{
    struct wmdm_heard heard = {WMDM_STOPPED, 0, 0};
    char *answer = conf_control(c, "{\"verb\":\"details\"}");
    json_t *parsed = json_loads(answer, 0, NULL), *plays = json_object_get(parsed, "plays");

    if (json_is_object(plays)) {
        heard.state =
            json_integer_value(json_object_get(plays, "rate")) ? WMDM_PLAYING : WMDM_PAUSED;
        heard.length = (uint32_t)json_integer_value(json_object_get(plays, "length"));
        heard.position = (uint32_t)json_integer_value(json_object_get(plays, "position"));
    }
    conf_note(c, "the device %s, at %u of %u ms",
              heard.state == WMDM_PLAYING  ? "plays"
              : heard.state == WMDM_PAUSED ? "pauses"
                                           : "is stopped",
              heard.position, heard.length);
    json_decref(parsed);
    free(answer);
    return heard;
}

void wmdm_wait(struct conf *c, unsigned milliseconds)
{
    char request[80];

    snprintf(request, sizeof(request), "{\"verb\":\"clock\",\"advance\":%u.%03u}",
             milliseconds / 1000, milliseconds % 1000);
    free(conf_control(c, request));
}

void wmdm_user_plays(struct wmdm *w, const char *name)
{
    struct conf *c = wmdm_conf(w);
    char *folder = wmdm_work_folder(w) == wmdm_root(w) ? NULL : wmdm_name(w, wmdm_work_folder(w));
    char request[200];

    snprintf(request, sizeof(request), "{\"verb\":\"play\",\"path\":\"%s%s%s\"}",
             folder ? folder : "", folder ? "/" : "", name);
    free(folder);
    free(conf_control(c, request));
}

void wmdm_user_stops(struct conf *c)
{
    free(conf_control(c, "{\"verb\":\"press\",\"key\":\"stop\"}"));
}

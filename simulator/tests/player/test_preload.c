/* What a player brings along is as its file says it. */
#include <criterion/criterion.h>

#include "mtp_codes.h"
#include "simulator/mtp/dataset.h"
#include "simulator/player/player_internal.h"
#include "simulator/tests/driver.h"

Test(preload, a_file_has_the_dates_that_its_player_file_gives)
{
    struct store_object *song;
    struct driver driver;
    int64_t created, modified;

    driver_open(&driver, "pap-voice.yaml", NULL);
    song = player_find_path(driver.player, 0, "Music/Artist/Album/Disc 2/01 First.mp3");
    cr_assert_not_null(song);
    cr_assert(mtpr_date_parse("20181105T231759", &created));
    cr_assert(mtpr_date_parse("20190823T174501", &modified));
    cr_assert_eq(song->created, created);
    cr_assert_eq(song->modified, modified);
    driver_close(&driver);
}

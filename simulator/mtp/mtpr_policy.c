/* The policy of a player that does all by the book; what is not named is a quirk nobody has. */
#include "simulator/mtp/mtpr_policy.h"

const struct mtpr_policy mtpr_by_the_book = {
    .zero_session_refused = true,
    .session_required = true,
    .close_drops_info = true,
    .class_reset_ends_session = true,
    .ids_checked = true,
    .ids_wrap = true,
    .refusals_bare = true,
    .names_checked = true,
    .room_checked = true,
    .excess_refused = true,
    .half_objects_dropped = true,
    .folders_whole = true,
    .folders_deleted = true,
    .protection_honoured = true,
    .references_checked = true,
    .own_changes_silent = true,
    .events_in_session = true,
};
